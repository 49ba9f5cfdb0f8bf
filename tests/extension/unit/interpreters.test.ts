import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  executableOf,
  expandPath,
  isSupported,
  probe,
  runProgram,
} from "../../../extension/src/interpreters";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "interpogate-"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function program(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

it("takes only versions from 3.10 on, compared as numbers", () => {
  expect(["3.10.0", "3.14.1", "4.0.0"].filter(isSupported)).toHaveLength(3);
  expect(["2.7.18", "3.9.19"].filter(isSupported)).toEqual([]);
});

it("asks a program for its version", async () => {
  const file = await program("python", "echo 3.12.4");
  expect(await probe(file)).toEqual({ path: file, version: "3.12.4" });
});

it("takes no program that answers something else, fails, or is not there", async () => {
  expect(await probe(await program("other", "echo hello"))).toBeUndefined();
  expect(await probe(await program("broken", "echo 3.12.4; exit 1"))).toBeUndefined();
  expect(await probe(path.join(folder, "missing"))).toBeUndefined();
});

it("runs nothing that lies in the temporary folder, where others may write", async () => {
  vi.stubEnv("TMPDIR", folder);
  const file = await program("env/bin/python", "pwd");
  const { output } = await runProgram(file, ["-c", "import importlib.util"]);
  expect(await realpath(output)).toBe(await realpath(path.dirname(file)));
});

it("finds the interpreter inside an environment's folder", async () => {
  const file = await program("env/bin/python", "echo 3.12.4");
  expect(await executableOf(path.join(folder, "env"))).toBe(file);
  expect(await executableOf(file)).toBe(file);
  expect(await executableOf(path.join(folder, "none"))).toBeUndefined();
});

it("reads paths as people write them", () => {
  const variable = "$" + "{workspaceFolder}/.venv";
  expect(expandPath(variable, "/project")).toBe("/project/.venv");
  expect(expandPath("~/env", undefined)).toBe(path.join(homedir(), "env"));
  expect(expandPath("./env/bin/python", "/project")).toBe("/project/env/bin/python");
  expect(expandPath("python3.12", "/project")).toBe("python3.12");
});
