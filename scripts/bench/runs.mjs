/** What runs cost: bytes on the wire, memory after a thousand, frames while events come in. */
import { run } from "../setup/command.mjs";
import { inRoot, VENV_PYTHON } from "../setup/folders.mjs";
import { step } from "../setup/report.mjs";

/**
 * @typedef {object} RunFigures
 * @property {{ tokens: number, bytes: number, byMethod: Record<string, number> }} wire
 * @property {{ runs: number, earlyBytes: number, lateBytes: number }} memory
 */

/**
 * @typedef {object} PageFigures
 * @property {{ modules: number, emptyMs: number, foldedMs: number, unfoldedMs: number }} streaming
 * @property {{ runs: number, earlyBytes: number, lateBytes: number }} heap
 */

/** @returns {Promise<string[]>} a line for each figure */
export async function measureRuns() {
  const script = inRoot("scripts", "bench_runs.py");
  const { output } = await step("A run on the wire, and a thousand in one worker", (progress) =>
    run(VENV_PYTHON, [script], { progress }),
  );
  /** @type {RunFigures} */
  const { wire, memory } = JSON.parse(output);
  const { streaming, heap } = await measurePage();
  const { emptyMs, foldedMs, unfoldedMs, modules } = streaming;
  const times = [foldedMs, unfoldedMs].map((ms) => `${(ms / emptyMs).toFixed(2)} ×`);
  return [
    `messages of a run, ${wire.tokens} tokens, GPT-2's size: ${kilobytes(wire.bytes)}; aim ≤ 300 KB`,
    `worker before and after ${memory.runs} runs: ${growth(memory)}`,
    `page before and after ${heap.runs} runs: ${growth(heap)}`,
    `a frame while ${modules} modules run: ${times.join(", all layers shown ")} an empty one (${emptyMs.toFixed(0)} ms); aim ≤ 2 ×`,
  ];
}

/** @returns {Promise<PageFigures>} */
async function measurePage() {
  const script = inRoot("webview", "bench", "streaming.mjs");
  const { output } = await step(
    "Events of 2,000 modules, and a thousand runs in one page",
    (progress) => run(process.execPath, [script], { progress }),
  );
  return JSON.parse(output);
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(0)} KB`;
}

/** @param {{ earlyBytes: number, lateBytes: number }} figures */
function growth({ earlyBytes, lateBytes }) {
  const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  return `${megabytes(earlyBytes)}, ${megabytes(lateBytes)}`;
}
