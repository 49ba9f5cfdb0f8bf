/** What the manifest declares is there in a running VS Code. */
const assert = require("node:assert/strict");
const vscode = require("vscode");

const extension = () => vscode.extensions.getExtension("interpogate.interpogate");

module.exports = {
  "the extension activates": async () => {
    await extension().activate();
    assert.ok(extension().isActive);
  },

  "every declared command is registered": async () => {
    const registered = await vscode.commands.getCommands(true);
    const declared = extension().packageJSON.contributes.commands.map((each) => each.command);
    assert.deepEqual(
      declared.filter((command) => !registered.includes(command)),
      [],
    );
  },

  "the views can be shown": async () => {
    await vscode.commands.executeCommand("interpogate.modules.focus");
    await vscode.commands.executeCommand("workbench.view.explorer");
  },
};
