/** Runs stages one after the other, all of them, and tells how they ended. Called by `check` and `test`. */
import { elapsed, Failure, say } from "../setup/report.mjs";

/**
 * @param {readonly import("./stages.mjs").Stage[]} stages
 */
export async function runStages(stages) {
  const failed = [];
  const since = performance.now();
  for (const stage of stages) {
    if (!(await runStage(stage))) failed.push(stage.name);
  }
  say(`\n${stages.length - failed.length} of ${stages.length} stages passed in ${elapsed(since)}.`);
  if (failed.length > 0) throw new Failure(`Failed: ${failed.join(", ")}.`);
}

/** @param {import("./stages.mjs").Stage} stage */
async function runStage(stage) {
  const since = performance.now();
  say(`… ${stage.name}`);
  const { passed, lines } = await stage.run(() => undefined).catch(asVerdict);
  for (const line of lines) say(`    ${line}`);
  say(`${passed ? "✓" : "✗"} ${stage.name} (${elapsed(since)})`);
  return passed;
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
