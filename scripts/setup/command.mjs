/**
 * Runs other programs: output collected, last lines kept for an error, ended when we are ended.
 * Node built-ins only.
 */
import { spawn } from "node:child_process";
import { ROOT, WINDOWS } from "./folders.mjs";
import { Failure } from "./report.mjs";

const KEPT_LINES = 40;

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env] replaces the environment
 * @property {(line: string) => void} [progress] told each line of output
 * @property {string} [otherwise] sentence for the person if it fails
 *
 * @typedef {object} Outcome
 * @property {number} status 0 for success; 127 if the program was not found
 * @property {string} output standard output
 * @property {string[]} tail last lines of standard output and error
 */

/**
 * Runs a program to its end, whatever its exit status.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<Outcome>}
 */
export function attempt(program, args, options = {}) {
  const child = spawn(program, [...args], {
    cwd: options.cwd ?? ROOT,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    shell: WINDOWS && program.endsWith(".cmd"),
  });
  const outcome = { status: 0, output: "", tail: /** @type {string[]} */ ([]) };
  const lines = { out: lineReader(outcome, options), err: lineReader(outcome, options) };
  child.stdout.setEncoding("utf8").on("data", (text) => {
    outcome.output += text;
    lines.out(text);
  });
  child.stderr.setEncoding("utf8").on("data", lines.err);
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ ...outcome, status: 127, tail: [error.message] }));
    child.once("close", (code) => {
      for (const read of Object.values(lines)) read("\n");
      resolve({ ...outcome, status: code ?? 1 });
    });
  });
}

/**
 * Takes text as it comes and keeps its lines, the last of them only.
 * @param {Outcome} outcome
 * @param {CommandOptions} options
 * @returns {(text: string) => void}
 */
function lineReader(outcome, options) {
  let unfinished = "";
  return (text) => {
    const parts = (unfinished + text).split(/[\r\n]+/);
    unfinished = parts.pop() ?? "";
    const lines = parts.filter((line) => line.trim());
    outcome.tail.push(...lines);
    outcome.tail.splice(0, Math.max(0, outcome.tail.length - KEPT_LINES));
    const last = lines.findLast((line) => !/\bwarn(ing)?\b/i.test(line));
    if (last) options.progress?.(last.trim());
  };
}

/**
 * Runs a program that has to succeed.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<Outcome>}
 */
export async function run(program, args, options = {}) {
  const outcome = await attempt(program, args, options);
  if (outcome.status === 0) return outcome;
  const sentence = options.otherwise ?? `"${program} ${args[0] ?? ""}" failed.`;
  throw new Failure(sentence, outcome.tail.join("\n"));
}
