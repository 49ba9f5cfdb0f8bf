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
    return isCell(last.document) ? visibleEditor(last.document) : showDocument(last);
  }

  /** The document that code would go into. */
  document(): vscode.TextDocument | undefined {
    return this.#last?.document.isClosed === false ? this.#last.document : undefined;
  }

  /** The column in which the user last wrote code. */
  column(): vscode.ViewColumn | undefined {
    return this.#last?.column;
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

function isCell(document: vscode.TextDocument): boolean {
  return document.uri.scheme === "vscode-notebook-cell";
}

function visibleEditor(document: vscode.TextDocument): vscode.TextEditor | undefined {
  return vscode.window.visibleTextEditors.find((editor) => editor.document === document);
}

function showDocument({ document, column }: Remembered): Thenable<vscode.TextEditor> {
  const viewColumn = visibleEditor(document)?.viewColumn ?? column ?? vscode.ViewColumn.One;
  return vscode.window.showTextDocument(document, { viewColumn, preserveFocus: false });
}
