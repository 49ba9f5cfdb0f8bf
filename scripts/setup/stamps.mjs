/**
 * Tells whether a step has to be done again: by the content of what goes in, never by dates.
 * Node built-ins only.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "./folders.mjs";

const SKIPPED = new Set(["node_modules", "__pycache__", "dist", ".mypy_cache", ".ruff_cache"]);

/**
 * All files below the given files and folders, in a fixed order.
 * @param {readonly string[]} places absolute paths; those that are missing are left out
 * @returns {string[]}
 */
export function filesBelow(places) {
  return places.filter(existsSync).flatMap((place) => {
    if (!statSync(place).isDirectory()) return [place];
    const names = readdirSync(place)
      .filter((name) => !SKIPPED.has(name))
      .sort();
    return filesBelow(names.map((name) => join(place, name)));
  });
}

/**
 * @param {readonly string[]} places files and folders whose content counts
 * @param {...string} facts what else counts, such as versions
 */
export function fingerprint(places, ...facts) {
  const hash = createHash("sha256");
  for (const file of filesBelow(places)) {
    hash.update(`\0${relative(ROOT, file)}\0`).update(readFileSync(file));
  }
  return hash.update(facts.join("\0")).digest("hex");
}

/**
 * Does `work` unless `stamp` says that it was done for the same fingerprint and `product` is there.
 * @param {{ stamp: string, product: string, fingerprint: string }} what
 * @param {() => Promise<void>} work
 * @returns {Promise<boolean>} whether the work was done now
 */
export async function unlessDone(what, work) {
  const { stamp, product, fingerprint: wanted } = what;
  if (existsSync(product) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted)
    return false;
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}
