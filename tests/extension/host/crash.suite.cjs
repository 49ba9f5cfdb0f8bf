/** What happens when the editor process dies. */
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
const BY_ITSELF = 3;

/**
 * Kills the process and waits until another one runs.
 * @param {{ pid: () => number }} environment
 */
async function killAndWait(environment) {
  const pid = environment.pid();
  process.kill(pid, "SIGKILL");
  await until("another editor process", () => environment.pid() !== pid);
}

module.exports = {
  "it is started again with its models, a few times; then a restart by hand brings them back":
    async () => {
      const environment = makeEnvironment("killed");
      await openModel(SOURCE);
      await switchInterpreter(SOURCE, environment.folder);
      try {
        for (let crash = 0; crash < BY_ITSELF; crash += 1) {
          await killAndWait(environment);
          await modelIn(SOURCE, "ready");
        }
        const last = environment.pid();
        process.kill(last, "SIGKILL");
        await modelIn(SOURCE, "stopped");
        assert.equal(environment.pid(), last);
        await vscode.commands.executeCommand("interpogate.restartModel");
        await modelIn(SOURCE, "ready");
        assert.notEqual(environment.pid(), last);
      } finally {
        await switchInterpreter(SOURCE, PYTHON);
      }
    },
};
