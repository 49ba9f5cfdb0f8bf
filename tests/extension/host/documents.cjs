/** Opens documents and models for the suites, and waits for conditions. */
const vscode = require("vscode");

const LIMIT_MS = 60_000;

/**
 * @template T
 * @param {string} what named when time is up
 * @param {() => T | Promise<T>} condition
 */
async function until(what, condition) {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await condition();
    if (answer) {
      return answer;
    }
    if (performance.now() > end) {
      throw new Error(`waited in vain for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The extension's own interface. */
async function extension() {
  return vscode.extensions.getExtension("interpogate.interpogate").activate();
}

/**
 * Opens a model and waits until it is ready.
 * @param {string} source
 */
async function openModel(source) {
  await vscode.commands.executeCommand("interpogate.openModel", source);
  return modelIn(source, "ready");
}

/**
 * @param {string} source
 * @param {string} phase
 */
async function modelIn(source, phase) {
  const { models } = await extension();
  return until(`${source} to be ${phase}`, () =>
    models().find((model) => model.source === source && model.phase === phase),
  );
}

/**
 * Shows a text with the cursor where `|` stands.
 * @param {string} marked
 * @param {vscode.TextEditorOptions} options
 */
async function showText(marked, options = { insertSpaces: true, tabSize: 4, indentSize: 4 }) {
  const content = marked.replace("|", "");
  const document = await vscode.workspace.openTextDocument({ language: "python", content });
  const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  editor.options = options;
  await until("the editor's options", () => editor.options.insertSpaces === options.insertSpaces);
  const cursor = document.positionAt(marked.indexOf("|"));
  editor.selection = new vscode.Selection(cursor, cursor);
  return editor;
}

module.exports = { extension, modelIn, openModel, showText, until };
