/**
 * Where things lie: in the repository, and in the cache outside of it.
 * Knows nothing of what is put there. Node built-ins only: used before `npm ci`.
 */
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const OUT = join(ROOT, "out");
export const VENV = join(ROOT, ".venv");
export const WINDOWS = process.platform === "win32";
export const VENV_PYTHON = WINDOWS
  ? join(VENV, "Scripts", "python.exe")
  : join(VENV, "bin", "python");

/** The folder for what is large and shared between checkouts. */
export const CACHE = process.env.INTERPOGATE_CACHE || join(userCache(), "interpogate");

/** @returns {string} */
function userCache() {
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  if (WINDOWS) return process.env.LOCALAPPDATA || join(homedir(), "AppData", "Local");
  return process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
}

/** @param {...string} parts a path inside the repository */
export const inRoot = (...parts) => join(ROOT, ...parts);
