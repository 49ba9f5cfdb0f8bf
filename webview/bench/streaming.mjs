/**
 * `node webview/bench/streaming.mjs` prints as JSON what a frame of the built page costs, in
 * milliseconds, empty and while the events of a run of 2,000 modules come in; and what a thousand runs
 * leave behind in its heap. Called by `npm run bench`.
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
  const edges = { edgeSources: [], edgeTargets: [], edgeTensors: [], edgeCounts: [] };
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

/** Bytes of the page's heap after some runs and after many more, each time after collecting garbage. */
async function measureHeap(before = 50, runs = 1000) {
  const browser = await launch();
  try {
    const { page } = await openPage(browser, gptRecording({ layers: 12 }), { motion: "reduce" });
    await page.getByRole("treeitem").nth(2).waitFor();
    await page.evaluate(() => Object.assign(window.replay, { batch: 10_000, frameMs: 0 }));
    const session = await page.context().newCDPSession(page);
    const used = async () => {
      await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize;
    };
    await manyRuns(page, before);
    const early = await used();
    await manyRuns(page, runs);
    return { runs, earlyBytes: early, lateBytes: await used() };
  } finally {
    await browser.close();
  }
}

/** What the host of the tests keeps of its own is let go: it is no part of the page. */
async function manyRuns(page, count) {
  await page.evaluate(async (wanted) => {
    const { replay } = window;
    const button = () => document.querySelector('button[aria-label="Run forward pass"]');
    for (let run = 0; run < wanted; run++) {
      button().click();
      const ended = `Run ${replay.runId}:`;
      const said = () => document.querySelector(".outcome")?.textContent ?? "";
      while (!said().includes(ended)) await new Promise((done) => setTimeout(done));
      while (button().disabled) await new Promise((done) => setTimeout(done));
      replay.requests.length = 0;
      replay.runs.clear();
    }
  }, count);
}

const streaming = await measureStreaming();
process.stdout.write(`${JSON.stringify({ streaming, heap: await measureHeap() })}\n`);
