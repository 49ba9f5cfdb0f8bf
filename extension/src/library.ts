/**
 * Makes sure that inserted code can run: the interpreter may lack the package `interpogate`.
 *
 * Offers once per interpreter to install the bundled wheel there, offline, or to write plain PyTorch.
 */

import * as vscode from "vscode";
import type { HookStyle } from "../../webview/src/protocol/messages.generated";
import type { Backend } from "./backend";
import { hasPackage, runProgram } from "./interpreters";
import { problem } from "./problems";
import { settings } from "./settings";

const INSTALL = "Install";
const PLAIN = "Use Plain PyTorch";
const ANYWAY = "Insert Anyway";
const ASKED = "interpogate.askedToInstall";

export class LibraryOffer {
  readonly #backend: Backend;
  readonly #memory: vscode.Memento;
  readonly #extensionUri: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #found = new Set<string>();

  constructor(
    backend: Backend,
    memory: vscode.Memento,
    extensionUri: vscode.Uri,
    log: vscode.LogOutputChannel,
  ) {
    this.#backend = backend;
    this.#memory = memory;
    this.#extensionUri = extensionUri;
    this.#log = log;
  }

  /** Looks for the package before someone waits for the answer. */
  async prepare(): Promise<void> {
    if (settings.hookStyle() === "interpogate") {
      await this.#isSettled((await this.#backend.interpreter()).path);
    }
  }

  /** The style to write hook code in; nothing if the user turned away from the offer. */
  async chooseStyle(): Promise<HookStyle | undefined> {
    if (settings.hookStyle() === "pytorch") {
      return "pytorch";
    }
    const { path } = await this.#backend.interpreter();
    return (await this.#isSettled(path)) ? "interpogate" : this.#ask(path);
  }

  async #isSettled(interpreter: string): Promise<boolean> {
    if (this.#found.has(interpreter) || this.#asked().includes(interpreter)) {
      return true;
    }
    if (await hasPackage(interpreter)) {
      this.#found.add(interpreter);
      return true;
    }
    return false;
  }

  async #ask(interpreter: string): Promise<HookStyle | undefined> {
    const wheel = await this.#wheel();
    const message = `The inserted code imports the package interpogate, which ${interpreter} does not have.`;
    const buttons = wheel === undefined ? [PLAIN, ANYWAY] : [INSTALL, PLAIN, ANYWAY];
    const chosen = await vscode.window.showInformationMessage(message, ...buttons);
    if (chosen === undefined) {
      return undefined;
    }
    if (chosen === PLAIN) {
      await settings.setHookStyle("pytorch");
      return "pytorch";
    }
    if (chosen === INSTALL && wheel !== undefined) {
      await this.#install(interpreter, wheel);
      this.#found.add(interpreter);
      return "interpogate";
    }
    await this.#memory.update(ASKED, [...this.#asked(), interpreter]);
    return "interpogate";
  }

  #asked(): readonly string[] {
    return this.#memory.get<readonly string[]>(ASKED, []);
  }

  async #wheel(): Promise<string | undefined> {
    const folder = vscode.Uri.joinPath(this.#extensionUri, "extension", "bundled", "wheel");
    const entries = await Promise.resolve(vscode.workspace.fs.readDirectory(folder)).catch(
      () => [],
    );
    const name = entries.map(([entry]) => entry).find((entry) => entry.endsWith(".whl"));
    return name === undefined ? undefined : vscode.Uri.joinPath(folder, name).fsPath;
  }

  #install(interpreter: string, wheel: string): Thenable<void> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: "Installing the package interpogate",
      cancellable: true,
    };
    return vscode.window.withProgress(options, async (_progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      await this.#runPip(interpreter, wheel, abort.signal);
    });
  }

  async #runPip(interpreter: string, wheel: string, signal: AbortSignal): Promise<void> {
    const flags = ["--no-index", "--no-deps", "--disable-pip-version-check", "--no-input"];
    const parameters = ["-m", "pip", "install", ...flags, wheel];
    const outcome = await runProgram(interpreter, parameters, signal);
    this.#log.info(outcome.output);
    if (!outcome.ok) {
      this.#log.error(outcome.errors);
      throw signal.aborted ? new vscode.CancellationError() : notInstalled(outcome.errors);
    }
  }
}

function notInstalled(errors: string): Error {
  const hint = "Choose plain PyTorch, or see the log for what pip said.";
  const hasNoPip = /No module named pip\b/.test(errors);
  const reason = hasNoPip ? "it has no pip" : "pip refused";
  const message = `The package interpogate could not be installed: ${reason}.`;
  return problem("library.install", message, hint);
}
