/** Text in a drawing: escaping, cutting, and widths where there is no canvas to ask. Pure. */
import type { Measure, TextStyle } from "../layout/sizes.ts";

const ELLIPSIS = "…";
/** Widths in a common sans-serif face, in parts of the font's size, by group of characters. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[iljI.,:;'|! ]/, 0.3],
  [/[frt()[\]{}/\\"*-]/, 0.4],
  [/[mwMW@%—−]/, 0.94],
  [/[A-Z&×+=<>–_…]/, 0.69],
];
const USUAL = 0.6;
const WIDE = 1;
const BOLD = 1.06;

function widthOf(character: string): number {
  if (character > "⺀") return WIDE;
  return WIDTHS.find(([group]) => group.test(character))?.[1] ?? USUAL;
}

/** A width on the safe side, for a font that is not known. */
export const estimatedMeasure: Measure = (text, style) => {
  const weight = style.weight >= 600 ? BOLD : 1;
  return [...text].reduce((sum, one) => sum + widthOf(one), 0) * style.size * weight;
};

export function shortened(text: string, style: TextStyle, room: number, measure: Measure): string {
  if (measure(text, style) <= room) return text;
  const characters = [...text];
  while (characters.length > 1 && measure(characters.join("") + ELLIPSIS, style) > room) {
    characters.pop();
  }
  return characters.join("") + ELLIPSIS;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What XML forbids is left out: control characters, and halves of pairs. */
function isAllowed(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

export function escaped(text: string): string {
  return [...text]
    .filter(isAllowed)
    .map((character) => ENTITIES[character] ?? character)
    .join("");
}
