/** Finds a Chromium that tests can drive. Node built-ins only. */
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { attempt, run } from "../setup/command.mjs";
import { Failure, step } from "../setup/report.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/snap/bin/chromium",
];
const WISH =
  "The end-to-end tests drive a Chromium, and none was found: install Chromium or Google Chrome, or name one in $INTERPOGATE_CHROMIUM.";

/**
 * The browser to drive; on Debian, as root, it is installed when there is none.
 * @returns {Promise<string>}
 */
export async function provideChromium() {
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) throw new Failure(WISH);
  await step("Installing Chromium", async (progress) => {
    await attempt("apt-get", ["update"], { progress });
    const options = ["install", "--yes", "--no-install-recommends", "chromium"];
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", options, { progress, env, otherwise: WISH });
  });
  const installed = findChromium();
  if (!installed) throw new Failure(WISH);
  return installed;
}

/** @returns {string | undefined} */
function findChromium() {
  const named = process.env.INTERPOGATE_CHROMIUM;
  if (named) return isProgram(named) ? named : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const known = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...known, ...PLACES].find(isProgram);
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
