/** Which interpreter runs, and what happens when another one is chosen. */
const assert = require("node:assert/strict");
const { chmodSync, existsSync, mkdirSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const vscode = require("vscode");
const { modelIn, openModel, until } = require("./documents.cjs");

const SOURCE = "net.py:Net";
const settings = () => vscode.workspace.getConfiguration("interpogate");
const workspace = () => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
const python = settings().get("interpreter");

/** An environment whose interpreter leaves a trace when it runs the backend. */
function makeEnvironment(name) {
  const folder = join(workspace(), name);
  const trace = join(folder, "ran");
  mkdirSync(join(folder, "bin"), { recursive: true });
  const script = `#!/bin/sh\ncase "$1" in *start_editor.py) : > "${trace}";; esac\nexec "${python}" "$@"\n`;
  writeFileSync(join(folder, "bin", "python"), script);
  chmodSync(join(folder, "bin", "python"), 0o755);
  return { folder, ran: () => existsSync(trace) };
}

/** @param {string | undefined} value */
const set = (value) =>
  settings().update("interpreter", value, vscode.ConfigurationTarget.Workspace);

module.exports = {
  "the Python extension's environment is used where the setting is empty": async () => {
    const { select } = await vscode.extensions.getExtension("ms-python.python").activate();
    const chosen = makeEnvironment("chosen");
    select(chosen.folder);
    try {
      await openModel(SOURCE);
      assert.equal(chosen.ran(), false);
      await set("");
      await until("the chosen interpreter to run", chosen.ran);
      await modelIn(SOURCE, "ready");

      const other = makeEnvironment("other");
      select(other.folder);
      await until("the other interpreter to run", other.ran);
      await modelIn(SOURCE, "ready");
    } finally {
      await set(python);
      await modelIn(SOURCE, "ready");
    }
  },

  "the setting goes before the Python extension": async () => {
    const { select } = await vscode.extensions.getExtension("ms-python.python").activate();
    const passedOver = makeEnvironment("passed-over");
    select(passedOver.folder);
    const named = makeEnvironment("named");
    try {
      await set("$" + "{workspaceFolder}/named");
      await until("the named interpreter to run", named.ran);
      await modelIn(SOURCE, "ready");
      assert.equal(passedOver.ran(), false);
    } finally {
      await set(python);
    }
  },
};
