/**
 * What in a Python file could be opened as a model, found by reading the text, never by running it.
 *
 * Only top-level names count, because `file.py:name` can name nothing else. Knows neither VS Code nor
 * the backend. Used by `sources.ts`.
 */

import { type LogicalLine, logicalLines } from "./statements";

/** A name of a file that may be a model. */
export interface Candidate {
  readonly name: string;
  readonly kind: "class" | "variable" | "function";
  /** Line it is written on, from 0. */
  readonly line: number;
}

const CLASS = /^class\s+(\w+)\s*(?:\[[^\]]*\])?\s*\((.*)\)\s*:/;
const FUNCTION = /^def\s+([A-Za-z]\w*)\s*(?:\[[^\]]*\])?\((.*)\)\s*(?:->.*)?:/;
const VARIABLE = /^([A-Za-z]\w*)\s*(?::[^=]*)?=\s*(?!lambda\b)[\w.]+(?:\[[^\]]*\])?\(/;
const MODULE_BASE = /(?:Module|PreTrainedModel|Sequential|ModuleList|ModuleDict)$/;
const ORDER = { class: 0, variable: 1, function: 2 } as const;

/** Classes first, then variables that hold an object, then functions that need no argument. */
export function findCandidates(text: string): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  const modules = new Set<string>();
  for (const line of logicalLines(text)) {
    const candidate = line.indent === "" ? candidateOf(line, modules) : undefined;
    if (candidate !== undefined) {
      found.set(candidate.name, candidate);
    }
  }
  return [...found.values()].sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || a.line - b.line);
}

function candidateOf(line: LogicalLine, modules: Set<string>): Candidate | undefined {
  const code = line.code.replace(/^(async\s+)/, "");
  const className = moduleClassName(code, modules);
  if (className !== undefined) {
    modules.add(className);
    return { name: className, kind: "class", line: line.first };
  }
  const [, functionName, parameters] = FUNCTION.exec(code) ?? [];
  if (functionName !== undefined && parameters !== undefined && !needsArguments(parameters)) {
    return { name: functionName, kind: "function", line: line.first };
  }
  const variable = VARIABLE.exec(code)?.[1];
  return variable === undefined
    ? undefined
    : { name: variable, kind: "variable", line: line.first };
}

function moduleClassName(code: string, modules: ReadonlySet<string>): string | undefined {
  const [, name, bases] = CLASS.exec(code) ?? [];
  if (name === undefined || bases === undefined) {
    return undefined;
  }
  const isModule = splitTopLevel(bases).some((base) => {
    const plain = base.replace(/\[.*$/, "").trim();
    return MODULE_BASE.test(plain) || modules.has(plain);
  });
  return isModule ? name : undefined;
}

function needsArguments(parameters: string): boolean {
  return splitTopLevel(parameters).some((parameter) => !/[=*]|^\/$|^$/.test(parameter.trim()));
}

/** Splits at commas that stand outside of brackets. */
function splitTopLevel(text: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    depth += "([{".includes(character) ? 1 : ")]}".includes(character) ? -1 : 0;
    if (character === "," && depth === 0) {
      parts.push("");
    } else {
      parts[parts.length - 1] += character;
    }
  }
  return parts;
}
