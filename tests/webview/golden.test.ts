/**
 * The golden files, which the Python tests write and read too, judged by the generated types: each
 * example becomes a typed constant in a file that exists in memory only, and the compiler judges it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const GOLDEN = resolve(import.meta.dirname, "../golden");
const PROTOCOL = resolve(import.meta.dirname, "../../webview/src/protocol");
const JUDGED = `${PROTOCOL}/judged-in-memory.ts`;
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es5.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
};

interface Example {
  readonly type: string;
  readonly json: string;
}

function goldenExamples(): readonly Example[] {
  return readdirSync(GOLDEN).map((file) => ({
    type: file.replace(/\.json$/, ""),
    json: readFileSync(`${GOLDEN}/${file}`, "utf8"),
  }));
}

/** What the compiler has to say about examples as values of their types. */
function complaints(examples: readonly Example[]): readonly string[] {
  const constants = examples.map(
    ({ type, json }, row) => `export const example${row}: messages.${type} = ${json};`,
  );
  const text = ['import type * as messages from "./messages.generated";', ...constants].join("\n");
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === JUDGED || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === JUDGED
      ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022)
      : getSourceFile(name, ...rest);
  const program = ts.createProgram([JUDGED], OPTIONS, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

function changed(type: string, change: (message: Record<string, unknown>) => void): Example {
  const json = readFileSync(`${GOLDEN}/${type}.json`, "utf8");
  const message = JSON.parse(json) as Record<string, unknown>;
  change(message);
  return { type, json: JSON.stringify(message) };
}

describe("the golden files", () => {
  it("fit the generated types", () => {
    const examples = goldenExamples();
    expect(examples.length).toBeGreaterThan(40);
    expect(complaints(examples)).toEqual([]);
  }, 60_000);

  it("hold an example of every message type", () => {
    const twin = readFileSync(`${PROTOCOL}/messages.generated.ts`, "utf8");
    const interfaces = [...twin.matchAll(/^export interface (\w+) \{/gm)].map((match) => match[1]);
    const types = interfaces.filter((name) => !name?.endsWith("Methods"));
    expect(new Set(goldenExamples().map(({ type }) => type))).toEqual(new Set(types));
  });

  it("would be refused with another value, a missing field or one too many", () => {
    const wrong = [
      changed("ModelState", (state) => Object.assign(state, { phase: "sleeping" })),
      changed("ModelReference", (reference) => Reflect.deleteProperty(reference, "modelId")),
      changed("Tokens", (tokens) => Object.assign(tokens, { count: 2 })),
      changed("NodeDetails", (details) => Object.assign(details, { attributes: [["one"]] })),
    ];
    expect(complaints(wrong)).toHaveLength(wrong.length);
  }, 60_000);
});
