/** One panel of a picture as a picture of its own: for hosts that hold only whole pictures. Pure. */
import type { BlockArray, BlockPicture } from "../protocol/messages.generated.ts";
import { bytesOf } from "./arrays.ts";

const BYTES = { float32: 4, int32: 4, uint8: 1 } as const;
const CHUNK = 0x8000;

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (let from = 0; from < bytes.length; from += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(from, from + CHUNK));
  }
  return btoa(text);
}

function part(base64: string, index: number, count: number): string {
  const bytes = bytesOf(base64);
  const length = bytes.length / count;
  return base64Of(bytes.subarray(index * length, (index + 1) * length));
}

/** Panels, rows, columns: what has fewer dimensions (edges of bins, boxes) is of all panels. */
const OF_PANELS = 3;

function ofPanel(array: BlockArray, index: number, count: number): BlockArray {
  const [first, ...inner] = array.shape;
  const each = array.shape.reduce((product, size) => product * size, BYTES[array.dtype]);
  if (array.shape.length < OF_PANELS || first !== count || each === 0) return array;
  return {
    ...array,
    shape: [1, ...inner],
    data: part(array.data, index, count),
    ...(array.lows ? { lows: part(array.lows, index, count) } : {}),
    ...(array.highs ? { highs: part(array.highs, index, count) } : {}),
  };
}

/** `panel` counts entries along `panels`. */
export function singlePanel(picture: BlockPicture, panel: number): BlockPicture {
  const { panels, x, y } = picture;
  const index = panel - panels.first;
  if (panels.count <= 1 || index < 0 || index >= panels.count) return picture;
  const { count } = panels;
  return {
    ...picture,
    panels: {
      ...panels,
      first: panel,
      count: 1,
      labels: panels.labels?.slice(index, index + 1) ?? [],
    },
    arrays: picture.arrays.map((array) => ofPanel(array, index, count)),
    texts: picture.texts.map(({ name, texts }) => {
      const length = x.count * y.count;
      const whole = texts.length !== count * length;
      return { name, texts: whole ? texts : texts.slice(index * length, (index + 1) * length) };
    }),
  };
}
