/**
 * Runs stages, two beside each other, all of them, and tells how each ended: what one says is printed
 * whole. Called by `check` and `test`.
 */
import { elapsed, Failure, say } from "../setup/report.mjs";

const LANES = 2;

/** @typedef {import("./stages.mjs").Stage} Stage */

/**
 * @param {readonly (readonly Stage[])[]} rounds a round begins when the one before it has ended;
 *   within one the next stage begins as soon as a lane is free, so the longest goes first
 */
export async function runStages(...rounds) {
  /** @type {string[]} */
  const failed = [];
  const since = performance.now();
  for (const stages of rounds) failed.push(...(await runRound(stages)));
  const count = rounds.flat().length;
  say(`\n${count - failed.length} of ${count} stages passed in ${elapsed(since)}.`);
  if (failed.length > 0) throw new Failure(`Failed: ${failed.join(", ")}.`);
}

/**
 * @param {readonly Stage[]} stages
 * @returns {Promise<string[]>} names of those that failed
 */
async function runRound(stages) {
  /** @type {string[]} */
  const failed = [];
  /** @type {Stage[]} */
  const waiting = [];
  // one after the other: what is installed is used by the stages beside each other
  for (const stage of stages)
    (await isPrepared(stage)) ? waiting.push(stage) : failed.push(stage.name);
  const lane = async () => {
    for (let stage = waiting.shift(); stage; stage = waiting.shift())
      if (!(await passes(stage))) failed.push(stage.name);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return failed;
}

/** @param {Stage} stage */
async function isPrepared(stage) {
  try {
    await stage.prepare?.();
    return true;
  } catch (error) {
    tell(stage, asVerdict(error), performance.now());
    return false;
  }
}

/** @param {Stage} stage */
async function passes(stage) {
  const since = performance.now();
  say(`… ${stage.name}`);
  const verdict = await stage.run(() => undefined).catch(asVerdict);
  tell(stage, verdict, since);
  return verdict.passed;
}

/**
 * @param {Stage} stage
 * @param {import("./stages.mjs").Verdict} verdict
 * @param {number} since
 */
function tell({ name }, { passed, lines }, since) {
  const told = [`${passed ? "✓" : "✗"} ${name} (${elapsed(since)})`, ...lines];
  say(told.join("\n    "));
}

/**
 * @param {unknown} error
 * @returns {import("./stages.mjs").Verdict}
 */
function asVerdict(error) {
  if (error instanceof Failure)
    return { passed: false, lines: [...error.details.split("\n"), error.message] };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { passed: false, lines: text.split("\n") };
}
