/**
 * Tells the backend those settings that it acts on: in each of its lives, and when they change.
 *
 * Knows no models.
 */

import * as vscode from "vscode";
import type { Backend } from "./backend";
import { settings } from "./settings";

export function followPreferences(backend: Backend): vscode.Disposable {
  let isUp = false;
  const tell = () => {
    const preferences = { reloadOnChange: settings.reloadOnSave() };
    // A backend that ends meanwhile is told anew when it is back.
    return backend.request("session/prefer", preferences).then(undefined, () => undefined);
  };
  return vscode.Disposable.from(
    backend.onDidStart(() => {
      isUp = true;
      void tell();
    }),
    backend.onDidEnd(() => {
      isUp = false;
    }),
    // Asking would start a backend that nobody needs yet.
    settings.onDidChangeReloadOnSave(() => isUp && void tell()),
  );
}
