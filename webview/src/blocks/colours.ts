/**
 * Colour scales, computed in OKLab (Björn Ottosson, "A perceptual color space for image processing",
 * 2020), where equal steps look equal. Lightness alone orders every scale, so that it is read without
 * colour vision too; hues run between blue and yellow or orange, which the common forms of colour
 * blindness keep apart. Low values stand close to the page's ground. Pure.
 */
import type { ScaleKind } from "../protocol/messages.generated.ts";

/** Lightness 0 to 1, chroma, hue in degrees. */
type Tone = readonly [number, number, number];

const DARK_SEQUENCE: readonly Tone[] = [
  [0.2, 0.05, 290],
  [0.4, 0.13, 275],
  [0.6, 0.11, 215],
  [0.78, 0.13, 160],
  [0.96, 0.13, 105],
];
const LIGHT_SEQUENCE: readonly Tone[] = [
  [0.985, 0.02, 105],
  [0.84, 0.11, 150],
  [0.66, 0.11, 205],
  [0.46, 0.14, 265],
  [0.27, 0.1, 290],
];
const DARK_SIGNED = { middle: [0.23, 0, 0], least: [0.83, 0.12, 235], most: [0.83, 0.13, 65] };
const LIGHT_SIGNED = { middle: [0.98, 0, 0], least: [0.45, 0.14, 255], most: [0.45, 0.12, 50] };

/** What is no number stands out of every scale. */
const NAN_TONE: Tone = [0.62, 0.25, 350];
const INFINITY_TONE: Tone = [0.68, 0.23, 30];

export type Rgb = readonly [number, number, number];

function gamma(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

/** From OKLab to sRGB, 0 to 255, by the published matrices. */
export function rgbOfLab(lightness: number, a: number, b: number): Rgb {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

function labOf([lightness, chroma, hue]: Tone): Tone {
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

function rgbOf(tone: Tone): Rgb {
  return rgbOfLab(...labOf(tone));
}

function mixed(tones: readonly Tone[], share: number): Rgb {
  const place = share * (tones.length - 1);
  const first = Math.min(tones.length - 2, Math.floor(place));
  const [from, to] = [tones[first], tones[first + 1]];
  if (!from || !to) return [0, 0, 0];
  const [before, after] = [labOf(from), labOf(to)];
  const part = (index: 0 | 1 | 2) =>
    before[index] + (after[index] - before[index]) * (place - first);
  return rgbOfLab(part(0), part(1), part(2));
}

function signedTones(dark: boolean): readonly Tone[] {
  const { least, middle, most } = dark ? DARK_SIGNED : LIGHT_SIGNED;
  return [least, middle, most] as unknown as readonly Tone[];
}

/** 256 colours from low to high. */
export type ColourMap = readonly Rgb[];

const STEPS = 256;
const maps = new Map<string, ColourMap>();

export function colourMap(scale: ScaleKind, dark: boolean): ColourMap {
  const key = `${scale === "diverging"} ${dark}`;
  const known = maps.get(key);
  if (known) return known;
  const plain = dark ? DARK_SEQUENCE : LIGHT_SEQUENCE;
  const tones = scale === "diverging" ? signedTones(dark) : plain;
  const map = Array.from({ length: STEPS }, (_, step) => mixed(tones, step / (STEPS - 1)));
  maps.set(key, map);
  return map;
}

/** Colours of what has no place on the scale. */
export const NAN_COLOUR = rgbOf(NAN_TONE);
export const INFINITY_COLOUR = rgbOf(INFINITY_TONE);

export interface Range {
  readonly scale: ScaleKind;
  readonly low: number;
  readonly high: number;
}

/** Place of a value on a scale, 0 to 1. A scale without extent has all in its middle, or at its low end. */
export function shareOf(value: number, { scale, low, high }: Range): number {
  if (!(high > low)) return scale === "diverging" ? 0.5 : 0;
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}

export function colourOf(value: number, range: Range, dark: boolean): Rgb {
  if (Number.isNaN(value)) return NAN_COLOUR;
  if (!Number.isFinite(value)) return INFINITY_COLOUR;
  const map = colourMap(range.scale, dark);
  return map[Math.round(shareOf(value, range) * (STEPS - 1))] ?? NAN_COLOUR;
}

export function cssOfRgb([red, green, blue]: Rgb, alpha = 1): string {
  return `rgba(${red},${green},${blue},${alpha})`;
}

/** Relative luminance as WCAG defines it, 0 to 1. */
export function luminance([red, green, blue]: Rgb): number {
  const linear = (part: number) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Black or white, whichever is read better on a ground. */
export function inkOn(ground: Rgb): "#000000" | "#ffffff" {
  return luminance(ground) > 0.179 ? "#000000" : "#ffffff";
}
