/**
 * Finds the person's Python and makes the repository's own environment `.venv` from it.
 * Knows nothing of packages: see `python-packages.mjs`. Node built-ins only.
 */
import { existsSync, rmSync } from "node:fs";
import { attempt, run } from "./command.mjs";
import { VENV, VENV_PYTHON, WINDOWS } from "./folders.mjs";
import { Failure, step } from "./report.mjs";

const NEEDED = { major: 3, minor: 10 };
const CANDIDATES = WINDOWS
  ? ["python", "python3", "py"]
  : ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"];

const PROBE = `
import importlib.util, json, os, sys
def torch():
    from importlib.metadata import version, PackageNotFoundError
    try:
        number = version("torch")
    except PackageNotFoundError:
        return None
    spec = importlib.util.find_spec("torch")
    if spec is None or not spec.origin:
        return None
    return {"version": number, "folder": os.path.dirname(os.path.dirname(spec.origin))}
print(json.dumps({
    "executable": sys.executable,
    "version": list(sys.version_info[:3]),
    "pip": importlib.util.find_spec("pip") is not None,
    "venv": importlib.util.find_spec("ensurepip") is not None,
    "torch": torch() if sys.version_info >= (3, 10) else None,
}))`;

/**
 * @typedef {object} Interpreter
 * @property {string} executable
 * @property {number[]} version
 * @property {boolean} pip
 * @property {boolean} venv whether environments get a pip of their own
 * @property {{ version: string, folder: string } | null} torch the torch that is installed there
 */

/**
 * @param {string} program
 * @returns {Promise<Interpreter | null>}
 */
export async function probe(program) {
  const { status, output } = await attempt(program, ["-c", PROBE]);
  return status === 0 ? JSON.parse(output) : null;
}

/** @param {readonly number[]} version */
function isEnough([major = 0, minor = 0]) {
  return major > NEEDED.major || (major === NEEDED.major && minor >= NEEDED.minor);
}

/**
 * The interpreter the person means: `$INTERPOGATE_PYTHON`, else the first one that is new enough.
 * @returns {Promise<Interpreter>}
 */
export async function findPython() {
  const named = process.env.INTERPOGATE_PYTHON;
  const seen = [];
  for (const program of named ? [named] : CANDIDATES) {
    const found = await probe(program);
    if (found && isEnough(found.version) && found.pip) return found;
    if (found)
      seen.push(
        `${found.executable} is ${found.version.join(".")}${found.pip ? "" : " without pip"}`,
      );
  }
  throw new Failure(refusal(named, seen));
}

/**
 * @param {string | undefined} named
 * @param {readonly string[]} seen
 */
function refusal(named, seen) {
  const wish = "Interpogate needs Python 3.10 or newer with pip";
  const found = seen.length > 0 ? ` (${seen.join("; ")})` : "";
  if (named) return `${wish}, and $INTERPOGATE_PYTHON, "${named}", is none${found}.`;
  return `${wish}${found}: install it from python.org, or name one in $INTERPOGATE_PYTHON.`;
}

/** Makes `.venv` if it is not there or does not start. */
export async function makeEnvironment() {
  if (existsSync(VENV_PYTHON) && (await probe(VENV_PYTHON))?.pip) return;
  const python = await findPython();
  await step(`Making .venv with Python ${python.version.join(".")}`, async () => {
    rmSync(VENV, { recursive: true, force: true });
    const failure = {
      otherwise: "Python could not make the environment .venv: see the lines above.",
    };
    if (python.venv) return void (await run(python.executable, ["-m", "venv", VENV], failure));
    await run(python.executable, ["-m", "venv", "--without-pip", VENV], failure);
    // Debian splits `ensurepip` off: the pip that is there can install one into the environment
    await run(python.executable, ["-m", "pip", "--python", VENV_PYTHON, "install", "pip"], failure);
  });
}
