/** How long the editor process takes from its start to the reply to `initialize`, and that it has no torch. */
import { spawn } from "node:child_process";
import { attempt } from "../setup/command.mjs";
import { inRoot, VENV_PYTHON } from "../setup/folders.mjs";

const STARTER = inRoot("extension", "bundled", "start_editor.py");
const ROUNDS = 7;

// a person's Python keeps what it compiled at the first start
const { PYTHONDONTWRITEBYTECODE: _, ...ENVIRONMENT } = process.env;

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { processId: process.pid, rootUri: null, capabilities: {} },
};

/**
 * Medians over a few rounds, the two kinds taking turns so that both meet the same machine.
 * @returns {Promise<{ initializeMs: number, bareMs: number, hasTorch: boolean }>}
 */
export async function measureEditorStart() {
  const initialize = [];
  const bare = [];
  await initializeReply([STARTER]).then(({ stop }) => stop());
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await timeOf(() => attempt(VENV_PYTHON, ["-c", "pass"], { env: ENVIRONMENT })));
    initialize.push(await timeOf(() => initializeReply([STARTER]).then(({ stop }) => stop())));
  }
  const { imports } = await importsOf();
  const hasTorch = imports.some((name) => name === "torch" || name.startsWith("torch."));
  return { initializeMs: median(initialize), bareMs: median(bare), hasTorch };
}

/**
 * @param {() => Promise<unknown>} work
 */
async function timeOf(work) {
  const since = performance.now();
  await work();
  return performance.now() - since;
}

/** @param {readonly number[]} values */
export function median(values) {
  return (
    [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
  );
}

/**
 * Starts an editor process and resolves at its first message; `stop` ends it without waiting.
 * @param {readonly string[]} args
 */
async function initializeReply(args) {
  const child = spawn(VENV_PYTHON, args, { stdio: ["pipe", "pipe", "pipe"], env: ENVIRONMENT });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  const body = JSON.stringify(INITIALIZE);
  child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  await new Promise((resolve, reject) => {
    child.stdout.once("data", resolve);
    child.once("exit", () => reject(new Error(`the editor process ended: ${errors}`)));
  });
  const ended = new Promise((resolve) => child.once("close", () => resolve(errors)));
  return { stop: () => child.kill(), ended };
}

/** What the process has imported by the time it replies, as Python itself lists it. */
async function importsOf() {
  const { stop, ended } = await initializeReply(["-X", "importtime", STARTER]);
  stop();
  const listing = String(await ended);
  const imports = listing.split("\n").map((line) => line.split("|").at(-1)?.trim() ?? "");
  return { imports };
}
