/**
 * While the debugger is stopped: shape and dtype of each tensor that the code above the line names.
 *
 * Asks the debugger once a stop, and nothing of the backend. Called by VS Code.
 */

import * as vscode from "vscode";
import { namesAbove } from "./names-above";
import { settings } from "./settings";
import { readTensors, tensorQuestion } from "./tensor-question";

export class TensorValues implements vscode.InlineValuesProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];

  readonly onDidChangeInlineValues = this.#changed.event;

  constructor() {
    this.#disposables = [
      this.#changed,
      vscode.languages.registerInlineValuesProvider({ language: "python" }, this),
      settings.onDidChangeShapesInCode(() => this.#changed.fire()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  async provideInlineValues(
    document: vscode.TextDocument,
    visible: vscode.Range,
    { frameId, stoppedLocation }: vscode.InlineValueContext,
  ): Promise<vscode.InlineValue[]> {
    if (!settings.shapesInCode()) {
      return [];
    }
    const places = namesAbove(document.getText(), stoppedLocation.end.line);
    const names = [...new Set(places.map(({ name }) => name))];
    const tensors = readTensors(await evaluate(tensorQuestion(names), frameId));
    return places.flatMap(({ name, line, column }) => {
      const found = tensors.get(name);
      const range = new vscode.Range(line, column, line, column + name.length);
      const isSeen = found !== undefined && visible.intersection(range) !== undefined;
      return isSeen ? [new vscode.InlineValueText(range, `${name}: ${found}`)] : [];
    });
  }
}

/** What the debugger answers; nothing where it does not know Python. */
async function evaluate(expression: string, frameId: number): Promise<string> {
  try {
    const session = vscode.debug.activeDebugSession;
    const params = { expression, frameId, context: "watch" };
    const answer = (await session?.customRequest("evaluate", params)) as { result?: unknown };
    return typeof answer?.result === "string" ? answer.result : "";
  } catch {
    return "";
  }
}
