/** Rules for the tracked files that no linter knows. Called by `npm run check`. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { run } from "../setup/command.mjs";
import { inRoot, ROOT } from "../setup/folders.mjs";

const LONGEST = 400;
const SOURCE = /\.(py|ts|mts|mjs|cjs|svelte)$/;

/** @returns {Promise<string[]>} files that git knows, and new ones that it will know */
async function trackedFiles() {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const { output } = await run("git", args);
  return output.split("\n").filter((name) => name && existsSync(inRoot(name)));
}

/** @returns {Promise<string[]>} one sentence for each file that is too long to be one subject */
export async function tooLongFiles() {
  const names = (await trackedFiles()).filter((name) => SOURCE.test(name));
  return names
    .filter((name) => !name.includes(".generated."))
    .map((name) => ({ name, lines: readFileSync(inRoot(name), "utf8").split("\n").length - 1 }))
    .filter(({ lines }) => lines > LONGEST)
    .map(
      ({ name, lines }) => `${name} has ${lines} lines, more than ${LONGEST}: is it two subjects?`,
    );
}

/** @returns {Promise<string[]>} one sentence for each file that names a folder of this machine */
export async function machinePaths() {
  // a parent right below the root, such as /home, is a word that any file may use
  const parent = dirname(ROOT);
  const folders = [`${homedir()}/.`, `${ROOT}/`];
  if (dirname(parent) !== dirname(dirname(parent))) folders.push(`${parent}/`);
  const found = [];
  for (const name of await trackedFiles()) {
    const bytes = readFileSync(inRoot(name));
    if (bytes.includes(0)) continue;
    const place = folders.find((folder) => bytes.includes(folder));
    if (place) found.push(`${name} names ${place}, a folder of this machine`);
  }
  return found;
}
