/** The tests, each runner a stage: what `npm test` runs beside the static checks. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { inRoot, VENV_PYTHON } from "../setup/folders.mjs";
import { installNotebookPackages } from "../setup/python-packages.mjs";
import { provideChromium } from "../workbench/chromium.mjs";
import { provideCodeServer } from "../workbench/code-server.mjs";
import { provideJupyterLab } from "../workbench/jupyter.mjs";
import { programStage } from "./stages.mjs";

const VITEST = inRoot("node_modules", "vitest", "vitest.mjs");

/** Last in their folder: those that the lane of all other tests takes over when it is through. */
const HANDED_OVER = ["trust.test.mjs", "window.test.mjs", "worker.test.mjs"];

/** Takes about as long as all others together. @returns {import("./stages.mjs").Stage[]} */
export function longStages() {
  const files = testFiles("tests/e2e", (name) => !HANDED_OVER.includes(name));
  return [workbenchStage("end-to-end tests", files)];
}

/** @returns {import("./stages.mjs").Stage[]} */
export function testStages() {
  return [
    pythonStage(),
    vitestStage("page tests", "webview/vitest.config.ts"),
    vitestStage("extension tests", "tests/extension/vitest.config.ts"),
    workbenchStage("page in the browser", testFiles("tests/webview")),
    hostStage("extension host tests", "tests/extension/host/run.mjs"),
    workbenchStage("notebook tests", testFiles("tests/notebooks"), provideJupyterLab),
    workbenchStage(
      "end-to-end tests of windows",
      testFiles("tests/e2e", (name) => HANDED_OVER.includes(name)),
    ),
  ];
}

/** The examples' notebooks are executed: they need a kernel. @returns {import("./stages.mjs").Stage} */
function pythonStage() {
  const stage = programStage("python tests", VENV_PYTHON, ["-m", "pytest"], { closing: 3 });
  return { ...stage, prepare: installNotebookPackages };
}

/**
 * @param {string} name
 * @param {string} configuration
 */
function vitestStage(name, configuration) {
  const args = [VITEST, "run", "--config", configuration];
  return programStage(name, process.execPath, args, { closing: 6 });
}

/**
 * Tests of Node's own runner that drive a browser, one file after the other.
 * @param {string} name
 * @param {readonly string[]} files
 * @param {() => Promise<unknown>} [provide] what they need beside a browser and VS Code
 * @returns {import("./stages.mjs").Stage}
 */
function workbenchStage(name, files, provide) {
  const args = ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files];
  return {
    ...programStage(name, process.execPath, args, { closing: 9 }),
    prepare: async () => {
      await provideBrowserAndEditor();
      await provide?.();
    },
  };
}

/**
 * @param {string} name
 * @param {string} script
 * @returns {import("./stages.mjs").Stage}
 */
function hostStage(name, script) {
  const stage = programStage(name, process.execPath, [inRoot(script)], { closing: 30 });
  return { ...stage, prepare: provideBrowserAndEditor };
}

async function provideBrowserAndEditor() {
  await provideChromium();
  await provideCodeServer();
}

/**
 * @param {string} folder
 * @param {(name: string) => boolean} [isWanted]
 */
function testFiles(folder, isWanted = () => true) {
  const place = inRoot(folder);
  return readdirSync(place)
    .filter((name) => name.endsWith(".test.mjs") && isWanted(name))
    .sort()
    .map((name) => join(place, name));
}
