/**
 * What every end-to-end test stands on: one VS Code and one browser for a test file, workspaces of its
 * own, a picture when something fails, and the proof that nothing is left running.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { inRoot, OUT, VENV_PYTHON } from "../../../scripts/setup/folders.mjs";
import { launchBrowser } from "../../../scripts/workbench/browser.mjs";
import { startServer } from "../../../scripts/workbench/server.mjs";
import { until } from "../../../scripts/workbench/waiting.mjs";
import { Workbench } from "../../../scripts/workbench/workbench.mjs";
import { addSettings, copyWorkspace } from "../../../scripts/workbench/workspace.mjs";

export const PICTURES = join(OUT, "e2e");
const VSIX = join(OUT, "interpogate.vsix");
const LIMIT_MS = 600_000;

/**
 * @typedef {object} SessionOptions
 * @property {Record<string, unknown>} [settings] user settings beside the interpreter
 * @property {"trusted" | "asks"} [trust]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string | null} [interpreter] null: none is named in the settings
 */

/** One VS Code, for all tests of a file. */
export class Session {
  /** @param {SessionOptions} [options] */
  constructor(options = {}) {
    this.options = options;
    /** @type {string[]} */
    this.folders = [];
    /** @type {Workbench[]} */
    this.windows = [];
  }

  async start() {
    const { trust = "trusted", env = {}, settings = {}, interpreter = VENV_PYTHON } = this.options;
    const named = interpreter === null ? {} : { "interpogate.interpreter": interpreter };
    const folder = this.workspace();
    this.server = await startServer({
      folder,
      vsix: VSIX,
      trust,
      env,
      settings: { ...named, "editor.cursorBlinking": "solid", ...settings },
    });
    this.browser = await launchBrowser();
    // one context for all windows: the first webview of a context costs seconds
    this.context = await this.browser.newContext({
      reducedMotion: "reduce", // what moves for its own sake costs the other tests their time
      permissions: ["clipboard-read", "clipboard-write"],
    });
  }

  /**
   * A fresh workspace: the demo workspace, the files of the tests, and those given.
   * @param {Record<string, string>} [files] content by name
   */
  workspace(files = {}) {
    const folder = mkdtempSync(join(tmpdir(), "interpogate-e2e-"));
    this.folders.push(folder);
    copyWorkspace(folder);
    cpSync(inRoot("tests", "e2e", "workspace"), folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return folder;
  }

  /**
   * Opens a window on a workspace.
   * @param {{ files?: Record<string, string>, settings?: Record<string, unknown> }} [what]
   */
  async window({ files = {}, settings = {} } = {}) {
    assert(this.context && this.server, "the session has been started");
    const folder = this.workspace(files);
    if (Object.keys(settings).length > 0) addSettings(folder, settings);
    const workbench = await Workbench.open(this.context, this.server, folder);
    this.windows.push(workbench);
    return { workbench, folder };
  }

  /** Processes of ours whose command line holds `text`. @param {string} text */
  processes(text) {
    return (this.server?.processes() ?? []).filter(({ command }) => command.includes(text));
  }

  /** @param {string} name */
  async picture(name) {
    await this.windows.at(-1)?.screenshot(join(PICTURES, `${name}.png`));
  }

  /** Our processes: editors and workers. */
  own() {
    return [...this.processes("start_editor.py"), ...this.processes("start_worker.py")];
  }

  /** Closes all windows, as a person closes tabs of the browser; their processes end with them. */
  async closeWindows() {
    for (const { page } of this.windows.splice(0)) await page.close();
    await until("the processes of closed windows to end", () => this.own().length === 0);
  }

  /** Ends everything; what is left running fails the test. */
  async close() {
    await this.browser?.close();
    const left = (await this.server?.stop()) ?? [];
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
    assert.deepEqual(left, [], "closing VS Code leaves no process behind");
  }
}

/**
 * Starts a session before the tests of a file and ends it after them.
 * @param {SessionOptions} [options]
 */
export function sessionForFile(options) {
  const session = new Session(options);
  before(() => session.start(), { timeout: LIMIT_MS });
  after(() => session.close(), { timeout: LIMIT_MS });
  return session;
}

/**
 * A test that leaves a picture when it fails.
 * @param {Session} session
 * @param {string} name a sentence
 * @param {() => Promise<void>} body
 */
export function scenario(session, name, body) {
  test(name, { timeout: LIMIT_MS }, async () => {
    try {
      await body();
    } catch (error) {
      await session.picture(`failed ${name}`.replaceAll(/[^\w -]/g, "")).catch(() => undefined);
      throw error;
    } finally {
      await session.closeWindows();
    }
  });
}
