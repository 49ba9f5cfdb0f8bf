/**
 * The names that stand in a Python text from the head of the function around a line down to the line.
 *
 * Light-weight like `statements.ts`, on which it stands. Knows no VS Code API. Used by
 * `inline-values.ts`.
 */

import { indentOf, indentWidth, logicalLines } from "./statements";

/** A name where it stands; lines and columns from 0. */
export interface NamePlace {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

const FUNCTION = /^(?:async\s+)?def\b/;
const STRING_OR_COMMENT = /(["'])(?:\\.|(?!\1)[^\\])*\1|#.*$/g;
const NAME = /(?<![\p{L}\p{N}_.])[\p{L}_][\p{L}\p{N}_]*(?![\p{L}\p{N}_]|\s*\()/gu;
const KEYWORDS = new Set(
  (
    "and as assert async await break class continue def del elif else except finally for from global if " +
    "import in is lambda nonlocal not or pass raise return self try while with yield None True False"
  ).split(" "),
);
const MOST_LINES = 500;

/** Each name once a line, in the order of the text. */
export function namesAbove(text: string, line: number): readonly NamePlace[] {
  const physical = text.split(/\r\n|\r|\n/);
  const first = Math.max(headOf(text, line), line - MOST_LINES);
  return physical
    .slice(first, line + 1)
    .flatMap((content, index) => namesOf(content, first + index));
}

/** The line of the innermost function's head; of the text's where there is none. */
function headOf(text: string, line: number): number {
  const lines = logicalLines(text).filter((each) => each.first <= line);
  let width = indentWidth(lines.at(-1)?.indent ?? "");
  for (const each of lines.toReversed()) {
    const own = indentWidth(indentOf(each.indent));
    if (own < width) {
      width = own;
      if (FUNCTION.test(each.code)) {
        return each.first;
      }
    }
  }
  return 0;
}

function namesOf(content: string, line: number): readonly NamePlace[] {
  const code = content.replace(STRING_OR_COMMENT, (found) => " ".repeat(found.length));
  const found = new Map<string, NamePlace>();
  for (const { 0: name, index: column } of code.matchAll(NAME)) {
    if (!(KEYWORDS.has(name) || found.has(name))) {
      found.set(name, { name, line, column });
    }
  }
  return [...found.values()];
}
