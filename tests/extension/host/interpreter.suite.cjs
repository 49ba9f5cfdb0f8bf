/** Which interpreter runs, and what happens when another one is chosen. */
const assert = require("node:assert/strict");
const vscode = require("vscode");
const {
  makeEnvironment,
  modelIn,
  openModel,
  PYTHON,
  switchInterpreter,
  until,
} = require("./documents.cjs");

const SOURCE = "net.py:Net";

module.exports = {
  "the Python extension's environment is used where the setting is empty": async () => {
    const { select } = await vscode.extensions.getExtension("ms-python.python").activate();
    const chosen = makeEnvironment("chosen");
    select(chosen.folder);
    try {
      await openModel(SOURCE);
      assert.equal(chosen.ran(), false);
      await switchInterpreter(SOURCE, "");
      assert.ok(chosen.ran());

      const other = makeEnvironment("other");
      select(other.folder);
      await until("the other interpreter to run", other.ran);
      await modelIn(SOURCE, "ready");
    } finally {
      await switchInterpreter(SOURCE, PYTHON);
    }
  },

  "the setting goes before the Python extension": async () => {
    const { select } = await vscode.extensions.getExtension("ms-python.python").activate();
    const passedOver = makeEnvironment("passed-over");
    select(passedOver.folder);
    const named = makeEnvironment("named");
    try {
      await switchInterpreter(SOURCE, "$" + "{workspaceFolder}/named");
      assert.ok(named.ran());
      assert.equal(passedOver.ran(), false);
    } finally {
      await switchInterpreter(SOURCE, PYTHON);
    }
  },
};
