/**
 * Fills extension/bundled: the backend as the `.vsix` carries it, so that nothing has to be installed
 * into the person's environment. Called by `scripts/build/everything.mjs`.
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "../setup/command.mjs";
import { inRoot, OUT } from "../setup/folders.mjs";
import { environmentPython } from "../setup/python-packages.mjs";
import { step } from "../setup/report.mjs";
import { filesBelow, fingerprint, unlessDone } from "../setup/stamps.mjs";
import { buildWheel, copyClean, PAGE } from "./wheel.mjs";

const BUNDLED = inRoot("extension", "bundled");
const REQUIREMENTS = inRoot("python_backend", "bundled-requirements.txt");
const STARTERS = ["start_editor.py", "start_worker.py"];

/** Brings extension/bundled up to date, each of its parts on its own. */
export async function fillBundle() {
  await bundleLibraries();
  await bundlePackage();
}

/** The pure Python packages that the backend stands on. */
async function bundleLibraries() {
  const libraries = join(BUNDLED, "libs");
  const what = {
    stamp: join(OUT, "stamps", "libraries"),
    product: libraries,
    fingerprint: fingerprint([REQUIREMENTS]),
  };
  await unlessDone(what, () =>
    step("Bundling the backend's Python libraries", async (progress) => {
      const fresh = `${libraries}.new`;
      rmSync(fresh, { recursive: true, force: true });
      const options = ["--no-deps", "--no-compile", "--quiet", "--target", fresh];
      await run(environmentPython(), ["-m", "pip", "install", ...options, "-r", REQUIREMENTS], {
        progress,
        otherwise: "pip could not fetch the backend's libraries: see the lines above.",
      });
      removeNative(fresh);
      replace(fresh, libraries);
    }),
  );
}

/**
 * Some wheels carry a compiled speed-up for one Python beside the pure code that does the same;
 * the extension serves any Python.
 * @param {string} folder
 */
function removeNative(folder) {
  for (const file of filesBelow([folder])) {
    if (/\.(so|pyd|dylib)$/.test(file)) rmSync(file);
  }
  rmSync(join(folder, "bin"), { recursive: true, force: true });
}

/** Our own package: as source for the extension, as a wheel for the person. */
async function bundlePackage() {
  const starters = STARTERS.map((name) => inRoot("python_backend", name));
  const sources = [inRoot("python_backend", "interpogate"), ...starters, inRoot("pyproject.toml")];
  const what = {
    stamp: join(OUT, "stamps", "package"),
    product: join(BUNDLED, "wheel"),
    fingerprint: fingerprint([...sources, inRoot("README.md"), inRoot("LICENSE"), ...PAGE]),
  };
  await unlessDone(what, () =>
    step("Bundling the backend", async (progress) => {
      const fresh = join(BUNDLED, "backend.new");
      rmSync(fresh, { recursive: true, force: true });
      mkdirSync(fresh, { recursive: true });
      copyClean(inRoot("python_backend", "interpogate"), join(fresh, "interpogate"));
      replace(fresh, join(BUNDLED, "backend"));
      for (const name of STARTERS) copyClean(inRoot("python_backend", name), join(BUNDLED, name));
      await buildWheel(join(BUNDLED, "wheel"), progress);
    }),
  );
}

/**
 * @param {string} fresh
 * @param {string} place
 */
function replace(fresh, place) {
  rmSync(place, { recursive: true, force: true });
  renameSync(fresh, place);
}
