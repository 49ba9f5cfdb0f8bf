/**
 * The extension's settings, typed. The one place that reads the configuration.
 *
 * `package.json` declares them; names here and there must agree.
 */

import * as vscode from "vscode";
import type { HookStyle } from "../../webview/src/protocol/messages.generated";

const SECTION = "interpogate";
const INTERPRETER = "interpreter";
const HOOK_STYLE = "hookStyle";
const SHAPES_IN_CODE = "shapesInCode";
const CODE_LENS = "codeLens";
const RELOAD_ON_SAVE = "reloadOnSave";
const TENSOR_MEMORY = "tensorMemory";
const DEFAULT_TENSOR_MEMORY_MB = 1024;

export const settings = {
  /** Path of the interpreter as the user wrote it; empty if unset. */
  interpreter(): string {
    return read(INTERPRETER, "").trim();
  },

  /** How inserted hook code is written. */
  hookStyle(): HookStyle {
    return read<string>(HOOK_STYLE, "interpogate") === "pytorch" ? "pytorch" : "interpogate";
  },

  /** Whether observed shapes stand behind calls, and beside variables while debugging. */
  shapesInCode(): boolean {
    return read(SHAPES_IN_CODE, true);
  },

  /** Whether *Open graph* and *Run* stand above modules' classes. */
  codeLens(): boolean {
    return read(CODE_LENS, true);
  },

  /** Megabytes of tensors that the runs of one model may keep for blocks. */
  tensorMemoryMb(): number {
    const wanted = read<unknown>(TENSOR_MEMORY, DEFAULT_TENSOR_MEMORY_MB);
    return typeof wanted === "number" && wanted >= 0
      ? Math.round(wanted)
      : DEFAULT_TENSOR_MEMORY_MB;
  },

  /** Whether a model is loaded anew when its files change on disk. */
  reloadOnSave(): boolean {
    return read(RELOAD_ON_SAVE, true);
  },

  setInterpreter(path: string): Thenable<void> {
    return write(INTERPRETER, path);
  },

  setHookStyle(style: HookStyle): Thenable<void> {
    return write(HOOK_STYLE, style);
  },

  /** Calls `listener` when the interpreter setting changes. */
  onDidChangeInterpreter(listener: () => void): vscode.Disposable {
    return onDidChange(INTERPRETER, listener);
  },

  onDidChangeShapesInCode(listener: () => void): vscode.Disposable {
    return onDidChange(SHAPES_IN_CODE, listener);
  },

  onDidChangeReloadOnSave(listener: () => void): vscode.Disposable {
    return onDidChange(RELOAD_ON_SAVE, listener);
  },

  onDidChangeCodeLens(listener: () => void): vscode.Disposable {
    return onDidChange(CODE_LENS, listener);
  },
};

function onDidChange(name: string, listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${SECTION}.${name}`)) {
      listener();
    }
  });
}

function read<T>(name: string, fallback: T): T {
  return vscode.workspace.getConfiguration(SECTION).get<T>(name, fallback);
}

function write(name: string, value: string): Thenable<void> {
  const inWorkspace = vscode.workspace.workspaceFolders !== undefined;
  const target = inWorkspace
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  return vscode.workspace.getConfiguration(SECTION).update(name, value, target);
}
