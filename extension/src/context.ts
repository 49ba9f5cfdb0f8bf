/** Keeps the context keys that `when` clauses in `package.json` read. */

import * as vscode from "vscode";
import { isRunning, type Models } from "./models";

export function followContext(models: Models): vscode.Disposable {
  const update = () => {
    const { active } = models;
    set("modelOpen", models.all().length > 0);
    set("modelReady", active?.state.phase === "ready");
    set("running", active !== undefined && isRunning(active));
    set("nodeSelected", active?.selection !== undefined);
  };
  update();
  return vscode.Disposable.from(
    models.onDidChange(update),
    models.onDidRun(update),
    models.onDidActivate(update),
    models.onDidSelect(update),
    models.onDidClose(update),
  );
}

function set(name: string, value: boolean): void {
  void vscode.commands.executeCommand("setContext", `interpogate.${name}`, value);
}
