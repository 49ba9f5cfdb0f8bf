/**
 * Where import statements that inserted code needs go in a Python text, and which are there already.
 *
 * Knows neither VS Code nor the backend. Used by `insertion.ts`.
 */

import { type LogicalLine, logicalLines } from "./statements";

/** Lines to add to a text. */
export interface ImportPlan {
  /** The statements go before this physical line, from 0; may be one past the end. */
  readonly line: number;
  readonly statements: readonly string[];
  /** Whether a blank line has to separate them from what stands above. */
  readonly blankBefore: boolean;
  /** Whether a blank line has to separate them from what stands below. */
  readonly blankAfter: boolean;
}

interface ImportedName {
  readonly module: string;
  /** Empty for `import module`. */
  readonly name: string;
}

/**
 * Plans the statements of `needed` that neither `text` (above `limit`) nor `known` has.
 *
 * @param limit physical line that the statements must not go below
 */
export function planImports(
  text: string,
  needed: readonly string[],
  limit: number,
  known: readonly string[] = [],
): ImportPlan | undefined {
  const above = logicalLines(text).filter((line) => line.first < limit);
  const present = [...above, ...known.flatMap(logicalLines)].flatMap(importedNames);
  const statements = needed.filter((statement) => !isPresent(statement, present));
  if (statements.length === 0) {
    return undefined;
  }
  const anchor = lastImport(above) ?? preamble(above);
  const line = anchor === undefined ? headLength(text, limit) : Math.min(anchor.last + 1, limit);
  const physical = text.split(/\r\n|\r|\n/);
  return {
    line,
    statements,
    blankBefore: anchor !== undefined && !isImport(anchor),
    blankAfter: needsBlank(physical[line]),
  };
}

function isPresent(statement: string, present: readonly ImportedName[]): boolean {
  return logicalLines(statement)
    .flatMap(importedNames)
    .every((wanted) =>
      present.some(
        (name) => name.module === wanted.module && (name.name === wanted.name || name.name === "*"),
      ),
    );
}

/** The names that a top-level import statement binds unchanged; an alias binds another name. */
function importedNames(line: LogicalLine): readonly ImportedName[] {
  return line.indent === "" ? line.code.split(";").flatMap(namesOfStatement) : [];
}

function namesOfStatement(statement: string): readonly ImportedName[] {
  const [, module, names] = /^\s*from\s+([\w.]+)\s+import\s+(.*)$/.exec(statement) ?? [];
  if (module !== undefined && names !== undefined) {
    return unaliased(names).map((name) => ({ module, name }));
  }
  const modules = /^\s*import\s+(.*)$/.exec(statement)?.[1];
  return modules === undefined
    ? []
    : unaliased(modules).map((name) => ({ module: name, name: "" }));
}

function unaliased(names: string): readonly string[] {
  return names
    .replace(/[()]/g, " ")
    .split(",")
    .map((name) => /^\s*([\w.*]+)\s*(?:as\s+\1\s*)?$/.exec(name)?.[1] ?? "")
    .filter((name) => name !== "");
}

/** The last import before the first definition: later ones belong to something special. */
function lastImport(lines: readonly LogicalLine[]): LogicalLine | undefined {
  const definition = lines.findIndex((line) =>
    /^(?:(?:async\s+def|def|class)\b|@)/.test(line.code),
  );
  const head = definition === -1 ? lines : lines.slice(0, definition);
  return head.findLast((line) => line.indent === "" && isImport(line));
}

function isImport(line: LogicalLine): boolean {
  return /^(?:from\s+[\w.]+\s+import|import)\b/.test(line.code);
}

/** The module's docstring, or the last magic line at the head of a notebook cell. */
function preamble(lines: readonly LogicalLine[]): LogicalLine | undefined {
  const other = lines.findIndex((line) => !/^(?:[rRuU]?""|[%!].*)$/.test(line.code));
  return lines[(other === -1 ? lines.length : other) - 1];
}

/** How many comment lines (interpreter, encoding, licence) a text starts with. */
function headLength(text: string, limit: number): number {
  const physical = text.split(/\r\n|\r|\n/);
  const first = physical.findIndex((line) => !line.startsWith("#"));
  return Math.min(first === -1 ? physical.length : first, limit);
}

function needsBlank(below: string | undefined): boolean {
  return below !== undefined && below.trim() !== "" && !/^(?:from|import)\s/.test(below);
}
