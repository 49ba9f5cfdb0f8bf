/**
 * Small bitmaps as PNG in a data address, without a canvas: the Python library draws in an engine that
 * has none. Colours are numbered where there are few; nothing is compressed. Pure.
 */
import type { Pixels } from "../blocks/pixels.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Bitmap extends Size {
  readonly colours: Uint8ClampedArray;
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** The most that a stored block of deflate holds. */
const STORED = 0xffff;
const MOST_COLOURS = 256;
const CHUNK = 0x8000;
const INDEXED = 3;
const RGBA = 6;

/** Half as wide and high, each pixel the mean of those that it covers. */
function halved({ width, height, colours }: Bitmap): Bitmap {
  const size = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const halves = new Uint8ClampedArray(size.width * size.height * 4);
  for (let place = 0; place < halves.length; place++) {
    const pixel = place >> 2;
    const left = 2 * (pixel % size.width);
    const top = 2 * Math.floor(pixel / size.width);
    const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
    const at = (x: number, y: number) => colours[(y * width + x) * 4 + (place & 3)] ?? 0;
    halves[place] = (at(left, top) + at(right, top) + at(left, bottom) + at(right, bottom)) / 4;
  }
  return { ...size, colours: halves };
}

/** No finer than it is seen. */
function reduced(pixels: Pixels, seen: Size): Bitmap {
  const { width, height } = pixels;
  let bitmap: Bitmap = { width, height, colours: pixels.paint() };
  while (bitmap.width > 2 * seen.width && bitmap.height > 2 * seen.height) bitmap = halved(bitmap);
  return bitmap;
}

const table = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function checksum(bytes: readonly number[]): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (table[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return ~value;
}

function word(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function chunk(name: string, data: readonly number[]): number[] {
  const named = [...name].map((letter) => letter.charCodeAt(0)).concat(data);
  return word(data.length).concat(named, word(checksum(named)));
}

/** Adler-32, as zlib asks for it. */
function sum(bytes: readonly number[]): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return ((high << 16) | low) >>> 0;
}

/** A zlib stream that holds bytes as they are. */
function stored(bytes: readonly number[]): number[] {
  let stream = [0x78, 0x01];
  for (let from = 0; from < bytes.length; from += STORED) {
    const part = bytes.slice(from, from + STORED);
    const [low, high] = [part.length & 255, part.length >>> 8];
    const isLast = from + STORED >= bytes.length ? 1 : 0;
    stream = stream.concat([isLast, low, high, low ^ 255, high ^ 255], part);
  }
  return stream.concat(word(sum(bytes)));
}

interface Numbered {
  /** Red, green, blue, opacity in one number. */
  readonly palette: readonly number[];
  readonly numbers: readonly number[];
}

/** The colours by number; null if there are too many. */
function numbered({ colours }: Bitmap): Numbered | null {
  const known = new Map<number, number>();
  const numbers: number[] = [];
  const view = new DataView(colours.buffer);
  for (let place = 0; place < colours.length; place += 4) {
    const colour = view.getUint32(place);
    const number = known.get(colour) ?? known.size;
    if (number >= MOST_COLOURS) return null;
    known.set(colour, number);
    numbers.push(number);
  }
  return { palette: [...known.keys()], numbers };
}

/** Rows, each after the number of its filter: none. */
function rows(bytes: readonly number[], length: number): number[] {
  const found: number[] = [];
  for (let from = 0; from < bytes.length; from += length) {
    found.push(0);
    for (let place = from; place < from + length; place++) found.push(bytes[place] ?? 0);
  }
  return found;
}

function header({ width, height }: Size, type: number): number[] {
  return chunk("IHDR", [...word(width), ...word(height), 8, type, 0, 0, 0]);
}

function indexed(bitmap: Bitmap, { palette, numbers }: Numbered): number[] {
  const colours = palette.flatMap((colour) => word(colour).slice(0, 3));
  const opacities = palette.map((colour) => colour & 255);
  return [
    ...header(bitmap, INDEXED),
    ...chunk("PLTE", colours),
    ...chunk("tRNS", opacities),
  ].concat(chunk("IDAT", stored(rows(numbers, bitmap.width))));
}

function plain(bitmap: Bitmap): number[] {
  const bytes = rows([...bitmap.colours], bitmap.width * 4);
  return header(bitmap, RGBA).concat(chunk("IDAT", stored(bytes)));
}

/** A PNG of pixels that are seen at a size, which it need not exceed. */
export function pngOf(pixels: Pixels, seen: Size): Uint8Array<ArrayBuffer> {
  const bitmap = reduced(pixels, seen);
  const few = numbered(bitmap);
  const body = few ? indexed(bitmap, few) : plain(bitmap);
  return Uint8Array.from(SIGNATURE.concat(body, chunk("IEND", [])));
}

export function pngAddress(pixels: Pixels, seen: Size): string {
  const bytes = pngOf(pixels, seen);
  let text = "";
  for (let from = 0; from < bytes.length; from += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  }
  return `data:image/png;base64,${btoa(text)}`;
}
