/** `npm run bench`: the numbers that the design aims at, each a ratio or a time from one run on this machine. */
import { existsSync } from "node:fs";
import { measureEditorStart } from "./bench/editor-start.mjs";
import { measureRuns } from "./bench/runs.mjs";
import { measureWorkbench } from "./bench/workbench.mjs";
import { buildEverything } from "./build/everything.mjs";
import { run } from "./setup/command.mjs";
import { inRoot, VENV_PYTHON } from "./setup/folders.mjs";
import { entry, say, step } from "./setup/report.mjs";

await entry(async () => {
  await buildEverything();
  await benchTrace();
  await benchEditor();
  await benchWorkbench();
  for (const line of await measureRuns()) say(indented(line));
});

/** Shape trace and data-flow trace against the bare forward. */
async function benchTrace() {
  const script = inRoot("scripts", "bench_trace.py");
  if (!existsSync(script)) return;
  const { output } = await step("Tracing a model of GPT-2's size", (progress) =>
    run(VENV_PYTHON, [script], { progress }),
  );
  /** @type {{ tokens: number, bareMilliseconds: number, shapeTraceRatio: number, dataflowTraceRatio: number }[]} */
  const rows = JSON.parse(output);
  for (const row of rows) {
    const bare = `${row.tokens} tokens, bare forward ${row.bareMilliseconds.toFixed(0)} ms`;
    const shapes = `shape trace ${row.shapeTraceRatio.toFixed(3)} × (aim ≤ 1.05)`;
    const flow = `data-flow trace ${row.dataflowTraceRatio.toFixed(3)} × (aim ≤ 1.15)`;
    say(indented(`${bare}: ${shapes}, ${flow}`));
  }
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

async function benchWorkbench() {
  const times = await step("Opening the demo model in a real VS Code", () => measureWorkbench());
  const { commandToLoadedMs: load, loadedToPaintedMs: paint, clickToTextMs: click } = times;
  const share = ((100 * paint) / (load + paint)).toFixed(0);
  say(indented(`command to painted graph: ${load + paint} ms, loading ${load} ms`));
  say(indented(`loaded to painted graph: ${paint} ms (${share} % of it); aim ≤ 1000 ms`));
  say(indented(`click to inserted text: ${click} ms; aim ≤ 300 ms`));
}
