/**
 * The pick lists for opening a model: the demo, names in a file, recent sources, anything typed.
 *
 * Asks and answers; opens nothing itself (`opener.ts`).
 */

import path from "node:path";
import * as vscode from "vscode";
import { type Candidate, findCandidates } from "./candidates";

/** The bundled demo model's source. */
export const DEMO = "demo";

/** A source that was opened before. */
export interface Recent {
  readonly source: string;
  readonly folder: string | null;
}

/** A name in a Python file. */
export interface FileName {
  readonly document: vscode.TextDocument;
  readonly name: string;
}

/** What the user picked: a source as text, or a name in a file. */
export interface PickedSource {
  readonly source: string;
  readonly folder?: string | null;
  readonly name?: FileName;
}

interface SourceItem extends vscode.QuickPickItem {
  readonly choice?: PickedSource;
  readonly browse?: boolean;
}

const ICONS = { class: "symbol-class", variable: "symbol-variable", function: "symbol-function" };
const TITLE = "Open Model";

/** Asks for a source; names of `document` are offered first after the demo. */
export async function pickSource(
  document: vscode.TextDocument | undefined,
  recent: readonly Recent[],
  typed = "",
): Promise<PickedSource | undefined> {
  const items = knownItems(document, recent);
  const item = await askWithTyping(items, typed);
  return item?.browse === true ? pickFolder() : item?.choice;
}

/** Asks which name of a file to open; lets the user type one if none is found. */
export async function pickName(document: vscode.TextDocument): Promise<string | undefined> {
  const found = findCandidates(document.getText());
  const file = path.basename(document.uri.fsPath);
  const other = { label: "$(edit) Another name…", name: undefined };
  const items = found.map((candidate) => ({ ...nameItem(candidate), name: candidate.name }));
  if (found.length > 0) {
    const placeHolder = "A class, a model, or a function that returns one";
    const options = { title: `Open Model from ${file}`, placeHolder };
    const chosen = await vscode.window.showQuickPick([...items, other], options);
    if (chosen !== other) {
      return chosen?.name;
    }
  }
  return enterName(file);
}

async function enterName(file: string): Promise<string | undefined> {
  const entered = await vscode.window.showInputBox({
    title: `Open Model from ${file}`,
    prompt: "Name of a module, a class, or a function that returns one",
    placeHolder: "model",
    validateInput: (value) =>
      /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(value.trim()) ? undefined : "This is no Python name.",
  });
  return entered?.trim();
}

function knownItems(
  document: vscode.TextDocument | undefined,
  recent: readonly Recent[],
): readonly SourceItem[] {
  const demo = { label: "$(sparkle) Demo model", description: "a small GPT-2 that comes along" };
  return [
    { ...demo, choice: { source: DEMO } },
    ...(document === undefined ? [] : fileItems(document)),
    ...recentItems(recent),
    separator("Elsewhere"),
    { label: "$(folder-opened) A model's folder…", browse: true },
  ];
}

function fileItems(document: vscode.TextDocument): readonly SourceItem[] {
  const found = findCandidates(document.getText()).map((candidate) => ({
    ...nameItem(candidate),
    choice: { source: candidate.name, name: { document, name: candidate.name } },
  }));
  return found.length === 0 ? [] : [separator(path.basename(document.uri.fsPath)), ...found];
}

function recentItems(recent: readonly Recent[]): readonly SourceItem[] {
  const items = recent
    .filter(({ source }) => source !== DEMO)
    .map((each) => ({ label: `$(history) ${each.source}`, choice: each }));
  return items.length === 0 ? [] : [separator("Recent"), ...items];
}

function nameItem(candidate: Candidate): vscode.QuickPickItem {
  const description = `${candidate.kind}, line ${candidate.line + 1}`;
  return { label: `$(${ICONS[candidate.kind]}) ${candidate.name}`, description };
}

function separator(label: string): SourceItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

/** A pick list whose first row is what the user types. */
function askWithTyping(
  items: readonly SourceItem[],
  typed: string,
): Promise<SourceItem | undefined> {
  const pick = vscode.window.createQuickPick<SourceItem>();
  pick.title = TITLE;
  pick.placeholder = "transformers id, folder, path/file.py:name or package.module:name";
  pick.matchOnDescription = true;
  const list = (value: string) => {
    pick.items = [...typedItems(value.trim()), ...items];
  };
  pick.onDidChangeValue(list);
  pick.value = typed;
  list(typed);
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

function typedItems(typed: string): readonly SourceItem[] {
  const label = `$(arrow-right) ${typed}`;
  const description = "open this source";
  const item = { label, description, alwaysShow: true, choice: { source: typed } };
  return typed === "" ? [] : [item];
}

async function pickFolder(): Promise<PickedSource | undefined> {
  const options = { title: TITLE, canSelectFiles: false, canSelectFolders: true };
  const folders = await vscode.window.showOpenDialog({ ...options, openLabel: "Open Model" });
  const folder = folders?.[0]?.fsPath;
  return folder === undefined ? undefined : { source: folder };
}
