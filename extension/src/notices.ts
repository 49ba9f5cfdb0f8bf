/**
 * Shows problems to the user: one sentence, the hint, and a button for the one fix there is.
 *
 * The only place that turns a problem's action into a button. Knows no pages.
 */

import * as vscode from "vscode";
import type { Problem } from "../../webview/src/protocol/messages.generated";
import { noticeText, ProblemError, problemOf, UNTRUSTED_CODE } from "./problems";

/** What buttons do; the model a problem belongs to is known by whoever hands these in. */
export interface Fixes {
  restart(): unknown;
  stopLoading(): unknown;
  selectInterpreter(): unknown;
  openModel(): unknown;
  trustRemoteCode(): unknown;
}

const SHOW_LOG = "Show Log";
const MANAGE_TRUST = "Manage Workspace Trust";

export class Notices {
  readonly #log: vscode.LogOutputChannel;
  readonly #fixes: Fixes;

  constructor(log: vscode.LogOutputChannel, fixes: Fixes) {
    this.#log = log;
    this.#fixes = fixes;
  }

  /** Shows an error of any kind; `fixes` replaces what the buttons do. */
  async showError(error: unknown, fixes: Partial<Fixes> = {}): Promise<void> {
    if (error instanceof vscode.CancellationError) {
      return;
    }
    const found = problemOf(error);
    // What came over the wire may repeat what the user typed; the notice shows it, no log.
    const isOwn = error instanceof ProblemError || found.code === "internal";
    this.#log.error(isOwn ? `${found.code}: ${found.message}` : found.code);
    await this.showProblem(found, fixes);
  }

  async showProblem(found: Problem, fixes: Partial<Fixes> = {}): Promise<void> {
    const fix = buttonOf(found);
    const buttons = fix === undefined ? [SHOW_LOG] : [fix, SHOW_LOG];
    const chosen = await vscode.window.showErrorMessage(noticeText(found), ...buttons);
    if (chosen === SHOW_LOG) {
      this.#log.show(true);
    } else if (chosen !== undefined) {
      await this.act(found, fixes).catch((error: unknown) => this.showError(error, fixes));
    }
  }

  /** Carries out the fix of a problem. */
  async act(found: Problem, fixes: Partial<Fixes> = {}): Promise<void> {
    const all = { ...this.#fixes, ...fixes };
    if (found.code === UNTRUSTED_CODE) {
      await vscode.commands.executeCommand("workbench.trust.manage");
    } else if (found.action === "openFile") {
      await openFile(found);
    } else if (found.action !== undefined && found.action !== "none") {
      await all[found.action]();
    }
  }
}

function buttonOf(found: Problem): string | undefined {
  if (found.code === UNTRUSTED_CODE) {
    return MANAGE_TRUST;
  }
  const titles = {
    restart: "Restart Model",
    stopLoading: "Stop Loading",
    selectInterpreter: "Select Interpreter",
    openFile: "Open File",
    openModel: "Open Model…",
    trustRemoteCode: "Run Its Code…",
    none: undefined,
  } as const;
  return titles[found.action ?? "none"];
}

async function openFile(found: Problem): Promise<void> {
  if (found.file === undefined || found.file === null) {
    return;
  }
  const line = Math.max(0, (found.line ?? 1) - 1);
  const selection = new vscode.Range(line, 0, line, 0);
  await vscode.window.showTextDocument(vscode.Uri.file(found.file), { selection });
}
