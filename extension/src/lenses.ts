/**
 * Code lenses over modules' classes and `Interpogate(...)` calls: *Open graph* and *Run*.
 *
 * They are found in the text alone, so they stand there before anything runs; their commands start
 * nothing in a workspace that is not trusted (`opener.ts`).
 */

import * as vscode from "vscode";
import { type LensTarget, lensTargets } from "./lens-targets";
import { isLibrary } from "./paths";
import { settings } from "./settings";

/** What the commands of a lens are given. */
export interface LensArgument {
  readonly uri: vscode.Uri;
  readonly name: string;
}

export class Lenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor() {
    this.#disposables = [
      this.#changed,
      vscode.languages.registerCodeLensProvider({ language: "python", scheme: "file" }, this),
      settings.onDidChangeCodeLens(() => this.#changed.fire()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!settings.codeLens() || isLibrary(document.uri.path)) {
      return [];
    }
    return lensTargets(document.getText()).flatMap((target) => lensesOf(document.uri, target));
  }
}

function lensesOf(uri: vscode.Uri, { name, line }: LensTarget): vscode.CodeLens[] {
  const range = new vscode.Range(line, 0, line, 0);
  const argument: LensArgument = { uri, name };
  const lens = (title: string, command: string, tooltip: string) =>
    new vscode.CodeLens(range, { title, command, tooltip, arguments: [argument] });
  return [
    lens("$(type-hierarchy) Open graph", "interpogate.openGraphOf", `Show the graph of ${name}`),
    lens("$(play) Run", "interpogate.runNamed", `Run ${name} and watch it in its graph`),
  ];
}

/** The argument of a lens's command, or nothing if it is something else. */
export function lensArgument(value: unknown): LensArgument | undefined {
  if (typeof value !== "object" || value === null || !("uri" in value) || !("name" in value)) {
    return undefined;
  }
  const { uri, name } = value;
  return uri instanceof vscode.Uri && typeof name === "string" ? { uri, name } : undefined;
}
