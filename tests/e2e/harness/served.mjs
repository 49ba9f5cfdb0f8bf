/**
 * Standalone servers for tests in a browser: started as a person starts them, ended with the test, and
 * the proof that nothing is left running.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { OUT, VENV_PYTHON } from "../../../scripts/setup/folders.mjs";
import { launchBrowser } from "../../../scripts/workbench/browser.mjs";
import { InterpogatePage } from "../../../scripts/workbench/interpogate-page.mjs";
import { MARK, processesOf } from "../../../scripts/workbench/processes.mjs";
import { PATIENCE_MS, until } from "../../../scripts/workbench/waiting.mjs";

export const PICTURES = join(OUT, "standalone");
const ADDRESS = /http:\/\/\S+#token=\S+/;

/** A program that prints the address of a page. */
export class Served {
  /**
   * @param {readonly string[]} args of Python
   * @param {NodeJS.ProcessEnv} env
   */
  constructor(args, env) {
    this.output = "";
    this.process = spawn(VENV_PYTHON, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on("data", (text) => {
        this.output += text;
      });
    }
  }

  /** @returns {Promise<string>} the whole address, with its key */
  async address() {
    const found = await until("the printed address", () => ADDRESS.exec(this.output)?.[0]);
    return found;
  }

  /** @param {NodeJS.Signals} signal */
  async end(signal = "SIGINT") {
    this.process.kill(signal);
    return this.ended;
  }
}

/** A browser and the servers of one test file. */
export class Stand {
  constructor() {
    this.mark = randomBytes(12).toString("hex");
    /** @type {Served[]} */
    this.servers = [];
    /** @type {import("playwright-core").BrowserContext[]} */
    this.contexts = [];
    /** @type {import("playwright-core").Browser | undefined} */
    this.browser = undefined;
  }

  /**
   * @param {readonly string[]} args of `interpogate serve`
   * @param {NodeJS.ProcessEnv} [env]
   */
  serve(args = [], env = {}) {
    return this.run(["-m", "interpogate", "serve", "--no-browser", ...args], env);
  }

  /** Serves as a person starts it, with a browser that only notes what it is to open. */
  async serveWithBrowser() {
    const folder = mkdtempSync(join(tmpdir(), "interpogate-browser-"));
    const [browser, noted] = [join(folder, "browser"), join(folder, "noted")];
    writeFileSync(browser, `#!/bin/sh\necho "$1" > ${noted}\n`, { mode: 0o755 });
    const server = this.run(["-m", "interpogate", "serve"], { BROWSER: `${browser} %s` });
    const read = () => (existsSync(noted) ? readFileSync(noted, "utf8").trim() : "");
    const opened = await until("the browser to be started", read);
    rmSync(folder, { recursive: true });
    return { server, opened };
  }

  /**
   * @param {readonly string[]} args of Python
   * @param {NodeJS.ProcessEnv} [env]
   */
  run(args, env = {}) {
    const served = new Served(args, { ...process.env, ...env, [MARK]: this.mark });
    this.servers.push(served);
    return served;
  }

  /**
   * A tab; `problems` collects errors and refusals of the content security policy.
   * @param {string} address
   * @param {import("playwright-core").BrowserContextOptions} [options]
   */
  async tab(address, options = {}) {
    assert(this.browser, "the browser has been started");
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 820 },
      reducedMotion: "reduce",
      permissions: ["clipboard-read", "clipboard-write"],
      ...options,
    });
    this.contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    /** @type {string[]} */
    const problems = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    await page.goto(address);
    return { page, problems, shown: new InterpogatePage(page.mainFrame()) };
  }

  /** @param {import("playwright-core").Page} page @param {string} name */
  async picture(page, name) {
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  async closeTabs() {
    for (const context of this.contexts.splice(0)) await context.close();
  }

  async close() {
    await this.browser?.close();
    for (const served of this.servers) {
      if (served.process.exitCode === null && served.process.signalCode === null)
        await served.end();
    }
    await until("all processes to end", () => processesOf(this.mark, 0).length === 0);
  }
}

/** Starts a browser before the tests of a file; ends it and all servers after them. */
export function standForFile() {
  const stand = new Stand();
  before(async () => {
    stand.browser = await launchBrowser();
  });
  after(() => stand.close(), { timeout: 2 * PATIENCE_MS });
  return stand;
}
