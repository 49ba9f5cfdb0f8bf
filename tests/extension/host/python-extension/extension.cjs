/**
 * The part of the Python extension's interface that Interpogate uses: one active environment, named by
 * its folder, as the real one does for environments that it has not resolved yet.
 */
const vscode = require("vscode");

exports.activate = () => {
  const changed = new vscode.EventEmitter();
  let folder = "";
  const environments = {
    getActiveEnvironmentPath: () => ({ id: folder, path: folder }),
    resolveEnvironment: async () => undefined,
    onDidChangeActiveEnvironmentPath: changed.event,
  };
  const select = (/** @type {string} */ chosen) => {
    folder = chosen;
    changed.fire({ id: chosen, path: chosen });
  };
  return { ready: Promise.resolve(), environments, select };
};
