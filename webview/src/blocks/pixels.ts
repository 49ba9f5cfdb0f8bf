/** Colours of a small picture, painted only when they are needed; who draws them may keep the result. */

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel, row by row. */
  paint(): Uint8ClampedArray<ArrayBuffer>;
}

export function pixelsOf(
  size: { readonly width: number; readonly height: number },
  fill: (colours: Uint8ClampedArray) => void,
): Pixels {
  const { width, height } = size;
  return {
    width,
    height,
    paint() {
      const colours = new Uint8ClampedArray(width * height * 4);
      fill(colours);
      return colours;
    },
  };
}
