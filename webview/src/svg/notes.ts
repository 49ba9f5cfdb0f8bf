/** The sentences under a drawing that say what it does not show. */
import { cssOf } from "../render/colour.ts";
import type { Drawing } from "./drawing.ts";
import { short } from "./labels.ts";
import { escaped } from "./text.ts";

const SIZE = 12;
const LINE = 17;
const GAP = 20;
const NARROWEST = 420;

export interface Notes {
  readonly elements: readonly string[];
  /** Of the graph and the notes together. */
  readonly width: number;
  /** Of the notes alone. */
  readonly height: number;
}

export function notesUnder({ scene, palette, measure, notes = [] }: Drawing): Notes {
  if (notes.length === 0) return { elements: [], width: scene.width, height: 0 };
  const width = Math.max(scene.width, NARROWEST);
  const style = { size: SIZE, weight: 400 };
  const lines = notes.flatMap((note) => wrapped(note, (text) => measure(text, style) <= width));
  const fill = cssOf(palette.colours.muted);
  const elements = lines.map((line, row) => {
    const y = short(scene.height + GAP + (row + 1) * LINE);
    return `<text x="0" y="${y}" font-size="${SIZE}" fill="${fill}">${escaped(line)}</text>`;
  });
  return { elements, width, height: GAP + lines.length * LINE };
}

function wrapped(text: string, fits: (text: string) => boolean): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
