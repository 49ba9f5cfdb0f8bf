/**
 * Workspace Trust: nothing is started, not even an interpreter to ask for its version, before the user
 * trusts the workspace. Everything that leads to a process calls `requireTrust`.
 */

import * as vscode from "vscode";
import { untrusted } from "./problems";

/** Throws a problem with a button unless the workspace is trusted. */
export function requireTrust(): void {
  if (!vscode.workspace.isTrusted) {
    throw untrusted();
  }
}
