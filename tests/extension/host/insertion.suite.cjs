/** Hook code of a real model, inserted into real editors. */
const assert = require("node:assert/strict");
const vscode = require("vscode");
const { openModel, showText } = require("./documents.cjs");

const SOURCE = "net.py:Net";
const IMPORT = "from interpogate import Interpogate\n";

/**
 * Inserts at `|` and gives the editor.
 * @param {string} marked
 * @param {vscode.TextEditorOptions} [options]
 */
async function insert(marked, options) {
  await openModel(SOURCE);
  const editor = await showText(marked, options);
  await vscode.commands.executeCommand("interpogate.insertPostHook", { path: "layer" });
  return editor;
}

/** @param {string} text @param {string} part */
const indentOf = (text, part) => {
  const line = text.split("\n").find((each) => each.includes(part));
  assert.ok(line !== undefined, `${part} in\n${text}`);
  return /^\s*/.exec(line)?.[0];
};

module.exports = {
  "code goes below the statement, one level as the editor has it": async () => {
    const editor = await insert("interp = None|\nlast = 1\n");
    const text = editor.document.getText();
    assert.equal(indentOf(text, "with interp.hook() as hook:"), "");
    assert.equal(indentOf(text, "def post_hook(module, args, output):"), "    ");
    assert.ok(text.indexOf("interp = None") < text.indexOf("with interp.hook()"), text);
    assert.ok(text.indexOf("hook.post(") < text.indexOf("last = 1"), text);
  },

  "code stands in the block of the cursor": async () => {
    const editor = await insert("def main():\n    interp = None\n    |\n    print()\n");
    const text = editor.document.getText();
    assert.equal(indentOf(text, "with interp.hook() as hook:"), "    ");
    assert.equal(indentOf(text, "def post_hook"), "        ");
  },

  "code is one deeper below a colon": async () => {
    const editor = await insert("def main():|\n    print()\n");
    assert.equal(indentOf(editor.document.getText(), "with interp.hook() as hook:"), "    ");
  },

  "tabs are written where the editor writes tabs": async () => {
    const options = { insertSpaces: false, tabSize: 4 };
    const editor = await insert("def main():\n\tinterp = None|\n", options);
    const text = editor.document.getText();
    assert.equal(indentOf(text, "with interp.hook() as hook:"), "\t");
    assert.equal(indentOf(text, "def post_hook"), "\t\t");
    assert.ok(!/^ +/m.test(text), text);
  },

  "two spaces are written where the editor writes two": async () => {
    const editor = await insert("|", { insertSpaces: true, tabSize: 2, indentSize: 2 });
    assert.equal(indentOf(editor.document.getText(), "def post_hook"), "  ");
  },

  "blank lines of the code carry no white space": async () => {
    const editor = await insert("def main():\n    interp = None|\n");
    assert.ok(!/[ \t]+$/m.test(editor.document.getText()), editor.document.getText());
  },

  "the import is added once": async () => {
    const editor = await insert('"""Doc."""\n\nimport torch\n\ninterp = None|\n');
    const first = editor.document.getText();
    assert.ok(first.includes(`import torch\n${IMPORT}`), first);
    await vscode.commands.executeCommand("interpogate.insertPreHook", { path: "layer" });
    assert.equal(editor.document.getText().split(IMPORT).length, 2, editor.document.getText());
  },

  "one undo removes the code and the import": async () => {
    const marked = "import torch\n\ninterp = None|\n";
    const editor = await insert(marked);
    assert.notEqual(editor.document.getText(), marked.replace("|", ""));
    await vscode.commands.executeCommand("undo");
    assert.equal(editor.document.getText(), marked.replace("|", ""));
  },

  "the body of the callback is selected to be typed over": async () => {
    const editor = await insert("interp = None|\n");
    await vscode.commands.executeCommand("type", { text: "typed_by_test()" });
    const text = editor.document.getText();
    assert.equal(indentOf(text, "typed_by_test()"), "        ");
    assert.ok(!/^\s*pass$/m.test(text), text);
  },

  "the last Python editor takes the code when another editor is active": async () => {
    await openModel(SOURCE);
    const editor = await showText("interp = None|\n");
    const notes = await vscode.workspace.openTextDocument({ language: "markdown", content: "a" });
    await vscode.window.showTextDocument(notes, vscode.ViewColumn.One);
    await vscode.commands.executeCommand("interpogate.insertPostHook", { path: "layer" });
    assert.equal(notes.getText(), "a");
    assert.ok(editor.document.getText().includes("hook.post("), editor.document.getText());
  },

  "a library's file that Go to Source showed takes no code": async () => {
    await openModel(SOURCE);
    const editor = await showText("interp = None|\n");
    await vscode.commands.executeCommand("interpogate.goToSource", { path: "layer" });
    const shown = vscode.window.activeTextEditor?.document;
    assert.ok(shown?.uri.path.endsWith("/linear.py"), String(shown?.uri));
    await vscode.commands.executeCommand("interpogate.insertPostHook", { path: "layer" });
    assert.ok(editor.document.getText().includes("hook.post("), editor.document.getText());
    assert.equal(shown?.isDirty, false);
  },

  "the primary cursor of several takes the code": async () => {
    await openModel(SOURCE);
    const editor = await showText("|a = 1\nb = 2\n");
    const at = (line) => new vscode.Selection(line, 0, line, 0);
    editor.selections = [at(1), at(0)];
    await vscode.commands.executeCommand("interpogate.insertPostHook", { path: "layer" });
    const text = editor.document.getText();
    assert.equal(text.split("with interp.hook()").length, 2, text);
    assert.ok(text.indexOf("b = 2") < text.indexOf("with interp.hook()"), text);
  },

  "a notebook's cell takes the code, and an import of an earlier cell counts": async () => {
    await openModel(SOURCE);
    const { Code } = vscode.NotebookCellKind;
    const cells = [IMPORT, "interp = None"].map(
      (text) => new vscode.NotebookCellData(Code, text, "python"),
    );
    const data = new vscode.NotebookData(cells);
    const notebook = await vscode.workspace.openNotebookDocument("jupyter-notebook", data);
    await vscode.window.showNotebookDocument(notebook, {
      viewColumn: vscode.ViewColumn.One,
      selections: [new vscode.NotebookRange(1, 2)],
    });
    await vscode.commands.executeCommand("notebook.cell.edit");
    await vscode.commands.executeCommand("interpogate.insertPostHook", { path: "layer" });
    const text = notebook.cellAt(1).document.getText();
    assert.ok(text.includes("\ninterp = None\nwith interp.hook() as hook:"), text);
    assert.ok(!text.includes(IMPORT), text);
    assert.equal(notebook.cellAt(0).document.getText(), IMPORT);
  },

  "plain PyTorch is written where the setting says so": async () => {
    const configuration = vscode.workspace.getConfiguration("interpogate");
    await configuration.update("hookStyle", "pytorch", vscode.ConfigurationTarget.Workspace);
    try {
      const text = (await insert("|")).document.getText();
      assert.ok(text.includes("register_forward_hook"), text);
      assert.ok(!text.includes("interpogate"), text);
    } finally {
      await configuration.update("hookStyle", undefined, vscode.ConfigurationTarget.Workspace);
    }
  },
};
