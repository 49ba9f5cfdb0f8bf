/** What runs cost: bytes on the wire, memory after a thousand, frames while events come in. */
import { run } from "../setup/command.mjs";
import { inRoot, VENV_PYTHON } from "../setup/folders.mjs";
import { step } from "../setup/report.mjs";

/**
 * @typedef {{ tokens: number, bytes: number, byMethod: Record<string, number> }} Wire
 * @typedef {{ modules: number, emptyMs: number, foldedMs: number, unfoldedMs: number }} Streaming
 * @typedef {{ runs: number, held: Record<string, number[]> }} Sessions
 */

/** @returns {Promise<string[]>} a line for each figure */
export async function measureRuns() {
  const wire = await measureWire();
  const { emptyMs, foldedMs, unfoldedMs, modules } = await measureStreaming();
  const times = [foldedMs, unfoldedMs].map((ms) => `${(ms / emptyMs).toFixed(2)} ×`);
  return [
    `messages of a run, ${wire.tokens} tokens, GPT-2's size: ${kilobytes(wire.bytes)}; aim ≤ 300 KB`,
    `a frame while ${modules} modules run: ${times.join(", all layers shown ")} an empty one (${emptyMs.toFixed(0)} ms); aim ≤ 2 ×`,
    ...(await measureSessions()),
  ];
}

/** @returns {Promise<Wire>} */
async function measureWire() {
  const script = inRoot("scripts", "bench_runs.py");
  const { output } = await step("A run on the wire", (progress) =>
    run(VENV_PYTHON, [script], { progress }),
  );
  return JSON.parse(output).wire;
}

/** @returns {Promise<Streaming>} */
async function measureStreaming() {
  const script = inRoot("webview", "bench", "streaming.mjs");
  const { output } = await step("Events of 2,000 modules", (progress) =>
    run(process.execPath, [script], { progress }),
  );
  return JSON.parse(output).streaming;
}

/** What every process holds on the way through a thousand runs. */
async function measureSessions() {
  const script = inRoot("scripts", "bench", "sessions.mjs");
  const { output } = await step("A thousand runs in a browser, and in an editor", (progress) =>
    run(process.execPath, [script], { progress }),
  );
  /** @type {Sessions} */
  const { runs, held } = JSON.parse(output);
  return Object.entries(held).map(([name, bytes]) => {
    const parts = bytes.map((one) => (one / 1e6).toFixed(1)).join(", ");
    return `${name}, MB after each fifth of ${runs} runs: ${parts}`;
  });
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(0)} KB`;
}
