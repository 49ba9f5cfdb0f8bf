/**
 * The logical lines of a Python text: statements with their strings blanked and comments dropped.
 *
 * Light-weight on purpose: it answers where a statement starts and ends, how deep it stands and what
 * its keywords are, also while the file is half typed. It knows neither VS Code nor the backend.
 * Used by `candidates.ts`, `imports.ts` and `insertion.ts`.
 */

/** One statement, which may span several physical lines. */
export interface LogicalLine {
  /** First physical line, from 0. */
  readonly first: number;
  /** Last physical line, from 0. */
  readonly last: number;
  /** White space it starts with. */
  readonly indent: string;
  /** Its text on one line, without comments, each string written as `""`. */
  readonly code: string;
}

interface Scan {
  depth: number;
  quote: string;
  continued: boolean;
  code: string;
}

/** Splits a text into its logical lines; blank lines and comments are left out. */
export function logicalLines(text: string): readonly LogicalLine[] {
  const physical = text.split(/\r\n|\r|\n/);
  const found: LogicalLine[] = [];
  let scan = freshScan();
  let first = 0;
  for (const [index, line] of physical.entries()) {
    if (isFresh(scan)) {
      first = index;
    }
    scanLine(line, scan);
    if (isOpen(scan) && index < physical.length - 1) {
      continue;
    }
    const code = scan.code.trim();
    if (code !== "") {
      found.push({ first, last: index, indent: indentOf(physical[first] ?? ""), code });
    }
    scan = freshScan();
  }
  return found;
}

/** Whether a statement opens an indented block below it. */
export function opensBlock(line: LogicalLine): boolean {
  return line.code.endsWith(":");
}

/** The white space at the start of a physical line. */
export function indentOf(line: string): string {
  return /^[ \t\f]*/.exec(line)?.[0] ?? "";
}

/** The columns that an indentation covers, with tabs up to multiples of 8 as Python reads them. */
export function indentWidth(indent: string): number {
  let width = 0;
  for (const character of indent) {
    width = character === "\t" ? (Math.floor(width / 8) + 1) * 8 : width + 1;
  }
  return width;
}

function freshScan(): Scan {
  return { depth: 0, quote: "", continued: false, code: "" };
}

function isFresh(scan: Scan): boolean {
  return scan.code === "" && !isOpen(scan);
}

function isOpen(scan: Scan): boolean {
  return scan.depth > 0 || scan.quote !== "" || scan.continued;
}

function scanLine(line: string, scan: Scan): void {
  scan.continued = false;
  let position = 0;
  while (position < line.length) {
    position =
      scan.quote === "" ? scanCode(line, position, scan) : scanString(line, position, scan);
  }
  if (scan.quote.length === 1 && !line.endsWith("\\")) {
    scan.quote = "";
  }
  scan.code += " ";
}

function scanCode(line: string, position: number, scan: Scan): number {
  const character = line.charAt(position);
  if (character === "#") {
    return line.length;
  }
  if (character === "\\" && position === line.length - 1) {
    scan.continued = true;
    return position + 1;
  }
  if (character === '"' || character === "'") {
    const triple = character.repeat(3);
    scan.quote = line.startsWith(triple, position) ? triple : character;
    scan.code += '""';
    return position + scan.quote.length;
  }
  scan.depth = Math.max(0, scan.depth + depthChange(character));
  scan.code += character;
  return position + 1;
}

function scanString(line: string, position: number, scan: Scan): number {
  if (line.charAt(position) === "\\") {
    return position + 2;
  }
  if (line.startsWith(scan.quote, position)) {
    const end = position + scan.quote.length;
    scan.quote = "";
    return end;
  }
  return position + 1;
}

function depthChange(character: string): number {
  if ("([{".includes(character)) {
    return 1;
  }
  return ")]}".includes(character) ? -1 : 0;
}
