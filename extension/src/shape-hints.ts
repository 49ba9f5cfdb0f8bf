/**
 * Lets the backend's inlay hints through while the setting is on, and asks for them again when it
 * changes or a model is closed. All else about hints is the backend's.
 */

import * as vscode from "vscode";
import type { LanguageClient, Middleware } from "vscode-languageclient/node";
import { settings } from "./settings";

/** For the options of a language client. */
export const hintMiddleware: Middleware = {
  provideInlayHints: (document, range, token, next) =>
    settings.shapesInCode() ? next(document, range, token) : [],
};

/** Fires what VS Code listens to in order to ask again. */
export function refreshHints(client: LanguageClient): void {
  for (const document of vscode.workspace.textDocuments) {
    if (document.languageId === "python") {
      const provider = client.getFeature("textDocument/inlayHint").getProvider(document);
      provider?.onDidChangeInlayHints.fire();
      return;
    }
  }
}
