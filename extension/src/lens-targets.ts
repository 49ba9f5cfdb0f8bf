/**
 * The lines of a Python text that get a lens: classes of modules, and calls of `Interpogate(...)`.
 *
 * Only what `file.py:name` can name. Reads the text, never runs it; knows neither VS Code nor the
 * backend. Used by `lenses.ts`.
 */

import { findCandidates } from "./candidates";
import { type LogicalLine, logicalLines } from "./statements";

/** What a lens opens. */
export interface LensTarget {
  readonly name: string;
  /** Line it stands above, from 0. */
  readonly line: number;
}

const ASSIGNED =
  /^([A-Za-z]\w*)\s*(?::[^=]*)?=\s*(?:[A-Za-z_]\w*\.)*Interpogate\s*\(\s*(?:model\s*=\s*)?([A-Za-z]\w*)?/;
const GIVEN = /\bInterpogate\s*\(\s*(?:model\s*=\s*)?([A-Za-z]\w*)\s*[,)]/;
const MADE = /\bInterpogate\s*\(\s*(?:model\s*=\s*)?([A-Za-z]\w*)\s*\(/;

/** In the order of the text. */
export function lensTargets(text: string): readonly LensTarget[] {
  const candidates = findCandidates(text);
  const classes = candidates.filter(({ kind }) => kind === "class");
  const known = new Set(candidates.map(({ name }) => name));
  const calls = logicalLines(text).flatMap((line) => callTargets(line, known));
  return [...classes.map(({ name, line }) => ({ name, line })), ...calls].sort(
    (a, b) => a.line - b.line,
  );
}

/** The variable that holds the call's result, else the model that is handed over. */
function callTargets({ code, first, indent }: LogicalLine, known: ReadonlySet<string>) {
  if (/^(?:class|def|async|from|import|@)/.test(code)) {
    return [];
  }
  // What a function or a branch has in a variable cannot be named from outside.
  const variable = indent === "" ? (ASSIGNED.exec(code) ?? GIVEN.exec(code))?.[1] : undefined;
  const name = variable ?? MADE.exec(code)?.[1];
  return name !== undefined && known.has(name) ? [{ name, line: first }] : [];
}
