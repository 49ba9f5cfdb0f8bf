/** Tensors beside the code while the real Python debugger, debugpy, is stopped. */
const assert = require("node:assert/strict");
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const vscode = require("vscode");
const { until } = require("./documents.cjs");

const SCRIPT = `import torch


def forward(x, mask=None):
    scores = x @ x.transpose(-1, -2)
    size = len(x)
    return scores


forward(torch.zeros(2, 9, 4))
`;
const STOP = 6;

const python = () =>
  vscode.workspace.getConfiguration("interpogate").get("interpreter") || "python3";
const folder = () => vscode.workspace.workspaceFolders[0];

module.exports = {
  "tensors show shape and dtype while the debugger is stopped": async () => {
    const values = await valuesAtStop();
    assert.deepEqual(values, [
      `3 x: float32[2, 9, 4]`,
      `4 scores: float32[2, 9, 9]`,
      `4 x: float32[2, 9, 4]`,
      `5 x: float32[2, 9, 4]`,
      `6 scores: float32[2, 9, 9]`,
    ]);
  },

  "the setting turns them off": async () => {
    const settings = vscode.workspace.getConfiguration("interpogate");
    await settings.update("shapesInCode", false, vscode.ConfigurationTarget.Workspace);
    try {
      assert.deepEqual(await valuesAtStop(), []);
    } finally {
      await settings.update("shapesInCode", undefined, vscode.ConfigurationTarget.Workspace);
    }
  },
};

/** What stands beside the code at the stop, as line and text. */
async function valuesAtStop() {
  const file = vscode.Uri.joinPath(folder().uri, "debugged.py");
  writeFileSync(join(folder().uri.fsPath, "debugged.py"), SCRIPT);
  const document = await vscode.workspace.openTextDocument(file);
  await vscode.window.showTextDocument(document);
  const breakpoint = new vscode.SourceBreakpoint(
    new vscode.Location(file, new vscode.Position(STOP, 0)),
  );
  vscode.debug.addBreakpoints([breakpoint]);
  try {
    await vscode.debug.startDebugging(folder(), configuration(file));
    return await askValues(document);
  } finally {
    await vscode.debug.stopDebugging();
    vscode.debug.removeBreakpoints([breakpoint]);
  }
}

/** @param {vscode.Uri} file */
function configuration(file) {
  const program = file.fsPath;
  const rest = { request: "launch", console: "internalConsole", justMyCode: true };
  return { type: "debugpy", name: "forward", program, python: python(), ...rest };
}

/** @param {vscode.TextDocument} document */
async function askValues(document) {
  const item = await until("the debugger to stop", () => vscode.debug.activeStackItem);
  const frameId = await until("its frame", () => item.frameId);
  const line = document.lineAt(STOP).range;
  const context = { frameId, stoppedLocation: line };
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  const found = await vscode.commands.executeCommand(
    "vscode.executeInlineValueProvider",
    document.uri,
    all,
    context,
  );
  return found.map(({ range, text }) => `${range.start.line} ${text}`);
}
