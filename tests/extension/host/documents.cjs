/** Opens documents and models for the suites, and waits for conditions. */
const { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const vscode = require("vscode");

const LIMIT_MS = 120_000;

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

/** The interpreter with torch that the runner names. */
const PYTHON = vscode.workspace.getConfiguration("interpogate").get("interpreter");

/**
 * An environment in the workspace whose interpreter writes down its process when it runs the editor.
 * @param {string} name of its folder
 */
function makeEnvironment(name) {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const folder = join(root, name);
  const trace = join(folder, "pid");
  mkdirSync(join(folder, "bin"), { recursive: true });
  const note = `case "$1" in *start_editor.py) echo $$ > "${trace}";; esac`;
  writeFileSync(join(folder, "bin", "python"), `#!/bin/sh\n${note}\nexec "${PYTHON}" "$@"\n`);
  chmodSync(join(folder, "bin", "python"), 0o755);
  const pid = () => (existsSync(trace) ? Number(readFileSync(trace, "utf8")) : 0);
  return { folder, pid, ran: () => existsSync(trace) };
}

/**
 * Sets the interpreter and waits until the model is ready again in the new editor process.
 * @param {string} source
 * @param {string | undefined} value
 */
async function switchInterpreter(source, value) {
  const { models } = await extension();
  const isReady = () => models().some((each) => each.source === source && each.phase === "ready");
  const configuration = vscode.workspace.getConfiguration("interpogate");
  await configuration.update("interpreter", value, vscode.ConfigurationTarget.Workspace);
  await until("the old editor process to end", () => !isReady());
  await until("the model in the new editor process", isReady);
}

module.exports = {
  switchInterpreter,
  makeEnvironment,
  PYTHON,
  extension,
  modelIn,
  openModel,
  showText,
  until,
};
