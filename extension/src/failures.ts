/**
 * Tells the user about what fails while nobody waits for it: models, runs, the editor process.
 *
 * Each failure is told once, when it happens; a page that can be seen tells its model's failures itself.
 */

import * as vscode from "vscode";
import type { Backend, Crash } from "./backend";
import type { ModelChange, Models, OpenModel } from "./models";
import type { Fixes, Notices } from "./notices";
import type { Panels } from "./panel";
import { problem } from "./problems";

const UNRESPONSIVE = "worker.unresponsive";

export function followFailures(
  backend: Backend,
  models: Models,
  notices: Notices,
  panels: Panels,
  fixesOf: (model: OpenModel) => Partial<Fixes>,
): vscode.Disposable {
  return vscode.Disposable.from(
    models.onDidChange((change) => {
      if (!panels.isVisible(change.model)) {
        showFailure(change, notices, fixesOf);
      }
    }),
    models.onDidFail((error) => void notices.showError(error)),
    backend.onDidFail((error) => void notices.showError(error)),
    backend.onDidCrash((crash) => showCrash(crash, backend, notices)),
  );
}

function showFailure(
  { model, before }: ModelChange,
  notices: Notices,
  fixesOf: (model: OpenModel) => Partial<Fixes>,
): void {
  const { phase, problem: found } = model.state;
  // The end of the editor process is told once, not for each model.
  if (model.isLost) {
    return;
  }
  const isEnd = before?.phase !== phase && (phase === "failed" || phase === "stopped");
  const isStuck = found?.code === UNRESPONSIVE && before?.problem?.code !== UNRESPONSIVE;
  if ((isEnd || isStuck) && found !== undefined && found !== null) {
    void notices.showProblem(found, fixesOf(model));
  }
}

function showCrash({ willRestart }: Crash, backend: Backend, notices: Notices): void {
  const hint = willRestart
    ? "It is started again, and the open models with it."
    : "It ended several times in a row and is not started again by itself.";
  const { problem: found } = problem(
    "editor.crashed",
    "The Interpogate backend ended unexpectedly.",
    hint,
    willRestart ? "none" : "restart",
  );
  void notices.showProblem(found, { restart: () => backend.restart() });
}
