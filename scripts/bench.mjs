/** `npm run bench`: the numbers that the design aims at, each a ratio or a time from one run on this machine. */
import { existsSync } from "node:fs";
import { measureEditorStart } from "./bench/editor-start.mjs";
import { measureReloads } from "./bench/reloads.mjs";
import { measureRuns } from "./bench/runs.mjs";
import { measureWorkbench } from "./bench/workbench.mjs";
import { buildEverything } from "./build/everything.mjs";
import { run } from "./setup/command.mjs";
import { inRoot, VENV_PYTHON } from "./setup/folders.mjs";
import { entry, say, step } from "./setup/report.mjs";

await entry(async () => {
  await buildEverything();
  await benchTrace();
  await benchPicture();
  await benchEditor();
  await benchLanguage();
  await benchWorkbench();
  for (const line of await measureReloads()) say(indented(line));
  for (const line of await measureRuns()) say(indented(line));
});

/** Shape trace and data-flow trace against the bare forward. */
async function benchTrace() {
  const script = inRoot("scripts", "bench_trace.py");
  if (!existsSync(script)) return;
  const { output } = await step("Tracing a model of GPT-2's size", (progress) =>
    run(VENV_PYTHON, [script], { progress }),
  );
  /** @type {{ tokens: number, bareMilliseconds: number, shapeTraceRatio: number, dataflowTraceRatio: number, attentionBlockRatio: number }[]} */
  const rows = JSON.parse(output);
  for (const row of rows) {
    const bare = `${row.tokens} tokens, bare forward ${row.bareMilliseconds.toFixed(0)} ms`;
    const shapes = `shape trace ${row.shapeTraceRatio.toFixed(3)} × (aim ≤ 1.05)`;
    const flow = `data-flow trace ${row.dataflowTraceRatio.toFixed(3)} × (aim ≤ 1.15)`;
    const block = `with a 12-head attention block ${row.attentionBlockRatio.toFixed(3)} × (aim ≤ 1.3)`;
    say(indented(`${bare}: ${shapes}, ${flow}, ${block}`));
  }
}

/** The notebook's picture: its size, and the time it takes. */
async function benchPicture() {
  const { output } = await step("Making the notebook picture of GPT-2", (progress) =>
    run(VENV_PYTHON, [inRoot("scripts", "bench_picture.py")], { progress }),
  );
  /** @type {{ tokens: number, firstSeconds: number, medianSeconds: number, kilobytes: number }} */
  const { tokens, firstSeconds, medianSeconds, kilobytes } = JSON.parse(output);
  const time = `first ${firstSeconds} s, then ${medianSeconds} s (aim < 0.5 s)`;
  say(indented(`${tokens} tokens: ${kilobytes} kB (aim ≤ 700 kB), ${time}`));
}

/** @param {string} text */
function indented(text) {
  return text.replaceAll(/^/gm, "    ");
}

async function benchEditor() {
  const { initializeMs, bareMs, hasTorch } = await step("Starting the editor process", () =>
    measureEditorStart(),
  );
  const ratio = (initializeMs / bareMs).toFixed(1);
  const times = `${initializeMs.toFixed(0)} ms, ${ratio} × a bare Python (${bareMs.toFixed(0)} ms)`;
  say(indented(`start to the reply to initialize: ${times}; aim ≤ 300 ms`));
  say(indented(`torch in the editor process: ${hasTorch ? "YES" : "no"}`));
}

/** Completion and hover while one types, in a model of 100,000 modules. */
async function benchLanguage() {
  const script = inRoot("scripts", "bench_language.py");
  const { output } = await step("Typing paths in a model of 100,000 modules", (progress) =>
    run(VENV_PYTHON, [script], { progress }),
  );
  /** @type {Record<string, number>} */
  const figures = JSON.parse(output);
  const named = {
    completion: "completionMs",
    "in a long list": "listCompletionMs",
    hover: "hoverMs",
  };
  const times = Object.entries(named).map(
    ([title, name]) => `${title} ${figures[name]} ms (worst ${figures[`${name}Worst`]} ms)`,
  );
  say(indented(`request to reply: ${times.join(", ")}; aim ≤ 10 ms`));
}

async function benchWorkbench() {
  const times = await step("Opening the demo model in a real VS Code", () => measureWorkbench());
  const { commandToLoadedMs: load, loadedToPaintedMs: paint, clickToTextMs: click } = times;
  const share = ((100 * paint) / (load + paint)).toFixed(0);
  say(indented(`command to painted graph: ${load + paint} ms, loading ${load} ms`));
  say(indented(`loaded to painted graph: ${paint} ms (${share} % of it); aim ≤ 1000 ms`));
  say(indented(`click to inserted text: ${click} ms; aim ≤ 300 ms`));
}
