/**
 * Starts and cancels forward passes from commands; pages do the same by themselves.
 */

import * as vscode from "vscode";
import type { StartRun } from "../../webview/src/protocol/messages.generated";
import type { BackendPort } from "./methods";
import { isRunning, type OpenModel, titleOf } from "./models";

export class Runs {
  readonly #backend: BackendPort;

  constructor(backend: BackendPort) {
    this.#backend = backend;
  }

  /** Asks for the text where the model takes one, else runs on the example inputs. */
  async start(model: OpenModel): Promise<void> {
    const params = await askForRun(model);
    if (params !== undefined) {
      model.run = await this.#backend.request("run/start", params);
    }
  }

  async cancel(model: OpenModel): Promise<void> {
    if (isRunning(model) && model.run !== undefined) {
      const { modelId, runId } = model.run;
      await this.#backend.request("run/cancel", { modelId, runId });
    }
  }
}

async function askForRun(model: OpenModel): Promise<StartRun | undefined> {
  const { modelId, summary } = model.state;
  if (summary?.takesText !== true) {
    return { modelId };
  }
  const text = await vscode.window.showInputBox({
    title: `Run ${titleOf(model)}`,
    prompt: "Text for one forward pass",
    value: model.run?.text ?? model.lastText ?? summary.exampleText,
    validateInput: (value) => (value === "" ? "The model needs a text." : undefined),
  });
  if (text === undefined) {
    return undefined;
  }
  model.lastText = text;
  return { modelId, text };
}
