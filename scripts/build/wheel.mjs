/**
 * The wheel of the Python package, as the extension offers it to the person's environment.
 * Built from a copy: setuptools leaves folders behind and picks up what earlier builds left.
 */
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "../setup/command.mjs";
import { inRoot, OUT } from "../setup/folders.mjs";
import { environmentPython } from "../setup/python-packages.mjs";

const PARTS = ["pyproject.toml", "README.md", "LICENSE", join("python_backend", "interpogate")];

/** What a saved picture is drawn with. */
export const PAGE = ["page.js", "page.css", "drawing.js"].map((name) =>
  inRoot("webview", "dist", name),
);

/**
 * @param {string} folder where the wheel goes; emptied first
 * @param {(line: string) => void} progress
 */
export async function buildWheel(folder, progress) {
  const source = join(OUT, "wheel-source");
  rmSync(source, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of PARTS) copyClean(inRoot(part), join(source, part));
  const page = join(source, "python_backend", "interpogate", "notebook", "page");
  for (const file of PAGE) copyClean(file, join(page, basename(file)));
  const options = ["--no-deps", "--no-build-isolation", "--wheel-dir", folder];
  await run(environmentPython(), ["-m", "pip", "wheel", ...options, source], {
    progress,
    otherwise: "The Python package could not be built as a wheel: see the lines above.",
  });
}

/**
 * Copies a file or folder without what Python leaves behind.
 * @param {string} from
 * @param {string} to
 */
export function copyClean(from, to) {
  const filter = (/** @type {string} */ path) => basename(path) !== "__pycache__";
  cpSync(from, to, { recursive: true, filter });
}

/** @param {string} folder */
export const wheelsIn = (folder) => readdirSync(folder).filter((name) => name.endsWith(".whl"));
