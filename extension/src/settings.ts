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

export const settings = {
  /** Path of the interpreter as the user wrote it; empty if unset. */
  interpreter(): string {
    return read(INTERPRETER, "").trim();
  },

  /** How inserted hook code is written. */
  hookStyle(): HookStyle {
    return read<string>(HOOK_STYLE, "interpogate") === "pytorch" ? "pytorch" : "interpogate";
  },

  setInterpreter(path: string): Thenable<void> {
    return write(INTERPRETER, path);
  },

  setHookStyle(style: HookStyle): Thenable<void> {
    return write(HOOK_STYLE, style);
  },

  /** Calls `listener` when the interpreter setting changes. */
  onDidChangeInterpreter(listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.${INTERPRETER}`)) {
        listener();
      }
    });
  },
};

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
