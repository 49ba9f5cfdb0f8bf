/**
 * Runs inside the real extension host, with the real `vscode` API: every suite of this folder.
 *
 * The outcome goes to the file that `run.mjs` names in the environment.
 */
const { readdirSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

/** @typedef {{ name: string, error: string | null, milliseconds: number }} Result */

exports.run = async () => {
  /** @type {Result[]} */
  const results = [];
  const only = process.env.INTERPOGATE_HOST_ONLY ?? "";
  for (const file of readdirSync(__dirname)
    .filter((name) => name.endsWith(".suite.cjs"))
    .sort()) {
    for (const [name, test] of Object.entries(require(join(__dirname, file)))) {
      if (`${file} ${name}`.includes(only)) {
        results.push(await outcome(`${file.replace(".suite.cjs", "")}: ${name}`, test));
      }
    }
  }
  const target = process.env.INTERPOGATE_HOST_RESULTS;
  if (target !== undefined) {
    writeFileSync(target, JSON.stringify(results));
  }
};

/**
 * @param {string} name
 * @param {() => unknown} test
 * @returns {Promise<Result>}
 */
async function outcome(name, test) {
  const begin = performance.now();
  const error = await Promise.resolve()
    .then(test)
    .then(
      () => null,
      (/** @type {Error} */ failure) => failure.stack ?? String(failure),
    );
  return { name, error, milliseconds: Math.round(performance.now() - begin) };
}
