/**
 * Remembers the last active Python editor: a click into a graph takes that role from it.
 *
 * Cells of notebooks count too, files of installed packages do not: *Go to Source* opens those, and no
 * one writes hooks there. Knows nothing of what is inserted (`insert.ts`).
 */

import * as vscode from "vscode";
import { isLibrary } from "./paths";

interface Remembered {
  readonly document: vscode.TextDocument;
  readonly column: vscode.ViewColumn | undefined;
}

const SCHEMES: ReadonlySet<string> = new Set(["file", "untitled", "vscode-notebook-cell"]);

export class PythonEditors implements vscode.Disposable {
  readonly #listener: vscode.Disposable;
  #last: Remembered | undefined;

  constructor() {
    const first = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors.find(isPython);
    this.#remember(first);
    this.#listener = vscode.window.onDidChangeActiveTextEditor((editor) => this.#remember(editor));
  }

  dispose(): void {
    this.#listener.dispose();
  }

  /** Shows the last active Python editor, with its selection as it was; nothing if it is gone. */
  async show(): Promise<vscode.TextEditor | undefined> {
    const last = this.#last;
    if (last === undefined || last.document.isClosed) {
      return undefined;
    }
    return isCell(last.document) ? visibleEditor(last.document) : this.#showDocument(last.document);
  }

  /** The document that code would go into. */
  document(): vscode.TextDocument | undefined {
    return this.#last?.document.isClosed === false ? this.#last.document : undefined;
  }

  /** The column for code: where the user last wrote some, else one that hides no graph. */
  column(): vscode.ViewColumn {
    const last = groupAt(this.#last?.column);
    const free = vscode.window.tabGroups.all.find((group) => !group.tabs.some(isGraph));
    return (last ?? free)?.viewColumn ?? vscode.ViewColumn.Beside;
  }

  #showDocument(document: vscode.TextDocument): Thenable<vscode.TextEditor> {
    const viewColumn = visibleEditor(document)?.viewColumn ?? this.column();
    return vscode.window.showTextDocument(document, { viewColumn, preserveFocus: false });
  }

  #remember(editor: vscode.TextEditor | undefined): void {
    if (editor !== undefined && isPython(editor)) {
      this.#last = { document: editor.document, column: editor.viewColumn };
    }
  }
}

function isPython({ document }: vscode.TextEditor): boolean {
  const isWritable = SCHEMES.has(document.uri.scheme) && !isLibrary(document.uri.path);
  return document.languageId === "python" && isWritable;
}

function groupAt(column: vscode.ViewColumn | undefined): vscode.TabGroup | undefined {
  return vscode.window.tabGroups.all.find(
    (group) => group.viewColumn === column && group.tabs.some((tab) => !isGraph(tab)),
  );
}

function isGraph({ input }: vscode.Tab): boolean {
  return input instanceof vscode.TabInputWebview && input.viewType.endsWith("interpogate.graph");
}

function isCell(document: vscode.TextDocument): boolean {
  return document.uri.scheme === "vscode-notebook-cell";
}

function visibleEditor(document: vscode.TextDocument): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find((editor) => editor.document === document);
}
