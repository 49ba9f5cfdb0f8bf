/**
 * What is wrong in the files of the open models, at its line, in the editor and the Problems panel.
 *
 * Follows the states of the models; knows neither pages nor the backend.
 */

import * as vscode from "vscode";
import type { Problem } from "../../webview/src/protocol/messages.generated";
import type { Models, OpenModel } from "./models";

/** Only what has to be mended in the file: a failed run is no mistake of the line it failed in. */
const IN_THE_FILE = /^(reload|source|model)\./;

export class FileProblems implements vscode.Disposable {
  readonly #shown = vscode.languages.createDiagnosticCollection("interpogate");
  readonly #models: Models;
  readonly #disposables: vscode.Disposable[];

  constructor(models: Models) {
    this.#models = models;
    const show = () => this.#show();
    this.#disposables = [this.#shown, models.onDidChange(show), models.onDidClose(show)];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  #show(): void {
    const found = this.#models.all().flatMap((model) => problemsOf(model));
    this.#shown.clear();
    for (const file of new Set(found.map((problem) => problem.file))) {
      const inFile = found.filter((problem) => problem.file === file);
      this.#shown.set(vscode.Uri.file(file), inFile.map(diagnosticOf));
    }
  }
}

interface FileProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

function problemsOf({ state }: OpenModel): readonly FileProblem[] {
  const { problem } = state;
  return isInFile(problem)
    ? [{ file: problem.file, line: problem.line ?? 1, message: problem.message }]
    : [];
}

function isInFile(problem: Problem | null | undefined): problem is Problem & { file: string } {
  return typeof problem?.file === "string" && IN_THE_FILE.test(problem.code);
}

function diagnosticOf({ file, line, message }: FileProblem): vscode.Diagnostic {
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === file);
  const row = Math.max(0, Math.min(line, open?.lineCount ?? line) - 1);
  const range = open?.lineAt(row).range ?? new vscode.Range(row, 0, row, 200);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  diagnostic.source = "Interpogate";
  return diagnostic;
}
