/**
 * Shows the source line of a graph node, in the column where the user last wrote code.
 */

import * as vscode from "vscode";
import type { SourcePlace } from "../../webview/src/protocol/messages.generated";
import type { PythonEditors } from "./editors";
import type { BackendPort } from "./methods";
import type { OpenModel } from "./models";
import { problem } from "./problems";

export class SourceOpener {
  readonly #backend: BackendPort;
  readonly #editors: PythonEditors;

  constructor(backend: BackendPort, editors: PythonEditors) {
    this.#backend = backend;
    this.#editors = editors;
  }

  /** Shows where a node is written: its class, or the line that calls it. */
  async open(model: OpenModel, node: string, what: SourcePlace = "definition"): Promise<void> {
    const { modelId } = model.state;
    const { source, use } = await this.#backend.request("node/inspect", { modelId, node });
    const place = what === "use" ? use : source;
    if (place === null || place === undefined) {
      throw what === "use" ? notCalled() : notWritten();
    }
    await this.#show(place.file, place.line);
  }

  async #show(file: string, line: number): Promise<void> {
    const place = new vscode.Range(Math.max(0, line - 1), 0, Math.max(0, line - 1), 0);
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(file), {
      viewColumn: this.#editors.column(),
      selection: place,
    });
    editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

function notWritten(): Error {
  return problem("source.unknown", "Nobody knows where this is written.", "Try its container.");
}

function notCalled(): Error {
  const hint = "Run the model, or go to the source of its container.";
  return problem("source.notCalled", "No line is known that calls this.", hint);
}
