/** The text of the inputs box, a line for each argument. Pure. */

const RANDOM = /^(\s*\w+\s*=\s*)(\w+)\s*\[([\d,\s]*)\]\s*$/;
const FILE = /^(\s*\w+\s*=\s*)(?:file|npy)\(.*\)\s*$/;

/** How many dimensions a random line has; null for other lines. */
function dimensionsOf(line: string): number | null {
  const sizes = RANDOM.exec(line)?.[3];
  return sizes === undefined ? null : sizes.split(",").filter((size) => size.trim() !== "").length;
}

/** The line that a file should take the place of: the one of the cursor, else one that it may fit. */
function placeFor(lines: readonly string[], isImage: boolean, cursor: number | null): number {
  const fits = (line: string | undefined) =>
    line !== undefined && (RANDOM.test(line) || FILE.test(line));
  if (cursor !== null && fits(lines[cursor])) return cursor;
  const earlier = lines.findIndex((line) => FILE.test(line));
  if (earlier >= 0) return earlier;
  return lines.findIndex((line) => {
    const dimensions = dimensionsOf(line);
    return dimensions !== null && (!isImage || dimensions >= 3);
  });
}

/**
 * The inputs with a file in them, in the place of a fitting line or as one more; `example` stands
 * for an empty box.
 */
export function withFile(
  inputs: string,
  expression: string,
  isImage: boolean,
  cursor: number | null = null,
  example = "",
): string {
  const known = inputs.trim() === "" ? example : inputs;
  const lines = known === "" ? [] : known.split("\n");
  const place = placeFor(lines, isImage, cursor);
  const line = lines[place];
  if (line === undefined) return [...lines, `x = ${expression}`].join("\n");
  lines[place] = `${line.slice(0, line.indexOf("="))}= ${expression}`;
  return lines.join("\n");
}

/** The number of the line, from 0, that a place in the text is in. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length - 1;
}
