/** Numbers of a block's picture, from base64 as they travel. Pure; knows no kind of block. */
import type { BlockArray } from "../protocol/messages.generated.ts";

const STEPS = 252;
const NEGATIVE_INFINITY = 253;
const POSITIVE_INFINITY = 254;

/** A decoded array: row by row, the last dimension first. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** The wire is little endian whatever the machine is. */
function floatsOf(base64: string): Float32Array {
  const view = new DataView(bytesOf(base64).buffer);
  const values = new Float32Array(view.byteLength >> 2);
  for (let index = 0; index < values.length; index++) {
    values[index] = view.getFloat32(index * 4, true);
  }
  return values;
}

function integersOf(base64: string): Int32Array {
  const view = new DataView(bytesOf(base64).buffer);
  const values = new Int32Array(view.byteLength >> 2);
  for (let index = 0; index < values.length; index++)
    values[index] = view.getInt32(index * 4, true);
  return values;
}

/** What a code of a scaled row stands for. */
export function valueOfCode(code: number, low: number, high: number): number {
  if (code <= STEPS) return low + (code / STEPS) * (high - low);
  if (code === NEGATIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return code === POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : Number.NaN;
}

/** Bytes scaled by row: the last dimension is one row. */
function scaledOf(array: BlockArray, lows: Float32Array, highs: Float32Array): Float32Array {
  const codes = bytesOf(array.data);
  const width = Math.max(1, array.shape.at(-1) ?? 1);
  const values = new Float32Array(codes.length);
  for (let index = 0; index < codes.length; index++) {
    const row = Math.floor(index / width);
    values[index] = valueOfCode(codes[index] ?? 255, lows[row] ?? 0, highs[row] ?? 0);
  }
  return values;
}

function valuesOf(array: BlockArray): Numbers["values"] {
  switch (array.dtype) {
    case "float32":
      return floatsOf(array.data);
    case "int32":
      return integersOf(array.data);
    case "uint8":
      if (!array.lows || !array.highs) return bytesOf(array.data);
      return scaledOf(array, floatsOf(array.lows), floatsOf(array.highs));
    default:
      return array.dtype satisfies never;
  }
}

export function numbersOf(array: BlockArray): Numbers {
  return { shape: array.shape, values: valuesOf(array) };
}
