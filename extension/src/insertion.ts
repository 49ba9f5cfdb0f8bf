/**
 * Where and how hook code goes into a Python text: lines, indentation, imports.
 *
 * Pure: text and a cursor line in, replacements out. Knows neither VS Code nor the backend. `insert.ts`
 * carries the replacements out as one edit.
 */

import { type ImportPlan, planImports } from "./imports";
import { indentOf, indentWidth, type LogicalLine, logicalLines, opensBlock } from "./statements";

/** Code that the backend wrote: 4 spaces a level, no indentation of its own, newline at the end. */
export interface Code {
  readonly snippet: string;
  readonly imports: readonly string[];
}

/** The text that code goes into. */
export interface Target {
  readonly text: string;
  /** Physical line of the cursor, from 0. */
  readonly cursorLine: number;
  /** One level of indentation in this editor. */
  readonly unit: string;
  /** Further texts whose imports count: earlier cells of a notebook. */
  readonly known?: readonly string[];
}

/** Replaces whole lines; always starts at column 0, so that the editor adds no indentation. */
export interface Replacement {
  readonly startLine: number;
  readonly endLine: number;
  /** Column where the replaced range ends. */
  readonly endCharacter: number;
  /** Text to put there before the snippet, verbatim. */
  readonly before: string;
  /** Text with tab stops; empty for plain text. */
  readonly snippet: string;
  /** Text to put there after the snippet, verbatim. */
  readonly after: string;
}

const CONTINUES_BLOCK = /^(?:else|elif|except|finally|case)\b/;

/** All replacements that insert `code` at the cursor, in the order of the text. */
export function planInsertion(target: Target, code: Code): readonly Replacement[] {
  const snippet = placeSnippet(target, code.snippet);
  const imports = planImports(target.text, code.imports, importLimit(snippet), target.known);
  return imports === undefined ? [snippet] : withImports(snippet, imports);
}

/** The lines, from 0, that the code itself stands on once all is replaced. */
export function codeLines(replacements: readonly Replacement[]): { first: number; last: number } {
  const code = replacements.at(-1);
  if (code === undefined) {
    return { first: 0, last: 0 };
  }
  const above = replacements.slice(0, -1).map(({ before }) => newlines(before));
  const first = above.reduce((sum, count) => sum + count, code.startLine + newlines(code.before));
  return { first, last: first + newlines(code.snippet.trimEnd()) };
}

/** Whether the editor has places to go through in the inserted code. */
export function hasTabStops({ snippet }: Code): boolean {
  return /(?<!\\)(?:\\\\)*\$(?:\d|\{\d)/.test(snippet);
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

/** Code for another place: its levels in `unit`, each line behind `indent`; blank lines stay empty. */
export function indentCode(code: string, indent: string, unit: string): string {
  return code
    .split("\n")
    .map((line) => {
      const spaces = indentOf(line).length;
      const inner = unit.repeat(Math.floor(spaces / 4)) + " ".repeat(spaces % 4);
      return line.trim() === "" ? "" : indent + inner + line.slice(spaces);
    })
    .join("\n");
}

/** The indentation that code at a line has to have so that the block around it stays valid. */
export function chooseIndent(target: Target, anchorLine: number, wanted: string): string {
  const lines = logicalLines(target.text);
  const previous = lines.filter((line) => line.last <= anchorLine);
  const next = lines.find((line) => line.first > anchorLine);
  const levels = openLevels(previous, next, target.unit);
  const lowest = lowestLevel(next);
  const allowed = levels.filter((level) => indentWidth(level) >= lowest);
  const fitting = allowed.filter((level) => indentWidth(level) <= indentWidth(wanted));
  return fitting.at(-1) ?? allowed[0] ?? levels.at(-1) ?? "";
}

/** Indentations that a statement after `previous` may have, outermost first. */
function openLevels(
  previous: readonly LogicalLine[],
  next: LogicalLine | undefined,
  unit: string,
): readonly string[] {
  const last = previous.at(-1);
  if (last === undefined) {
    return [""];
  }
  if (opensBlock(last)) {
    const inner = next !== undefined && isDeeper(next, last) ? next.indent : last.indent + unit;
    return [inner];
  }
  return enclosingLevels(previous, last);
}

function enclosingLevels(previous: readonly LogicalLine[], last: LogicalLine): readonly string[] {
  const levels = [last.indent];
  for (const line of [...previous].reverse()) {
    if (indentWidth(line.indent) < indentWidth(levels[0] ?? "")) {
      levels.unshift(line.indent);
    }
  }
  return levels;
}

function isDeeper(line: LogicalLine, other: LogicalLine): boolean {
  return indentWidth(line.indent) > indentWidth(other.indent);
}

/** A shallower statement would cut the following one, or its `else`, from its block. */
function lowestLevel(next: LogicalLine | undefined): number {
  if (next === undefined) {
    return 0;
  }
  return indentWidth(next.indent) + (CONTINUES_BLOCK.test(next.code) ? 1 : 0);
}

function placeSnippet(target: Target, code: string): Replacement {
  const physical = target.text.split(/\r\n|\r|\n/);
  const statement = statementAt(target);
  const cursorText = physical[target.cursorLine] ?? "";
  if (statement === undefined && cursorText.trim() === "") {
    return onBlankLine(target, code, cursorText);
  }
  const last = statement?.last ?? target.cursorLine;
  const wanted = indentOf(physical[statement?.first ?? target.cursorLine] ?? "");
  const indent = chooseIndent(target, last, wanted);
  return belowLine(physical, last, indentCode(code, indent, target.unit));
}

/** The statement that the cursor stands in; a decorator belongs to what it decorates. */
function statementAt(target: Target): LogicalLine | undefined {
  const lines = logicalLines(target.text);
  let index = lines.findIndex(
    (line) => line.first <= target.cursorLine && target.cursorLine <= line.last,
  );
  while (lines[index]?.code.startsWith("@") === true && index + 1 < lines.length) {
    index += 1;
  }
  return lines[index];
}

function onBlankLine(target: Target, code: string, cursorText: string): Replacement {
  const indent = chooseIndent(target, target.cursorLine, cursorText);
  const line = target.cursorLine;
  const snippet = indentCode(code, indent, target.unit).replace(/\n$/, "");
  const endCharacter = cursorText.length;
  return { startLine: line, endLine: line, endCharacter, before: "", snippet, after: "" };
}

function belowLine(physical: readonly string[], last: number, snippet: string): Replacement {
  if (last + 1 < physical.length) {
    const line = last + 1;
    const plain = { startLine: line, endLine: line, endCharacter: 0, before: "" };
    return { ...plain, snippet: snippet.replace(/\n$/, ""), after: "\n" };
  }
  const text = physical[last] ?? "";
  const range = { startLine: last, endLine: last, endCharacter: text.length };
  return { ...range, before: `${text}\n`, snippet, after: "" };
}

/** Imports may stand right above the snippet, never below. */
function importLimit(snippet: Replacement): number {
  return snippet.before === "" ? snippet.startLine : snippet.startLine + 1;
}

function withImports(snippet: Replacement, imports: ImportPlan): readonly Replacement[] {
  const text = `${imports.statements.join("\n")}\n`;
  const above = imports.blankBefore ? "\n" : "";
  if (imports.line > snippet.startLine) {
    return [{ ...snippet, before: `${snippet.before}${above}${text}\n` }];
  }
  if (imports.line === snippet.startLine) {
    return [{ ...snippet, before: `${above}${text}\n${snippet.before}` }];
  }
  const below = imports.blankAfter ? "\n" : "";
  const line = { startLine: imports.line, endLine: imports.line, endCharacter: 0 };
  return [{ ...line, before: `${above}${text}${below}`, snippet: "", after: "" }, snippet];
}
