/** Runs a script with inserted hooks and compares what they saw with the comments in it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../../scripts/setup/command.mjs";
import { VENV_PYTHON } from "../../../scripts/setup/folders.mjs";

/**
 * What a person types at the tab stop of a callback.
 * @param {"args" | "kwargs" | "output"} name
 */
export const sayShape = (name) => `__import__("shapes").say("${name}", ${name})`;

/**
 * @param {string} folder
 * @param {string} script
 */
export const readScript = (folder, script) => readFileSync(join(folder, script), "utf8");

/**
 * The shapes that the comments of a script promise, by argument name.
 * @param {string} text
 */
export function promisedShapes(text) {
  const lines = [...text.matchAll(/^ *# (args|kwargs|output): (.*)$/gm)];
  return lines.map((match) => `${match[1]}: ${match[2]}`);
}

/**
 * Runs a script as its owner would, and returns what its hooks said.
 * @param {string} folder
 * @param {string} script
 * @param {string} [python]
 */
export async function runScript(folder, script, python = VENV_PYTHON) {
  const { status, output, tail } = await attempt(python, [script], { cwd: folder });
  assert.equal(status, 0, `${script} runs:\n${tail.join("\n")}`);
  return output.split("\n").filter((line) => /^(args|kwargs|output): /.test(line));
}
