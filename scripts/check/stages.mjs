/**
 * The static checks, each by name: what `npm run check` runs and `npm test` begins with.
 * A stage answers with the lines worth showing, and whether it passed.
 */
import { attempt } from "../setup/command.mjs";
import { inRoot, VENV_PYTHON } from "../setup/folders.mjs";
import { machinePaths, tooLongFiles } from "./rules.mjs";

/**
 * @typedef {{ passed: boolean, lines: string[] }} Verdict
 * @typedef {{ name: string, run: (progress: (line: string) => void) => Promise<Verdict> }} Stage
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
      const plain = { ...env, NO_COLOR: "1" };
      const { status, tail } = await attempt(program, args, { progress, env: plain });
      return { passed: status === 0, lines: status === 0 ? tail.slice(-closing) : tail };
    },
  };
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
