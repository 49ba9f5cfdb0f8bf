/**
 * The static checks, each by name: what `npm run check` runs and `npm test` begins with.
 * A stage answers with the lines worth showing, and whether it passed.
 */
import { attempt } from "../setup/command.mjs";
import { inRoot, VENV_PYTHON } from "../setup/folders.mjs";
import { machinePaths, tooLongFiles } from "./rules.mjs";

const SHOWN_OF_A_FAILURE = 150;

/**
 * @typedef {{ passed: boolean, lines: string[] }} Verdict
 * @typedef {object} Stage
 * @property {string} name
 * @property {() => Promise<unknown>} [prepare] installs what it needs; no other stage runs meanwhile
 * @property {(progress: (line: string) => void) => Promise<Verdict>} run
 */

/**
 * @param {string} name
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ closing?: number, env?: NodeJS.ProcessEnv }} [options] `closing`: how many last lines are shown when it passes
 * @returns {Stage}
 */
export function programStage(name, program, args, { closing = 1, env = process.env } = {}) {
  return {
    name,
    run: async (progress) => {
      // stages run beside each other: torch's threads would wait for one another, busily
      const plain = { OMP_NUM_THREADS: "1", ...env, NO_COLOR: "1" };
      const outcome = await attempt(program, args, { progress, env: plain });
      const passed = outcome.status === 0;
      return { passed, lines: passed ? outcome.tail.slice(-closing) : lastLines(outcome) };
    },
  };
}

/**
 * All that a runner says at its end of what failed, and what went to standard error.
 * @param {import("../setup/command.mjs").Outcome} outcome
 */
function lastLines({ output, tail }) {
  const lines = output.split("\n").filter((line) => line.trim());
  return [...tail.filter((line) => !lines.includes(line)), ...lines.slice(-SHOWN_OF_A_FAILURE)];
}

/**
 * @param {string} name
 * @param {() => string[] | Promise<string[]>} find
 * @returns {Stage}
 */
function ruleStage(name, find) {
  return {
    name,
    run: async () => {
      const lines = await find();
      return { passed: lines.length === 0, lines };
    },
  };
}

/**
 * @param {string} name
 * @param {string} script below node_modules
 * @param {readonly string[]} args
 */
function nodeStage(name, script, args) {
  return programStage(name, process.execPath, [inRoot("node_modules", script), ...args]);
}

/**
 * @param {string} name
 * @param {readonly string[]} args
 */
function pythonStage(name, args) {
  return programStage(name, VENV_PYTHON, ["-m", ...args]);
}

/** @returns {Stage[]} */
export function checkStages() {
  const generated = inRoot("webview", "src", "protocol", "messages.generated.ts");
  const freshness = ["interpogate.protocol.typescript", "--check", generated];
  const linted = ["python_backend", "tests/python", "scripts"];
  // the examples are written for readers, not for every rule
  const formatted = [...linted, "examples"];
  return [
    nodeStage("biome", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."]),
    nodeStage("types of the scripts", "typescript/bin/tsc", ["-p", "tsconfig.json"]),
    nodeStage("types of the extension", "typescript/bin/tsc", ["-p", "extension/tsconfig.json"]),
    nodeStage("types of the page", "svelte-check/bin/svelte-check", [
      ...["--tsconfig", "./tsconfig.json", "--workspace", "webview"],
      ...["--fail-on-warnings", "--output", "machine"],
    ]),
    pythonStage("ruff", ["ruff", "check", "--quiet", ...linted]),
    pythonStage("ruff format", ["ruff", "format", "--check", ...formatted]),
    pythonStage("mypy", ["mypy"]),
    pythonStage("generated files", freshness),
    pythonStage("layers", ["pytest", "tests/python/test_layering.py"]),
    ruleStage("file lengths", tooLongFiles),
    ruleStage("machine paths", machinePaths),
  ];
}
