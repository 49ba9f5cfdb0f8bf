/**
 * Runs Python interpreters to learn what they are and have.
 *
 * Starts processes and reads files; knows no VS Code API and no order of preference (`python.ts`).
 */

import { execFile } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

/** An interpreter that answered. */
export interface Interpreter {
  /** Absolute path. */
  readonly path: string;
  /** Such as `3.11.7`. */
  readonly version: string;
}

export const MINIMUM_VERSION = [3, 10] as const;
const ANSWER_TIMEOUT_MS = 20_000;
const WINDOWS = process.platform === "win32";
const VERSION_CODE = "import sys; print('.'.join(map(str, sys.version_info[:3])))";
const FIND_PACKAGE =
  "import importlib.util as u; s = u.find_spec('interpogate'); print(bool(s and s.origin))";

/** What running a program gave. */
export interface Outcome {
  readonly ok: boolean;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs a program to its end.
 *
 * Python looks for modules in the folder it is started in, and others may write to the temporary one:
 * whoever can write beside the program can replace it anyway.
 */
export function runProgram(
  program: string,
  parameters: readonly string[],
  signal?: AbortSignal,
): Promise<Outcome> {
  const options = {
    cwd: path.dirname(program),
    windowsHide: true,
    ...(signal === undefined ? { timeout: ANSWER_TIMEOUT_MS } : { signal }),
  };
  return new Promise((resolve) => {
    execFile(program, [...parameters], options, (error, output, errors) => {
      resolve({ ok: error === null, output: output.trim(), errors: errors.trim() });
    });
  });
}

/** The interpreter at a path, or nothing if the file is no Python. */
export async function probe(file: string): Promise<Interpreter | undefined> {
  const { ok, output } = await runProgram(file, ["-I", "-c", VERSION_CODE]);
  return ok && /^\d+\.\d+\.\d+$/.test(output) ? { path: file, version: output } : undefined;
}

/** Whether the version is one that the backend runs on. */
export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor] = MINIMUM_VERSION;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** Whether the package `interpogate` is installed there; nothing is imported to find out. */
export async function hasPackage(interpreter: string): Promise<boolean> {
  const { ok, output } = await runProgram(interpreter, ["-c", FIND_PACKAGE]);
  return ok && output === "True";
}

/** The interpreter inside an environment's folder, or the path itself if it is a file. */
export async function executableOf(fileOrFolder: string): Promise<string | undefined> {
  const isFolder = await stat(fileOrFolder).then(
    (found) => found.isDirectory(),
    () => undefined,
  );
  if (isFolder === undefined) {
    return undefined;
  }
  if (!isFolder) {
    return fileOrFolder;
  }
  const inside = WINDOWS ? ["Scripts/python.exe", "python.exe"] : ["bin/python", "bin/python3"];
  return firstExecutable(inside.map((name) => path.join(fileOrFolder, name)));
}

/** The first program of these names on the PATH. */
export async function findOnPath(names: readonly string[]): Promise<string | undefined> {
  const { PATH = "" } = process.env;
  const folders = PATH.split(path.delimiter).filter(path.isAbsolute);
  const suffix = WINDOWS ? ".exe" : "";
  return firstExecutable(
    names.flatMap((name) => folders.map((folder) => path.join(folder, `${name}${suffix}`))),
  );
}

/** A path as a person writes it in the settings: `~`, `${workspaceFolder}`, relative to the folder. */
export function expandPath(written: string, folder: string | undefined): string {
  const expanded = written
    .replaceAll(/\$\{workspaceFolder\}/g, () => folder ?? "")
    .replace(/^~(?=$|[\\/])/, homedir());
  const isName = !/[\\/]/.test(expanded);
  return isName ? expanded : path.resolve(folder ?? homedir(), expanded);
}

async function firstExecutable(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    if (await isExecutable(file)) {
      return file;
    }
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  const mode = WINDOWS ? constants.F_OK : constants.X_OK;
  const found = await stat(file).catch(() => undefined);
  return (
    found?.isFile() === true &&
    access(file, mode).then(
      () => true,
      () => false,
    )
  );
}
