/** The real Python debugger without the marketplace: only the way it is started stands here. */
const vscode = require("vscode");

exports.activate = () => {
  vscode.debug.registerDebugAdapterDescriptorFactory("debugpy", {
    createDebugAdapterDescriptor: ({ configuration }) =>
      new vscode.DebugAdapterExecutable(configuration.python, ["-m", "debugpy.adapter"]),
  });
};
