/**
 * Tells the backend which model is looked at: with several open, path strings in code mean that one.
 *
 * In each life of the backend, and whenever another model is selected or shown. Starts no backend.
 */

import * as vscode from "vscode";
import type { Backend } from "./backend";
import type { Models } from "./models";

export function followLookedAt(backend: Backend, models: Models): vscode.Disposable {
  let isUp = false;
  const tell = () => {
    const modelId = models.active?.state.modelId ?? "";
    // A backend that ends meanwhile is told anew when it is back.
    if (isUp) {
      backend.request("model/select", { modelId }).then(undefined, () => undefined);
    }
  };
  return vscode.Disposable.from(
    backend.onDidStart(() => {
      isUp = true;
    }),
    backend.onDidEnd(() => {
      isUp = false;
    }),
    models.onDidActivate(tell),
    models.onDidReopen(tell),
    models.onDidClose(tell),
  );
}
