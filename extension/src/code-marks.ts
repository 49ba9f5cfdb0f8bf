/**
 * Marks in the graphs what the cursor in the code stands for: the instances of the class around it.
 *
 * Asks the backend only while a model is open, and only some time after the last movement. Pages that
 * begin to listen later are told then. Knows nothing of how pages draw marks.
 */

import * as vscode from "vscode";
import type { ModulesOfModel } from "../../webview/src/protocol/messages.generated";
import type { BackendPort } from "./methods";
import type { Models } from "./models";
import type { Pages } from "./pages";

const QUIET_MS = 150;

export class CodeMarks implements vscode.Disposable {
  readonly #backend: BackendPort;
  readonly #models: Models;
  readonly #pages: Pages;
  readonly #disposables: vscode.Disposable[];
  #timer: NodeJS.Timeout | undefined;
  #asked = 0;
  #shown: readonly ModulesOfModel[] = [];

  constructor(backend: BackendPort, models: Models, pages: Pages) {
    this.#backend = backend;
    this.#models = models;
    this.#pages = pages;
    const later = () => this.#later();
    this.#disposables = [
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (textEditor === vscode.window.activeTextEditor) {
          later();
        }
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => editor !== undefined && later()),
      vscode.window.onDidChangeVisibleTextEditors(later),
      models.onDidChange(({ model, before }) => {
        const { phase, graphVersion } = model.state;
        if (phase !== before?.phase || graphVersion !== before?.graphVersion) {
          later();
        }
      }),
      pages.onDidListen((page) => page.mark(this.#pathsOf(page.model?.state.modelId))),
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#update().catch(() => undefined), QUIET_MS);
  }

  async #update(): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    const found = await this.#ask();
    if (found !== undefined && turn === this.#asked) {
      this.#show(found);
    }
  }

  /** Nothing while the text does not parse: what was marked stays marked. */
  async #ask(): Promise<readonly ModulesOfModel[] | undefined> {
    const editor = codeEditor();
    const isAsked = editor !== undefined && this.#models.all().some(({ isLost }) => !isLost);
    if (!isAsked) {
      return [];
    }
    const { line, character } = editor.selection.active;
    const params = { uri: editor.document.uri.toString(), line, character };
    const place = await this.#backend.request("code/locate", params);
    return place.isReadable === false ? undefined : place.instances;
  }

  #show(found: readonly ModulesOfModel[]): void {
    this.#shown = found;
    for (const model of this.#models.all()) {
      for (const page of this.#pages.of(model)) {
        page.mark(this.#pathsOf(model.state.modelId));
      }
    }
  }

  #pathsOf(modelId: string | undefined): readonly string[] {
    return this.#shown.find((one) => one.modelId === modelId)?.paths ?? [];
  }
}

/** Clicking in a graph takes the focus from the code: then its editor still counts if it is seen. */
function codeEditor(): vscode.TextEditor | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  const isPython = ({ document }: vscode.TextEditor) => document.languageId === "python";
  if (activeTextEditor !== undefined) {
    return isPython(activeTextEditor) ? activeTextEditor : undefined;
  }
  const seen = visibleTextEditors.filter(isPython);
  return seen.length === 1 ? seen[0] : undefined;
}
