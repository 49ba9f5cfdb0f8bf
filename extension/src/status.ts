/** The status bar item: the active model and what it is doing; a click shows its graph. */

import * as vscode from "vscode";
import { isRunning, type Models, type OpenModel, titleOf } from "./models";

export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #models: Models;
  readonly #disposables: vscode.Disposable[];

  constructor(models: Models) {
    this.#models = models;
    this.#item = vscode.window.createStatusBarItem(
      "interpogate.status",
      vscode.StatusBarAlignment.Left,
    );
    this.#item.name = "Interpogate";
    this.#item.command = "interpogate.showGraph";
    const update = () => this.#update();
    this.#disposables = [
      this.#item,
      models.onDidChange(update),
      models.onDidRun(update),
      models.onDidActivate(update),
      models.onDidClose(update),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  #update(): void {
    const model = this.#models.active;
    if (model === undefined) {
      this.#item.hide();
      return;
    }
    // A title comes from a file: it must not be taken for the name of an icon.
    this.#item.text = `$(${icon(model)}) ${statusText(model).replaceAll("$(", "$ (")}`;
    this.#item.tooltip = `Interpogate: ${model.request.source}. Show the graph.`;
    this.#item.show();
  }
}

function icon(model: OpenModel): string {
  const { phase } = model.state;
  if (isRunning(model) || phase === "starting" || phase === "loading" || phase === "tracing") {
    return "loading~spin";
  }
  return phase === "ready" ? "type-hierarchy" : "warning";
}

function statusText(model: OpenModel): string {
  const { phase, message } = model.state;
  const title = titleOf(model);
  if (isRunning(model)) {
    return `${title}: running`;
  }
  const isLoading = phase === "starting" || phase === "loading" || phase === "tracing";
  const doing = isLoading && message !== "" ? message : phase;
  return phase === "ready" ? title : `${title}: ${doing}`;
}
