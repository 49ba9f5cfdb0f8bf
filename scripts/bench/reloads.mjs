/** From a save to the new graph, and from a kill of the worker to everything being there again. */
import { run } from "../setup/command.mjs";
import { inRoot, VENV_PYTHON } from "../setup/folders.mjs";
import { step } from "../setup/report.mjs";

const KILLS = "100";

/** @returns {Promise<string[]>} lines to show */
export async function measureReloads() {
  return [await saveToGraph(), await kills()];
}

async function saveToGraph() {
  const { output } = await step("Saving a file that makes the demo model", (progress) =>
    run(VENV_PYTHON, [inRoot("scripts", "bench_reload.py")], {
      progress,
      env: { ...process.env, PYTHONPATH: inRoot("python_backend") },
    }),
  );
  /** @type {Record<string, number>} */
  const { all = 0, ...steps } = JSON.parse(output);
  const parts = Object.entries(steps).map(([name, time]) => `${name} ${time.toFixed(0)}`);
  return `save to new graph: ${all.toFixed(0)} ms (${parts.join(", ")})`;
}

async function kills() {
  const { output } = await step(`Killing a worker ${KILLS} times`, (progress) =>
    run(VENV_PYTHON, ["-m", "pytest", inRoot("tests", "python", "opened", "test_kills.py")], {
      progress,
      env: { ...process.env, INTERPOGATE_KILLS: KILLS },
    }),
  );
  /** @type {string[]} */
  const lines = output.split("\n");
  const line = lines.find((candidate) => candidate.includes("beyond loading"));
  return `${line?.trim() ?? "no figure"}; aim ≤ 2 s beyond loading`;
}
