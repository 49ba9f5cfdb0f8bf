/** A real worker behind the page: the host of VS Code is played here, every answer is Python's. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { inRoot, VENV_PYTHON } from "../../../scripts/setup/folders.mjs";

const MODEL_ID = "m1";

/** Runs in the page before it. */
const HOST = `(() => {
  let state = window.keptState;
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => void window.toHost(message),
    getState: () => state,
    setState: (next) => { state = window.lastState = next; },
  });
})();`;

export class LiveWorker {
  #process;
  #number = 0;
  #waiting = new Map();
  #watching = new Set();
  #pages = new Set();
  state = null;
  /** Files that pages have saved, as bytes by name. */
  files = new Map();

  /** Starts a worker and loads a model. */
  static async open(source) {
    const worker = new LiveWorker();
    await worker.#start(source);
    return worker;
  }

  async #start(source) {
    this.#process = spawn(VENV_PYTHON, ["-m", "interpogate.worker"], {
      cwd: inRoot("python_backend"),
      stdio: ["pipe", "pipe", "inherit"],
    });
    createInterface(this.#process.stdout).on("line", (line) => this.#receive(JSON.parse(line)));
    await this.request("model/load", { source });
    await this.until("model/changed", ({ phase }) => phase === "ready" || phase === "failed");
  }

  /** Asks the worker; rejects with its error. */
  request(method, params = {}) {
    const id = ++this.#number;
    const message = { jsonrpc: "2.0", id, method, params: { modelId: MODEL_ID, ...params } };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => (error ? reject(error) : resolve(result)));
      this.#process.stdin.write(`${JSON.stringify(message)}\n`);
    });
  }

  /** The first notification of a method that is accepted. */
  until(method, accepts) {
    return new Promise((resolve) => {
      const watch = (message) => {
        if (message.method !== method || !accepts(message.params)) return;
        this.#watching.delete(watch);
        resolve(message.params);
      };
      this.#watching.add(watch);
    });
  }

  async removeBlocks() {
    const { blocks } = await this.request("block/list");
    for (const { blockId } of blocks) await this.request("block/remove", { blockId });
  }

  /** Plays the host of a page; `kept` is what an earlier window kept. */
  async attach(page, kept = null) {
    await page.exposeFunction("toHost", (message) => this.#fromPage(page, message));
    await page.addInitScript({ content: `window.keptState = ${JSON.stringify(kept)};${HOST}` });
    this.#pages.add(page);
    page.on("close", () => this.#pages.delete(page));
  }

  async close() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.stdin.end();
    await ended;
  }

  async #fromPage(page, message) {
    if (message.id === undefined) return;
    const reply = await this.#answer(message).then(
      (result) => ({ result }),
      (error) => ({ error }),
    );
    await tell(page, { jsonrpc: "2.0", id: message.id, ...reply });
  }

  async #answer({ method, params }) {
    const host = { kind: "vscode", canInsert: true, trusted: true, modelId: MODEL_ID };
    if (method === "page/ready") return host;
    if (method === "model/read") return this.state;
    if (method === "picture/save") {
      this.files.set(params.name, Buffer.from(params.data, "base64"));
      return { file: params.name };
    }
    return this.request(method, params);
  }

  #receive(message) {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
      return;
    }
    if (message.method === "model/changed") this.state = message.params;
    for (const watch of [...this.#watching]) watch(message);
    for (const page of this.#pages) void tell(page, message);
  }
}

/** A page may be closed while something is on its way to it. */
function tell(page, message) {
  return page.evaluate((data) => window.postMessage(data, "*"), message).catch(() => undefined);
}
