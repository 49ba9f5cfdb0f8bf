/**
 * Starts and stops one JupyterLab, whose kernel is the Python of `.venv`. Called by the notebook tests.
 * It lies in an environment of its own in the cache: it needs packages that the backend's pins exclude.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../setup/command.mjs";
import { CACHE, inRoot, VENV_PYTHON, WINDOWS } from "../setup/folders.mjs";
import { installNotebookPackages } from "../setup/python-packages.mjs";
import { Failure, step } from "../setup/report.mjs";
import { fingerprint, unlessDone } from "../setup/stamps.mjs";
import { MARK, processesOf } from "./processes.mjs";
import { until } from "./waiting.mjs";

const FOLDER = join(CACHE, "jupyterlab");
const PYTHON = WINDOWS ? join(FOLDER, "Scripts", "python.exe") : join(FOLDER, "bin", "python");
const REQUIREMENTS = inRoot("requirements", "jupyterlab.txt");
const OTHERWISE = "pip could not install JupyterLab for the tests: see the lines above.";

/** @returns {Promise<string>} the interpreter of JupyterLab's environment */
export async function provideJupyterLab() {
  await installNotebookPackages();
  const stamp = join(FOLDER, "interpogate-packages");
  const wanted = fingerprint([REQUIREMENTS]);
  await unlessDone({ stamp, product: PYTHON, fingerprint: wanted }, () =>
    step("Installing JupyterLab", install),
  );
  return PYTHON;
}

/** @param {(line: string) => void} progress */
async function install(progress) {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(dirname(FOLDER), { recursive: true });
  const options = { progress, otherwise: OTHERWISE };
  await run(VENV_PYTHON, ["-m", "venv", "--without-pip", FOLDER], options);
  const target = ["-m", "pip", "--python", PYTHON, "install", "--no-deps", "--no-input"];
  await run(VENV_PYTHON, [...target, "-r", REQUIREMENTS], options);
}

/** One running JupyterLab. */
export class Jupyter {
  /**
   * @param {import("node:child_process").ChildProcess} child
   * @param {{ mark: string, place: string, base: string, token: string }} facts
   */
  constructor(child, facts) {
    this.child = child;
    this.facts = facts;
  }

  /** @param {string} name of a notebook in the folder that it serves */
  urlOf(name) {
    return `${this.facts.base}lab/tree/${name}?token=${this.facts.token}`;
  }

  /** Asks its API. @param {string} path @param {RequestInit} [options] */
  async ask(path, options = {}) {
    const headers = { Authorization: `token ${this.facts.token}` };
    return fetch(`${this.facts.base}api/${path}`, { ...options, headers });
  }

  /** All living processes that belong to it, kernels too. */
  processes() {
    return processesOf(this.facts.mark, this.child.pid ?? -1);
  }

  /** Ends it and waits until nothing of it is left; what has to be ended by force is the answer. */
  async stop() {
    this.child.kill("SIGTERM");
    const gone = () => this.processes().length === 0;
    const left = await until("JupyterLab to end", gone, 60_000).then(
      () => [],
      () => this.processes(),
    );
    for (const { pid } of left) process.kill(pid, "SIGKILL");
    rmSync(this.facts.place, { recursive: true, force: true, maxRetries: 5 });
    return left;
  }
}

/**
 * @param {string} folder of notebooks
 * @returns {Promise<Jupyter>}
 */
export async function startJupyter(folder) {
  const python = await provideJupyterLab();
  const place = mkdtempSync(join(tmpdir(), "ipg-lab-"));
  const [mark, token] = [randomUUID(), randomUUID()];
  const log = join(place, "server.log");
  const out = openSync(log, "a");
  const child = spawn(python, ["-m", "jupyterlab", ...serverArguments(folder, token)], {
    env: environment(place, mark),
    stdio: ["ignore", out, out],
  });
  const base = await addressOf(child, join(place, "runtime"), log);
  return new Jupyter(child, { mark, place, base, token });
}

/**
 * @param {string} folder
 * @param {string} token
 */
function serverArguments(folder, token) {
  return [
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    "--port=0",
    "--ServerApp.port_retries=0",
    `--ServerApp.root_dir=${folder}`,
    `--IdentityProvider.token=${token}`,
    "--KernelSpecManager.ensure_native_kernel=False",
  ];
}

/**
 * Everything that it keeps lies in `place`, its one kernel is the Python of `.venv`.
 * @param {string} place
 * @param {string} mark
 * @returns {NodeJS.ProcessEnv}
 */
export function environment(place, mark) {
  const data = join(place, "data");
  const kernel = join(data, "kernels", "python3");
  mkdirSync(kernel, { recursive: true });
  const argv = [VENV_PYTHON, "-m", "ipykernel_launcher", "-f", "{connection_file}"];
  const specification = { argv, display_name: "Python 3", language: "python" };
  writeFileSync(join(kernel, "kernel.json"), JSON.stringify(specification));
  const settings = join(place, "settings", "@jupyterlab", "apputils-extension");
  mkdirSync(settings, { recursive: true });
  const quiet = { fetchNews: "false", checkForUpdates: false };
  writeFileSync(join(settings, "notification.jupyterlab-settings"), JSON.stringify(quiet));
  return {
    ...process.env,
    [MARK]: mark,
    PYTHONPATH: inRoot("python_backend"),
    HF_HUB_OFFLINE: "1",
    JUPYTER_DATA_DIR: data,
    JUPYTER_PATH: data,
    JUPYTER_CONFIG_DIR: join(place, "config"),
    JUPYTER_RUNTIME_DIR: join(place, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(place, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(place, "workspaces"),
    IPYTHONDIR: join(place, "ipython"),
  };
}

/**
 * The port is the system's choice: a file of the server says which.
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} runtime
 * @param {string} log
 */
async function addressOf(child, runtime, log) {
  const file = join(runtime, `jpserver-${child.pid}.json`);
  const read = () => {
    if (child.exitCode !== null)
      throw new Failure(
        "JupyterLab ended at once: see the lines above.",
        readFileSync(log, "utf8"),
      );
    try {
      return /** @type {string} */ (JSON.parse(readFileSync(file, "utf8")).url);
    } catch {
      return undefined;
    }
  };
  const base = await until("JupyterLab's address", read);
  await until("JupyterLab to be ready", () =>
    fetch(`${base}api`).then(
      (answer) => answer.ok,
      () => false,
    ),
  );
  return base;
}
