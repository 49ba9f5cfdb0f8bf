/**
 * A thousand runs in one session, with blocks: what the server, its worker and the page hold on the
 * way, and the same for the editor process and its worker. Prints JSON; called by `npm run bench`.
 */
import { execFileSync, spawn } from "node:child_process";
import { inRoot, VENV_PYTHON } from "../setup/folders.mjs";
import { launchBrowser } from "../workbench/browser.mjs";
import { until } from "../workbench/waiting.mjs";

const RUNS = 1000;
const PARTS = 5;
const PATIENCE_MS = 60_000;
const ENVIRONMENT = { ...process.env, PYTHONPATH: inRoot("python_backend") };
const TEXT = "Anna and Tom went to the park, Tom gave a ball to";

/** @typedef {Record<string, number[]>} Held bytes by process, after so many parts of the runs */

/** @param {number} pid */
function resident(pid) {
  return 1024 * Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
}

/** The one process that another has started. @param {number} pid */
function childOf(pid) {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" }).split("\n");
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const child = pairs.find(([, parent]) => parent === pid)?.[0];
  if (!child) throw new Error(`process ${pid} has started none`);
  return child;
}

/**
 * Runs one part after the other, and asks each process what it holds.
 * @param {(count: number) => Promise<void>} runs
 * @param {Record<string, () => Promise<number> | number>} processes
 * @returns {Promise<Held>}
 */
async function watched(runs, processes) {
  /** @type {Held} */
  const held = Object.fromEntries(Object.keys(processes).map((name) => [name, []]));
  for (let part = 0; part < PARTS; part += 1) {
    await runs(RUNS / PARTS);
    for (const [name, ask] of Object.entries(processes)) held[name]?.push(await ask());
    process.stderr.write(`${((part + 1) * RUNS) / PARTS} runs: ${JSON.stringify(held)}\n`);
  }
  return held;
}

/** @param {import("node:child_process").ChildProcess} child */
async function ended(child) {
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  await gone;
}

/** @returns {Promise<Held>} */
async function inBrowser() {
  const command = ["-m", "interpogate", "serve", "demo", "--no-browser"];
  const server = spawn(VENV_PYTHON, command, {
    env: ENVIRONMENT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const browser = await launchBrowser();
  try {
    let printed = "";
    server.stdout.setEncoding("utf8").on("data", (text) => {
      printed += text;
    });
    const address = await until("the printed address", () => /http:\/\/\S+/.exec(printed)?.[0]);
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(address);
    await page.getByRole("treeitem").first().waitFor();
    await page.evaluate(runInPage, { count: 1, text: TEXT });
    await addBlocks(page);
    const session = await page.context().newCDPSession(page);
    const heap = async () => {
      await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize;
    };
    const pid = server.pid ?? 0;
    const worker = childOf(pid);
    return await watched((count) => page.evaluate(runInPage, { count, text: TEXT }), {
      server: () => resident(pid),
      worker: () => resident(worker),
      page: heap,
    });
  } finally {
    await browser.close();
    await ended(server);
  }
}

/** A logit lens, and attention in the layer inside. @param {import("playwright-core").Page} page */
async function addBlocks(page) {
  const item = (/** @type {string} */ name) => page.getByRole("treeitem", { name, exact: true });
  const add = async (/** @type {string} */ name) => {
    await page.getByRole("button", { name, exact: true }).click();
    await page.getByRole("img", { name: /^Preview/ }).waitFor();
    await page.getByRole("button", { name: "Add", exact: true }).click();
  };
  await item("transformer.h").focus();
  await page.keyboard.press("Enter");
  await add("Logit lens");
  for (const [outer, inner] of [
    ["transformer.h", "transformer.h.1"],
    ["transformer.h.1", "transformer.h.1.attn"],
  ]) {
    await item(outer ?? "").focus();
    await page.keyboard.press("ArrowRight");
    await item(inner ?? "").waitFor();
  }
  await item("transformer.h.1.attn").focus();
  await page.keyboard.press("Enter");
  await add("Attention weights");
}

/** In the page: text, click, and the next when the outcome is told. */
async function runInPage(/** @type {{ count: number, text: string }} */ { count, text }) {
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  const number = () => {
    const said = document.querySelector(".outcome")?.textContent ?? "";
    return Number(/Run (\d+):/.exec(said)?.[1] ?? 0);
  };
  const box = /** @type {HTMLTextAreaElement} */ (
    document.querySelector("textarea, input[type=text]")
  );
  const button = () =>
    /** @type {HTMLButtonElement | null} */ (
      document.querySelector('button[aria-label="Run forward pass"]')
    );
  for (let run = 0; run < count; run += 1) {
    const before = number();
    box.value = `${text} ${before}`;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    while (!button() || button()?.disabled) await turn();
    button()?.click();
    while (number() <= before) await turn();
  }
}

/** What an editor asks for over the language server's wire. */
class Editor {
  /** @type {import("node:child_process").ChildProcessByStdio<import("node:stream").Writable, import("node:stream").Readable, null>} */
  process;
  /** @type {Map<number, (result: any) => void>} */
  waiting = new Map();
  /** @type {Record<string, any>} */
  model = {};
  /** @type {Record<string, any>} */
  run = {};
  rest = Buffer.alloc(0);
  number = 0;

  constructor() {
    const script = inRoot("extension", "bundled", "start_editor.py");
    this.process = spawn(VENV_PYTHON, [script], {
      env: ENVIRONMENT,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.process.stdout.on("data", (data) => this.receive(data));
  }

  /** @param {string} method @param {unknown} params @returns {Promise<any>} */
  request(method, params) {
    this.number += 1;
    const answer = new Promise((resolve) => this.waiting.set(this.number, resolve));
    this.write({ id: this.number, method, params });
    return answer;
  }

  /** @param {object} message */
  write(message) {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  /** @param {Buffer} data */
  receive(data) {
    this.rest = Buffer.concat([this.rest, data]);
    for (;;) {
      const end = this.rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(
        /Content-Length: (\d+)/.exec(this.rest.toString("latin1", 0, end))?.[1],
      );
      if (this.rest.length < end + 4 + length) return;
      this.take(JSON.parse(this.rest.toString("utf8", end + 4, end + 4 + length)));
      this.rest = this.rest.subarray(end + 4 + length);
    }
  }

  /** @param {any} message */
  take({ id, method, params, result, error }) {
    if (method === "interpogate/model/changed") this.model = params;
    if (method === "interpogate/run/changed") this.run = params;
    if (method !== undefined) return;
    if (error) throw new Error(error.message);
    this.waiting.get(id)?.(result);
    this.waiting.delete(id);
  }

  /** @param {string} method @param {object} params @returns {Promise<any>} */
  ask(method, params = {}) {
    return this.request(`interpogate/${method}`, { modelId: this.model["modelId"], ...params });
  }

  /** A run, and what a page reads after it. @param {number} count */
  async runs(count) {
    for (let run = 0; run < count; run += 1) {
      const text = `${TEXT} ${this.number}`;
      const { runId } = await this.ask("run/start", { text, inputs: null });
      const isOver = () => this.run["runId"] === runId && this.run["phase"] !== "running";
      await until(`the end of run ${runId}`, isOver);
      await this.ask("graph/read", { containers: [".", "transformer"], detail: "essential" });
      await this.ask("prediction/strip", { runId });
      await this.ask("block/read", { blockId: 1, runId: 0, width: 128, height: 128 });
    }
  }
}

/** @returns {Promise<Held>} */
async function inEditor() {
  const editor = new Editor();
  try {
    const hello = { processId: process.pid, rootUri: null, capabilities: {} };
    await editor.request("initialize", hello);
    editor.write({ method: "initialized", params: {} });
    editor.model = await editor.request("interpogate/model/open", { source: "demo" });
    await until("the model", () => editor.model["phase"] === "ready");
    const value = { side: "output", keys: ["attention"] };
    const block = { blockId: 0, node: "transformer.h.1.attn", value, kind: "attention", roles: [] };
    await editor.ask("block/put", { block });
    const pid = editor.process.pid ?? 0;
    const worker = childOf(pid);
    return await watched((count) => editor.runs(count), {
      editor: () => resident(pid),
      "its worker": () => resident(worker),
    });
  } finally {
    await ended(editor.process);
  }
}

const held = { ...(await inBrowser()), ...(await inEditor()) };
process.stdout.write(`${JSON.stringify({ runs: RUNS, held })}\n`);
