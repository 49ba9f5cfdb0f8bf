/**
 * What stands in `.venv`: torch (the person's own, else a CPU build), the pinned packages and our own.
 * Node built-ins only.
 */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, run } from "./command.mjs";
import { inRoot, VENV, VENV_PYTHON } from "./folders.mjs";
import { findPython, makeEnvironment, probe } from "./python.mjs";
import { Failure, say, step } from "./report.mjs";
import { fingerprint, unlessDone } from "./stamps.mjs";

const TORCH = "torch==2.13.0";
const OLDEST_TORCH = { major: 2, minor: 4 };
const CPU_INDEX = "https://download.pytorch.org/whl/cpu";
const LOCKED = inRoot("requirements", "development.txt");
const NOTEBOOKS = inRoot("requirements", "notebooks.txt");
const WITHOUT_DEPENDENCIES = inRoot("requirements", "test-models.txt");

/** Brings `.venv` to what the requirement files and `pyproject.toml` say. */
export async function installPythonPackages() {
  await makeEnvironment();
  const wanted = fingerprint([inRoot("requirements"), inRoot("pyproject.toml")]);
  const stamp = join(VENV, "interpogate-packages");
  await unlessDone({ stamp, product: VENV_PYTHON, fingerprint: wanted }, async () => {
    await provideTorch();
    await step("Installing Python packages", async (progress) => {
      await pip(["install", "-r", LOCKED], progress);
      await pip(["install", "--no-deps", "-r", WITHOUT_DEPENDENCIES], progress);
    });
    await step("Installing Interpogate into .venv", (progress) =>
      pip(["install", "--no-deps", "--no-build-isolation", "-e", inRoot()], progress),
    );
  });
}

/** Adds what executes the examples' notebooks; only tests and the notebooks' own script need it. */
export async function installNotebookPackages() {
  const wanted = fingerprint([NOTEBOOKS]);
  const stamp = join(VENV, "interpogate-notebooks");
  await unlessDone({ stamp, product: VENV_PYTHON, fingerprint: wanted }, () =>
    step("Installing a kernel for notebooks", (progress) =>
      pip(["install", "-r", NOTEBOOKS], progress),
    ),
  );
}

/**
 * @param {readonly string[]} args
 * @param {(line: string) => void} progress
 * @param {string} [otherwise]
 */
async function pip(args, progress, otherwise) {
  const sentence =
    "pip could not install the Python packages: see the lines above, often the network is missing.";
  const environment = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: "1" };
  await run(VENV_PYTHON, ["-m", "pip", ...args, "--no-input"], {
    progress,
    env: environment,
    otherwise: otherwise ?? sentence,
  });
}

/** The person's own torch where there is one, else a CPU build. */
async function provideTorch() {
  if ((await probe(VENV_PYTHON))?.torch) return;
  if (await borrowTorch()) return;
  await step("Installing PyTorch (CPU)", async (progress) => {
    await pip(["install", "pip>=23.1", "setuptools>=77"], progress);
    if (await isCpuBuild()) return pip(["install", TORCH], progress);
    const sentence = `pip could not fetch a CPU build of PyTorch from ${CPU_INDEX}: install torch yourself into the Python you use, then run this again.`;
    await pip(["install", TORCH, "--index-url", CPU_INDEX], progress, sentence);
  });
}

/** Whether pip, left alone, would take a torch that brings no gigabytes of CUDA. */
async function isCpuBuild() {
  const question = [
    "-m",
    "pip",
    "install",
    "--dry-run",
    "--quiet",
    "--report",
    "-",
    "--no-deps",
    TORCH,
  ];
  const { status, output } = await attempt(VENV_PYTHON, question);
  if (status !== 0) return false;
  /** @type {{ install: { metadata: { requires_dist?: string[] } }[] }} */
  const report = JSON.parse(output);
  const needs = report.install.flatMap((entry) => entry.metadata.requires_dist ?? []);
  return process.platform !== "linux" || !needs.some((need) => /^(nvidia|cuda|triton)/.test(need));
}

/**
 * Makes the torch of the person's Python visible in `.venv`, behind the environment's own packages.
 * A `.pth` file serves a system Python and an activated environment alike.
 * @returns {Promise<boolean>} whether there was one and it works
 */
async function borrowTorch() {
  const { torch } = await findPython();
  if (!torch || !isRecent(torch.version)) return false;
  const places = await run(VENV_PYTHON, [
    "-c",
    "import sysconfig; print(sysconfig.get_path('purelib'))",
  ]);
  const link = join(places.output.trim(), "borrowed_torch.pth");
  writeFileSync(link, `${torch.folder}\n`);
  const { status } = await attempt(VENV_PYTHON, ["-c", "import torch"]);
  if (status === 0) say(`✓ Using the installed torch ${torch.version}`);
  else rmSync(link);
  return status === 0;
}

/** @param {string} version */
function isRecent(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return (
    major > OLDEST_TORCH.major || (major === OLDEST_TORCH.major && minor >= OLDEST_TORCH.minor)
  );
}

/** @returns {string} the environment's interpreter, which has to be there */
export function environmentPython() {
  if (!existsSync(VENV_PYTHON))
    throw new Failure("There is no .venv yet: run `npm run build` first.");
  return VENV_PYTHON;
}
