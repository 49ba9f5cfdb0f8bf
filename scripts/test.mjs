/**
 * `npm test`: sets everything up, then runs all checks and tests; all of them, even if one fails.
 * `npm test -- python page` runs the stages whose names hold one of the words; `--list` names them.
 */
import { buildEverything, installPackages } from "./build/everything.mjs";
import { runStages } from "./check/run-stages.mjs";
import { checkStages } from "./check/stages.mjs";
import { longStages, testStages } from "./check/test-stages.mjs";
import { entry, Failure, say } from "./setup/report.mjs";

/** @type {import("./check/stages.mjs").Stage} */
const BUILD = {
  name: "build",
  run: async () => {
    await buildEverything();
    return { passed: true, lines: [] };
  },
};

// the longest first: the others find their place beside it
const allStages = () => [...longStages(), ...checkStages(), ...testStages()];

await entry(async () => {
  const words = process.argv.slice(2);
  if (words.includes("--list"))
    say(
      allStages()
        .map(({ name }) => name)
        .join("\n"),
    );
  else await test(words);
});

/** @param {readonly string[]} words */
async function test(words) {
  const chosen = allStages().filter(({ name }) => isWanted(name, words));
  if (chosen.length === 0)
    throw new Failure("No stage is named so: npm test -- --list names them.");
  await installPackages();
  await runStages([BUILD], chosen);
}

/**
 * @param {string} name
 * @param {readonly string[]} words
 */
function isWanted(name, words) {
  return words.length === 0 || words.some((word) => name.includes(word));
}
