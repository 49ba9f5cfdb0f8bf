/**
 * Inserts hook code at the cursor of the last active Python editor, as one edit that one undo removes.
 *
 * What goes where is decided by `insertion.ts`; the code itself comes from the backend.
 */

import * as vscode from "vscode";
import type {
  HookCode,
  HookKind,
  HookStyle,
  InsertPlace,
} from "../../webview/src/protocol/messages.generated";
import type { PythonEditors } from "./editors";
import {
  type Code,
  codeLines,
  hasTabStops,
  planInsertion,
  type Replacement,
  type Target,
} from "./insertion";
import type { LibraryOffer } from "./library";
import type { BackendPort } from "./methods";
import type { OpenModel } from "./models";
import { problem } from "./problems";

const NEW_FILE = "New Python File";
const REVEAL = vscode.TextEditorRevealType.InCenterIfOutsideViewport;

/** What to write code for, and where to. */
export interface CodeWish {
  readonly node: string;
  readonly kind: HookKind;
  /** Further nodes. */
  readonly also?: readonly string[];
  /** A recipe in place of plain hooks; empty for none. */
  readonly recipe?: string;
  readonly place?: InsertPlace | undefined;
}

export class HookInserter {
  readonly #backend: BackendPort;
  readonly #editors: PythonEditors;
  readonly #library: LibraryOffer;

  constructor(backend: BackendPort, editors: PythonEditors, library: LibraryOffer) {
    this.#backend = backend;
    this.#editors = editors;
    this.#library = library;
  }

  /** The name of the document the code went into; empty if the user declined. */
  async insert(model: OpenModel, wish: CodeWish): Promise<string> {
    const style = await this.#library.chooseStyle();
    if (style === undefined) {
      return "";
    }
    const code = await this.#write(model.state.modelId, wish, style);
    const editor = await this.#editorFor(wish);
    if (editor === undefined) {
      return "";
    }
    await insertCode(editor, code);
    return vscode.workspace.asRelativePath(editor.document.uri, false);
  }

  #write(modelId: string, wish: CodeWish, style: HookStyle): Promise<HookCode> {
    const { node, kind, also = [], recipe = "" } = wish;
    const what = { modelId, node, also, style, withModel: wish.place === "newFile" };
    return recipe === ""
      ? this.#backend.request("hook/write", { ...what, kind })
      : this.#backend.request("recipe/write", { ...what, recipe });
  }

  async #editorFor(wish: CodeWish): Promise<vscode.TextEditor | undefined> {
    if (wish.place === "newFile") {
      return this.#newFile();
    }
    return (await this.#editors.show()) ?? this.#offerNewFile();
  }

  async #offerNewFile(): Promise<vscode.TextEditor | undefined> {
    const message = "No Python editor is open to insert the hook into.";
    const chosen = await vscode.window.showInformationMessage(message, NEW_FILE);
    return chosen === NEW_FILE ? this.#newFile() : undefined;
  }

  async #newFile(): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument({ language: "python", content: "" });
    return vscode.window.showTextDocument(document, this.#editors.column());
  }
}

/** Puts code at the editor's primary cursor: tab stops active, or the cursor at the code's end. */
export async function insertCode(editor: vscode.TextEditor, code: Code): Promise<void> {
  const replacements = planInsertion(targetOf(editor), code);
  const edit = new vscode.WorkspaceEdit();
  edit.set(editor.document.uri, replacements.map(snippetEdit));
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw problem("insert.refused", "The editor took no change.", "Is the file read-only?");
  }
  const { first, last } = codeLines(replacements);
  const end = editor.document.lineAt(Math.min(last, editor.document.lineCount - 1)).range.end;
  if (!hasTabStops(code)) {
    editor.selection = new vscode.Selection(end, end);
  }
  editor.revealRange(new vscode.Range(first, 0, end.line, end.character), REVEAL);
}

function targetOf(editor: vscode.TextEditor): Target {
  return {
    text: editor.document.getText(),
    cursorLine: editor.selection.active.line,
    unit: indentationUnit(editor.options),
    known: earlierCells(editor.document),
  };
}

function indentationUnit(options: vscode.TextEditorOptions): string {
  const width = [options.indentSize, options.tabSize].find((size) => typeof size === "number");
  return options.insertSpaces === false ? "\t" : " ".repeat(width ?? 4);
}

/** Python code of the cells above a cell: their imports hold for it too. */
function earlierCells(document: vscode.TextDocument): readonly string[] {
  const notebook = vscode.workspace.notebookDocuments.find((candidate) =>
    candidate.getCells().some((cell) => cell.document === document),
  );
  const cells = notebook?.getCells() ?? [];
  const here = cells.findIndex((cell) => cell.document === document);
  return cells
    .slice(0, Math.max(0, here))
    .filter((cell) => cell.document.languageId === "python")
    .map((cell) => cell.document.getText());
}

/** One snippet for each replacement: the editor makes one undo step of them. */
function snippetEdit(replacement: Replacement): vscode.SnippetTextEdit {
  const { startLine, endLine, endCharacter, before, snippet, after } = replacement;
  const range = new vscode.Range(startLine, 0, endLine, endCharacter);
  const value = new vscode.SnippetString().appendText(before);
  value.value += snippet;
  value.appendText(after);
  // Newer editors would else turn tabs into spaces where the file's own style is another.
  return Object.assign(new vscode.SnippetTextEdit(range, value), { keepWhitespace: true });
}
