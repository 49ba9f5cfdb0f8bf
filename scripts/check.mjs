/** `npm run check`: formatters, linters, type checkers and the repository's own rules. */
import { installPackages } from "./build/everything.mjs";
import { runStages } from "./check/run-stages.mjs";
import { checkStages } from "./check/stages.mjs";
import { entry } from "./setup/report.mjs";

await entry(async () => {
  await installPackages();
  await runStages(checkStages());
});
