/**
 * Chooses the Python interpreter that the backend and the user's models run in.
 *
 * In this order: 1. the setting, 2. the Python extension's environment, 3. an environment in the
 * workspace folder, 4. the PATH. What the user chose (1, 2) must work; it is never silently replaced.
 * Called by `backend.ts` and `library.ts`, after the trust check.
 */

import { PVSC_EXTENSION_ID, PythonExtension } from "@vscode/python-extension";
import * as vscode from "vscode";
import {
  executableOf,
  expandPath,
  findOnPath,
  type Interpreter,
  isSupported,
  MINIMUM_VERSION,
  probe,
} from "./interpreters";
import { type ProblemError, problem } from "./problems";
import { settings } from "./settings";
import { requireTrust } from "./trust";

const WANTED = MINIMUM_VERSION.join(".");

export class PythonChooser implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [this.#changed];
  #extension: PythonExtension | undefined;

  /** Fires when another interpreter may have been chosen. */
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#disposables.push(settings.onDidChangeInterpreter(() => this.#changed.fire()));
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  /** The interpreter to use; throws a problem that says what to do if there is none. */
  async choose(): Promise<Interpreter> {
    requireTrust();
    return (
      (await this.#fromSetting()) ??
      (await this.#fromPythonExtension()) ??
      (await fromWorkspace()) ??
      (await fromPath()) ??
      raise(noInterpreter())
    );
  }

  /** Lets the user choose, by the Python extension's own picker where there is one. */
  async select(): Promise<void> {
    requireTrust();
    const hasExtension = vscode.extensions.getExtension(PVSC_EXTENSION_ID) !== undefined;
    if (hasExtension && settings.interpreter() === "") {
      await this.#python();
      await vscode.commands.executeCommand("python.setInterpreter");
      return;
    }
    const chosen = await askForInterpreter();
    if (chosen !== undefined) {
      await settings.setInterpreter(chosen);
    }
  }

  async #fromSetting(): Promise<Interpreter | undefined> {
    const written = settings.interpreter();
    if (written === "") {
      return undefined;
    }
    const expanded = expandPath(written, workspaceFolder());
    const isPath = /[\\/]/.test(expanded);
    const file = isPath ? await executableOf(expanded) : await findOnPath([expanded]);
    return checked(file, `The setting interpogate.interpreter names ${written}, which`);
  }

  async #fromPythonExtension(): Promise<Interpreter | undefined> {
    const python = await this.#python();
    const folder = vscode.workspace.workspaceFolders?.[0];
    const active = python?.environments.getActiveEnvironmentPath(folder);
    if (python === undefined || active === undefined) {
      return undefined;
    }
    const resolved = await python.environments.resolveEnvironment(active);
    const file = resolved?.executable.uri?.fsPath ?? (await executableOf(active.path));
    return file === undefined ? undefined : checked(file, `The selected interpreter ${file}`);
  }

  /** The Python extension's interface, with its changes followed from the first use on. */
  async #python(): Promise<PythonExtension | undefined> {
    if (this.#extension !== undefined) {
      return this.#extension;
    }
    if (vscode.extensions.getExtension(PVSC_EXTENSION_ID) === undefined) {
      return undefined;
    }
    const python = await PythonExtension.api().catch(() => undefined);
    if (python?.environments === undefined) {
      return undefined;
    }
    this.#extension = python;
    const { onDidChangeActiveEnvironmentPath } = python.environments;
    this.#disposables.push(onDidChangeActiveEnvironmentPath(() => this.#changed.fire()));
    return python;
  }
}

function workspaceFolder(): string | undefined {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}

async function fromWorkspace(): Promise<Interpreter | undefined> {
  const folder = workspaceFolder();
  const names = folder === undefined ? [] : [".venv", "venv"];
  const files = await Promise.all(names.map((name) => executableOf(`${folder}/${name}`)));
  return firstSupported(files);
}

async function fromPath(): Promise<Interpreter | undefined> {
  return firstSupported([await findOnPath(["python3"]), await findOnPath(["python"])]);
}

async function firstSupported(
  files: readonly (string | undefined)[],
): Promise<Interpreter | undefined> {
  for (const file of files) {
    const found = file === undefined ? undefined : await probe(file);
    if (found !== undefined && isSupported(found.version)) {
      return found;
    }
  }
  return undefined;
}

/** The interpreter at `file`; `subject` begins the sentence that says why it cannot be used. */
async function checked(file: string | undefined, subject: string): Promise<Interpreter> {
  const found = file === undefined ? undefined : await probe(file);
  if (found === undefined) {
    throw unusable(`${subject} is not a Python interpreter.`);
  }
  if (!isSupported(found.version)) {
    throw unusable(`${subject} is Python ${found.version}; ${WANTED} or newer is needed.`);
  }
  return found;
}

function unusable(message: string): ProblemError {
  const hint = "Select an interpreter that has torch.";
  return problem("interpreter.unusable", message, hint, "selectInterpreter");
}

function noInterpreter(): ProblemError {
  return problem(
    "interpreter.missing",
    `There is no Python ${WANTED} or newer for Interpogate to run.`,
    "Select the interpreter that has torch.",
    "selectInterpreter",
  );
}

function raise(error: Error): never {
  throw error;
}

async function askForInterpreter(): Promise<string | undefined> {
  const found = [await fromWorkspace(), await fromPath()].filter((each) => each !== undefined);
  const known = found.map(({ path, version }) => ({
    label: path,
    description: `Python ${version}`,
  }));
  const browse = { label: "$(folder-opened) Browse…", description: "Choose the program file" };
  const enter = { label: "$(edit) Enter a path…", description: "may begin with ~" };
  const options = { title: "Interpreter for Interpogate", placeHolder: "One that has torch" };
  const way = await vscode.window.showQuickPick([...known, browse, enter], options);
  if (way === browse) {
    const files = await vscode.window.showOpenDialog({
      title: options.title,
      canSelectMany: false,
    });
    return files?.[0]?.fsPath;
  }
  return way === enter ? enterPath(options.title) : way?.label;
}

async function enterPath(title: string): Promise<string | undefined> {
  const placeHolder = "/path/to/.venv/bin/python";
  const value = settings.interpreter();
  const entered = await vscode.window.showInputBox({ title, placeHolder, value });
  return entered?.trim() === "" ? undefined : entered?.trim();
}
