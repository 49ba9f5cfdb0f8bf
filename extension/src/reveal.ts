/**
 * *Reveal in Graph*: selects in the graph what the cursor in the code stands for: a path in a string,
 * an attribute such as `self.attn`, else the class around it.
 */

import * as vscode from "vscode";
import type { ModulesOfModel } from "../../webview/src/protocol/messages.generated";
import type { BackendPort } from "./methods";
import { type Models, type OpenModel, titleOf } from "./models";
import { problem } from "./problems";

/** A module of an open model. */
export interface RevealedModule {
  readonly model: OpenModel;
  readonly path: string;
}

export class CodeRevealer {
  readonly #backend: BackendPort;
  readonly #models: Models;

  constructor(backend: BackendPort, models: Models) {
    this.#backend = backend;
    this.#models = models;
  }

  /** What the cursor names; asks the user where that is several modules. */
  async atCursor(): Promise<RevealedModule | undefined> {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId !== "python") {
      throw problem("reveal.noCode", "No Python code has the cursor.", "Click into some first.");
    }
    const { line, character } = editor.selection.active;
    const params = { uri: editor.document.uri.toString(), line, character };
    const { named } = await this.#backend.request("code/locate", params);
    const found = this.#choices(named);
    if (found.length === 0) {
      throw nothingNamed(this.#models.all().length > 0);
    }
    return found.length === 1 ? found[0] : pick(found);
  }

  /** Those of the model that commands mean come first; another model counts only if it has none. */
  #choices(named: readonly ModulesOfModel[]): readonly RevealedModule[] {
    const found = named.flatMap(({ modelId, paths }) => {
      const model = this.#models.byId(modelId);
      return model === undefined ? [] : paths.map((path) => ({ model, path }));
    });
    const own = found.filter(({ model }) => model === this.#models.active);
    return own.length > 0 ? own : found;
  }
}

async function pick(found: readonly RevealedModule[]): Promise<RevealedModule | undefined> {
  const models = new Set(found.map(({ model }) => model));
  const items = found.map((module) => ({
    label: module.path === "." ? titleOf(module.model) : module.path,
    ...(models.size > 1 ? { description: titleOf(module.model) } : {}),
    module,
  }));
  const options = { title: "Reveal in Graph", placeHolder: "One of these modules" };
  return (await vscode.window.showQuickPick(items, options))?.module;
}

function nothingNamed(hasModel: boolean): Error {
  const message = "No module of an open model stands at the cursor.";
  const hint =
    "Place it on a module's path in a string, on an attribute such as self.attn, or in a class.";
  return hasModel
    ? problem("reveal.nothing", message, hint)
    : problem("model.none", "No model is open.", "Open one first.", "openModel");
}
