/**
 * VS Code for the browser, from npm, in the cache. Node built-ins only.
 *
 * Its install script compiles eight native modules and stops where a header is missing. Measured: VS Code
 * runs without any of them; only its log files and a watchdog are lost. So none is needed, and those
 * two are compiled where there is a compiler.
 */
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { attempt } from "../setup/command.mjs";
import { CACHE, WINDOWS } from "../setup/folders.mjs";
import { npmCommand } from "../setup/node-packages.mjs";
import { Failure, say, step } from "../setup/report.mjs";
import { installInto, provideNode24 } from "./node24.mjs";

const VERSION = "4.139.1";
const FOLDER = join(CACHE, "code-server");
const COMPILED = ["@vscode/spdlog", "@vscode/native-watchdog"];
const OTHERWISE =
  "code-server, the VS Code for the browser, could not be installed: see the lines above, or install the desktop VS Code with its `code` command on the PATH.";

/**
 * @typedef {{ node: string, entry: string }} CodeServer program and script to start it with
 */

/** @returns {Promise<CodeServer>} */
export async function provideCodeServer() {
  if (WINDOWS) {
    throw new Failure(
      "There is no code-server for Windows: install VS Code with its `code` command on the PATH.",
    );
  }
  const node = await provideNode24();
  if (installedVersion() !== VERSION) await install(node);
  return { node, entry: join(FOLDER, "node_modules", "code-server", "out", "node", "entry.js") };
}

/** @returns {string | null} */
function installedVersion() {
  const manifest = join(FOLDER, "node_modules", "code-server", "package.json");
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : null;
}

/** @param {string} node */
async function install(node) {
  const env = environmentFor(node);
  await step("Installing code-server, VS Code for the browser", (progress) =>
    installInto(FOLDER, [`code-server@${VERSION}`], {
      progress,
      env,
      otherwise: OTHERWISE,
      after: (fresh) => completeInstall(join(fresh, "node_modules", "code-server"), env, progress),
    }),
  );
}

/**
 * npm and its scripts have to find the Node 24 first.
 * @param {string} node
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentFor(node) {
  const headers = join(dirname(dirname(node)), "include", "node", "node.h");
  const known = existsSync(headers) ? { npm_config_nodedir: dirname(dirname(node)) } : {};
  const search = `${dirname(node)}${delimiter}${process.env.PATH}`;
  return { ...process.env, ...known, PATH: search, npm_config_loglevel: "error" };
}

/**
 * What its install script does beside compiling everything.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} progress
 */
async function completeInstall(root, env, progress) {
  const code = join(root, "lib", "vscode");
  for (const folder of [code, join(code, "extensions")]) {
    const outcome = await npm(["install", "--omit=dev", "--ignore-scripts"], {
      cwd: folder,
      env,
      progress,
    });
    if (outcome.status !== 0) throw new Failure(OTHERWISE, outcome.tail.join("\n"));
  }
  const system = process.platform === "darwin" ? "darwin" : "linux";
  link(`code-${system}.sh`, join(code, "bin", "remote-cli", "code-server"));
  link(`browser-${system}.sh`, join(code, "bin", "helpers", "browser.sh"));
  const compiled = await npm(["rebuild", ...COMPILED], { cwd: code, env, progress });
  if (compiled.status !== 0) {
    say("! No C++ compiler was found: this VS Code keeps no log files. Everything else works.");
  }
}

/**
 * @param {string} target
 * @param {string} place where a link of the package's own may lie
 */
function link(target, place) {
  rmSync(place, { force: true });
  symlinkSync(target, place);
}

/**
 * @param {readonly string[]} args
 * @param {import("../setup/command.mjs").CommandOptions} options
 */
function npm(args, options) {
  const [program, first] = npmCommand();
  return attempt(program, [...first, ...args, "--no-audit", "--no-fund"], options);
}
