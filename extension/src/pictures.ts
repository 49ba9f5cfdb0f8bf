/** Saves a picture that the page has made where the user wants it. Called by `host.ts`. */

import { basename, extname } from "node:path";
import * as vscode from "vscode";
import { problem } from "./problems";

const LARGEST = 64 * 1024 * 1024;
const KINDS: Readonly<Record<string, string>> = {
  ".svg": "Scalable vector graphics",
  ".png": "Image",
};

/** The name of the file; empty if the user declined. Only the kinds above, only where they say. */
export async function savePicture(name: string, data: string): Promise<string> {
  const kind = extname(name);
  const label = KINDS[kind];
  if (label === undefined || data.length > LARGEST) {
    throw problem("picture.refused", "This picture cannot be saved.", "Save an SVG or a PNG.");
  }
  const target = await vscode.window.showSaveDialog({
    defaultUri: proposed(basename(name)),
    filters: { [label]: [kind.slice(1)] },
    title: "Save the picture of the graph",
  });
  if (target === undefined) {
    return "";
  }
  await vscode.workspace.fs.writeFile(target, Buffer.from(data, "base64"));
  return basename(target.path);
}

function proposed(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return folder === undefined ? vscode.Uri.file(name) : vscode.Uri.joinPath(folder, name);
}
