/**
 * Starts and stops one VS Code for the browser with the extension in it. Called by the demo, the
 * benchmark and the end-to-end tests. Knows nothing of the browser.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt } from "../setup/command.mjs";
import { Failure } from "../setup/report.mjs";
import { environmentFor, provideCodeServer } from "./code-server.mjs";
import { MARK, processesOf } from "./processes.mjs";
import { until } from "./waiting.mjs";

const QUIET = {
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.colorTheme": "Default Dark Modern",
  "chat.disableAIFeatures": true,
  "git.enabled": false,
  "files.autoSave": "off",
  // it would look through all processes every few seconds
  "remote.autoForwardPorts": false,
};

/**
 * @typedef {object} ServerOptions
 * @property {string} folder the workspace
 * @property {string} [vsix] the extension to install; without one a window may load it from a folder
 * @property {Record<string, unknown>} [settings] user settings
 * @property {"trusted" | "asks"} [trust] `asks`: Workspace Trust as VS Code has it
 * @property {string} [home] keeps user data and extensions there; otherwise they are fresh and removed
 * @property {NodeJS.ProcessEnv} [env] further variables
 */

/** One running VS Code. */
export class Server {
  /**
   * @param {import("node:child_process").ChildProcess} child
   * @param {{ mark: string, run: string, logFile: string, base: string, userData: string, fresh: boolean }} facts
   */
  constructor(child, facts) {
    this.child = child;
    this.facts = facts;
    /** Address of the workbench without a folder. */
    this.base = facts.base;
    this.userData = facts.userData;
  }

  /** @param {string} folder */
  urlOf(folder) {
    return `${this.base}/?folder=${encodeURIComponent(folder)}`;
  }

  /** All living processes that belong to it. */
  processes() {
    return processesOf(this.facts.mark, this.child.pid ?? -1);
  }

  /** Ends it and waits until nothing of it is left; what has to be ended by force is the answer. */
  async stop() {
    this.child.kill("SIGTERM");
    const gone = () => this.processes().length === 0;
    const left = await until("VS Code to end", gone, 60_000).then(
      () => [],
      () => this.processes(),
    );
    for (const { pid } of left) end(pid);
    rmSync(this.facts.run, { recursive: true, force: true, maxRetries: 5 });
    return left;
  }
}

/** @param {number} pid */
function end(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it ended meanwhile
  }
}

/**
 * @param {ServerOptions} options
 * @returns {Promise<Server>}
 */
export async function startServer(options) {
  const program = await provideCodeServer();
  // a short path: sockets lie in it, and their paths are limited
  const run = mkdtempSync(join(tmpdir(), "ipg-"));
  const place = layOut(run, options);
  const launch = { ...program, place, mark: randomUUID(), options };
  if (options.vsix) await installExtension(launch, options.vsix);
  const logFile = join(run, "server.log");
  const child = launchServer(launch, logFile);
  const base = await addressOf(child, logFile);
  const fresh = options.home === undefined;
  return new Server(child, {
    mark: launch.mark,
    run,
    logFile,
    base,
    userData: place.userData,
    fresh,
  });
}

/**
 * @param {string} run
 * @param {ServerOptions} options
 */
function layOut(run, options) {
  const home = options.home ?? run;
  const place = {
    run,
    userData: join(home, "data"),
    extensions: join(home, "extensions"),
    temporary: join(run, "tmp"),
    configuration: join(run, "config.yaml"),
  };
  // VS Code takes paths of programs from the settings of the machine, not from those of the person
  const kinds = { User: { ...QUIET, ...options.settings }, Machine: { ...options.settings } };
  for (const folder of [place.extensions, place.temporary]) mkdirSync(folder, { recursive: true });
  for (const [kind, settings] of Object.entries(kinds)) {
    mkdirSync(join(place.userData, kind), { recursive: true });
    writeFileSync(join(place.userData, kind, "settings.json"), JSON.stringify(settings, null, 2));
  }
  // without one it writes a password into the person's own configuration
  writeFileSync(place.configuration, "");
  return place;
}

/**
 * @typedef {import("./code-server.mjs").CodeServer & { place: ReturnType<typeof layOut>, mark: string, options: ServerOptions }} Launch
 */

/** @param {Launch} launch */
const commonArguments = ({ entry, place }) => [
  entry,
  ...["--config", place.configuration],
  ...["--user-data-dir", place.userData],
  ...["--extensions-dir", place.extensions],
];

/**
 * @param {Launch} launch
 * @returns {NodeJS.ProcessEnv}
 */
function environmentOf({ node, place, mark, options }) {
  return {
    ...environmentFor(node),
    ...options.env,
    [MARK]: mark,
    TMPDIR: place.temporary,
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "" }),
  };
}

/**
 * @param {Launch} launch
 * @param {string} vsix
 */
async function installExtension(launch, vsix) {
  const args = [...commonArguments(launch), "--install-extension", vsix, "--force"];
  const outcome = await attempt(launch.node, args, { env: environmentOf(launch) });
  if (outcome.status === 0) return;
  throw new Failure(
    "The extension could not be installed into code-server.",
    outcome.tail.join("\n"),
  );
}

/**
 * @param {Launch} launch
 * @param {string} logFile
 */
function launchServer(launch, logFile) {
  const trust = launch.options.trust === "asks" ? [] : ["--disable-workspace-trust"];
  // lets a page name an extension to load from its folder; notifications do not pop up then
  const fromFolder = launch.options.vsix ? [] : ["--vscode-option", "enable-smoke-test-driver"];
  const args = [
    ...commonArguments(launch),
    ...["--auth", "none", "--bind-addr", "127.0.0.1:0"],
    ...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
    ...["--ignore-last-opened", "--disable-proxy", "--reconnection-grace-time", "5"],
    ...["--session-socket", join(launch.place.temporary, "session.sock")],
    ...["--vscode-option", "force-disable-user-env"],
    ...fromFolder,
    ...trust,
    launch.options.folder,
  ];
  const log = openSync(logFile, "a");
  return spawn(launch.node, args, { env: environmentOf(launch), stdio: ["ignore", log, log] });
}

/**
 * The port is the system's choice: the server says which.
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} logFile
 */
async function addressOf(child, logFile) {
  const read = () => {
    const log = readFileSync(logFile, "utf8");
    if (child.exitCode !== null)
      throw new Failure("code-server ended at once: see the lines above.", log);
    return /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1];
  };
  const base = await until("code-server's address", read);
  await until("code-server to be ready", () => isHealthy(base));
  return base;
}

/** @param {string} base */
async function isHealthy(base) {
  const response = await fetch(`${base}/healthz`).catch(() => null);
  return response?.ok;
}
