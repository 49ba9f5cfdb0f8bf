/**
 * The npm packages of the repository, installed from the lock file when they are missing or changed.
 * Node built-ins only: this is what runs before anything else is there.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { attempt, run } from "./command.mjs";
import { inRoot, WINDOWS } from "./folders.mjs";
import { Failure, step } from "./report.mjs";
import { fingerprint, unlessDone } from "./stamps.mjs";

const NEEDED = { major: 20, minor: 19 };

/** Refuses a Node that is too old, with the version that is wanted. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const enough = major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor);
  if (enough) return;
  throw new Failure(
    `Interpogate needs Node ${NEEDED.major}.${NEEDED.minor} or newer, this is ${process.versions.node}: install a newer one from nodejs.org.`,
  );
}

/**
 * How to run npm: the one that runs this script, else the one beside `node`.
 * @returns {[string, string[]]}
 */
export function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith(".js") && existsSync(script)) return [process.execPath, [script]];
  return [WINDOWS ? "npm.cmd" : "npm", []];
}

/** Installs what `package-lock.json` names. */
export async function installNodePackages() {
  requireNode();
  const stamp = inRoot("node_modules", ".interpogate-lock");
  const product = inRoot("node_modules", ".bin");
  const wanted = fingerprint([inRoot("package-lock.json")]);
  await unlessDone({ stamp, product, fingerprint: wanted }, async () => {
    if (await alreadyInstalled()) return;
    await step("Installing npm packages", (progress) => npm(["ci"], progress));
  });
}

/** Whether a person installed the same packages by hand: then they are left as they are. */
async function alreadyInstalled() {
  if (!existsSync(join(inRoot("node_modules"), ".package-lock.json"))) return false;
  const [program, first] = npmCommand();
  return (await attempt(program, [...first, "ls", "--silent"])).status === 0;
}

/**
 * @param {string[]} args
 * @param {(line: string) => void} progress
 */
async function npm(args, progress) {
  const [program, first] = npmCommand();
  await run(program, [...first, ...args, "--no-audit", "--no-fund"], {
    progress,
    otherwise:
      "npm could not install the packages: see the lines above, often the network is missing.",
  });
}
