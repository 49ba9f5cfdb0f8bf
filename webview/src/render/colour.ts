/** Packed colours (0xAABBGGRR) and mixing them. Pure. */
import type { Colour } from "./boxes.ts";

export function pack(red: number, green: number, blue: number, alpha = 255): Colour {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function channel(colour: Colour, shift: number): number {
  return (colour >>> shift) & 255;
}

/** `share` of the second colour in the first; alpha is mixed too. */
export function mix(first: Colour, second: Colour, share: number): Colour {
  const part = (shift: number) =>
    Math.round(channel(first, shift) * (1 - share) + channel(second, shift) * share);
  return pack(part(0), part(8), part(16), part(24));
}

/** The colour with its alpha multiplied. */
export function faded(colour: Colour, alpha: number): Colour {
  return ((colour & 0xffffff) | (Math.round(channel(colour, 24) * alpha) << 24)) >>> 0;
}

export function cssOf(colour: Colour): string {
  const [red, green, blue] = [channel(colour, 0), channel(colour, 8), channel(colour, 16)];
  return `rgba(${red},${green},${blue},${(channel(colour, 24) / 255).toFixed(3)})`;
}
