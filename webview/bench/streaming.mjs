/**
 * `node webview/bench/streaming.mjs` prints as JSON what a frame of the built page costs, in
 * milliseconds, empty and while the events of a run of 2,000 modules come in. Called by `npm run bench`.
 */
import { launch, openPage } from "../../tests/webview/replay/page.mjs";
import { gptRecording } from "../../tests/webview/replay/recording.mjs";

const LAYERS = 153;
const FRAMES = 60;

/** Nothing to draw but one node. */
function emptyRecording() {
  const recording = gptRecording({ layers: 1 });
  const root = recording.levels["."];
  const row = (column) => (Array.isArray(column) ? column.slice(0, 1) : column);
  const first = Object.fromEntries(Object.entries(root).map(([key, column]) => [key, row(column)]));
  const none = { edgeSources: [], edgeTargets: [], edgeTensors: [], edgeCounts: [] };
  const edges = { ...none, edgeOutputs: [], edgeInputs: [] };
  recording.levels = { ".": { ...first, ...edges } };
  return recording;
}

/** Runs in the page: milliseconds between frames while something is done before each. */
async function gaps([frames, mode]) {
  const { replay, recording } = window;
  const { kinds, modules, timesUs } = recording.events;
  const host = document.querySelector(".stage");
  const frame = () => new Promise(requestAnimationFrame);
  const part = Math.ceil(kinds.length / frames);
  if (mode === "stream") {
    const run = { modelId: recording.model.modelId, runId: 1, phase: "running", durationMs: 0 };
    replay.emit("run/changed", { ...run, eventCount: 0 });
    await frame();
  }
  const found = [];
  let last = await frame();
  for (let step = 0; step < frames; step++) {
    const first = step * part;
    const cut = (column) => column.slice(first, first + part);
    const columns = { kinds: cut(kinds), modules: cut(modules), timesUs: cut(timesUs) };
    if (mode === "stream")
      replay.emit("run/events", { modelId: recording.model.modelId, runId: 1, first, ...columns });
    else host.dispatchEvent(new WheelEvent("wheel", { deltaX: step % 2 ? 3 : -3, bubbles: true }));
    const now = await frame();
    found.push(now - last);
    last = now;
  }
  return found.slice(5).reduce((sum, gap) => sum + gap, 0) / (found.length - 5);
}

async function frameOf(browser, recording, mode, expanded) {
  const { page, context } = await openPage(browser, recording, { motion: "no-preference" });
  try {
    await page.getByRole("treeitem").first().waitFor();
    if (expanded) {
      await page.getByRole("treeitem").nth(2).waitFor();
      await page.getByRole("treeitem", { name: /h\.0 – / }).focus();
      await page.keyboard.press("ArrowRight");
      await page.getByRole("treeitem", { name: "transformer.h.9", exact: true }).waitFor();
      await page.keyboard.press("f");
    }
    await page.waitForFunction(() => document.querySelector("canvas").width > 0);
    await page.evaluate(gaps, [20, "idle"]);
    return await page.evaluate(gaps, [FRAMES, mode]);
  } finally {
    await context.close();
  }
}

/** Milliseconds a frame: empty, and while 2,000 modules run, folded and with all layers shown. */
async function measureStreaming() {
  const browser = await launch();
  try {
    const recording = () => gptRecording({ layers: LAYERS });
    return {
      modules: recording().model.summary.moduleCount,
      emptyMs: await frameOf(browser, emptyRecording(), "idle", false),
      foldedMs: await frameOf(browser, recording(), "stream", false),
      unfoldedMs: await frameOf(browser, recording(), "stream", true),
    };
  } finally {
    await browser.close();
  }
}

process.stdout.write(`${JSON.stringify({ streaming: await measureStreaming() })}\n`);
