/**
 * Shows the source line of a graph node, in the column where the user last wrote code.
 */

import * as vscode from "vscode";
import type { PythonEditors } from "./editors";
import type { BackendPort } from "./methods";
import type { OpenModel } from "./models";
import { problem } from "./problems";

export class SourceOpener {
  readonly #backend: BackendPort;
  readonly #editors: PythonEditors;

  constructor(backend: BackendPort, editors: PythonEditors) {
    this.#backend = backend;
    this.#editors = editors;
  }

  async open(model: OpenModel, node: string): Promise<void> {
    const { modelId } = model.state;
    const { source } = await this.#backend.request("node/inspect", { modelId, node });
    if (source === null) {
      throw problem("source.unknown", "Nobody knows where this is written.", "Try its container.");
    }
    await this.#show(source.file, source.line);
  }

  async #show(file: string, line: number): Promise<void> {
    const place = new vscode.Range(Math.max(0, line - 1), 0, Math.max(0, line - 1), 0);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file), {
      viewColumn: this.#editors.column(),
      selection: place,
    });
    editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}
