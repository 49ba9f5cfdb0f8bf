import { crc32, inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { numbersOf, valueOfCode } from "../../webview/src/blocks/arrays.ts";
import {
  colourMap,
  colourOf,
  INFINITY_COLOUR,
  inkOn,
  luminance,
  NAN_COLOUR,
  type Rgb,
} from "../../webview/src/blocks/colours.ts";
import { figureOf, labelOf } from "../../webview/src/blocks/figure.ts";
import { blockSize, bodyOf, cellUnder } from "../../webview/src/blocks/frame.ts";
import { numberText, rangeTexts } from "../../webview/src/blocks/numbers.ts";
import { balancedColumns, panelArea, panelAt, panelGrid } from "../../webview/src/blocks/panels.ts";
import { pixelsOf } from "../../webview/src/blocks/pixels.ts";
import { KINDS, kindOf } from "../../webview/src/blocks/registry.ts";
import { singlePanel } from "../../webview/src/blocks/single.ts";
import { pannedWindow, showing, zoomedWindow } from "../../webview/src/blocks/window.ts";
import { factsOf, roughValue, summaryOf } from "../../webview/src/blocks/words.ts";
import type {
  Block,
  BlockArray,
  BlockPicture,
} from "../../webview/src/protocol/messages.generated.ts";
import { withRole } from "../../webview/src/store/composing.svelte.ts";
import { keysOf } from "../../webview/src/store/references.ts";
import { pngOf } from "../../webview/src/svg/png.ts";

function base64(values: Float32Array | Uint8Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

function floats(name: string, shape: readonly number[], values: readonly number[]): BlockArray {
  return { name, dtype: "float32", shape, data: base64(Float32Array.from(values)) };
}

function picture(part: Partial<BlockPicture>): BlockPicture {
  const one = { name: "", size: 1, first: 0, step: 1, count: 1 };
  return {
    modelId: "m1",
    blockId: 1,
    runId: 1,
    kind: "heatmap",
    title: "",
    note: "",
    problem: null,
    panels: one,
    x: one,
    y: one,
    scale: "sequential",
    low: 0,
    high: 1,
    arrays: [],
    texts: [],
    statistics: null,
    ...part,
  };
}

const HEADS = picture({
  kind: "attention",
  panels: { name: "heads", size: 2, first: 0, step: 1, count: 2 },
  y: { name: "query", size: 3, first: 0, step: 1, count: 3, labels: ["When", " Anna", " and"] },
  x: { name: "key", size: 3, first: 0, step: 1, count: 3, labels: ["When", " Anna", " and"] },
  scale: "probability",
  arrays: [
    floats(
      "values",
      [2, 3, 3],
      [1, 0, 0, 0.4, 0.6, 0, 0.2, 0.3, 0.5, 1, 0, 0, 0.9, 0.1, 0, 0, 0, 1],
    ),
  ],
});

const BLOCK: Block = {
  blockId: 1,
  node: "h.0",
  value: { side: "output", keys: [] },
  kind: "attention",
  roles: [],
};

describe("numbers on the wire", () => {
  test("floats keep NaN and both infinities", () => {
    const values = [0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -2];
    const read = numbersOf(floats("values", [1, 1, 5], values)).values;
    expect([...read]).toEqual(values);
  });

  test("bytes are scaled by their row, and their last codes are no numbers", () => {
    const array: BlockArray = {
      name: "values",
      dtype: "uint8",
      shape: [1, 2, 3],
      data: base64(Uint8Array.from([0, 252, 126, 253, 254, 255])),
      lows: base64(Float32Array.from([-1, 0])),
      highs: base64(Float32Array.from([1, 10])),
    };
    const read = [...numbersOf(array).values];
    expect(read.slice(0, 3)).toEqual([-1, 1, 0]);
    expect(read.slice(3)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN]);
  });

  test("bytes without a scale are plain", () => {
    const data = base64(Uint8Array.from([0, 128, 255]));
    const array: BlockArray = { name: "rgb", dtype: "uint8", shape: [3], data };
    expect([...numbersOf(array).values]).toEqual([0, 128, 255]);
  });

  test("a diffuse row keeps its shape beside a sharp one", () => {
    expect(valueOfCode(100, 0.0099, 0.0101)).toBeCloseTo(0.00998, 5);
  });
});

function lightness(rgb: Rgb): number {
  return luminance(rgb) ** (1 / 3);
}

describe("colours", () => {
  test.each([true, false])("a sequence is ordered by lightness alone, dark page %s", (dark) => {
    const steps = colourMap("sequential", dark).map(lightness);
    const sign = dark ? 1 : -1;
    const backwards = steps.slice(1).filter((step, i) => sign * (step - (steps[i] ?? 0)) < -0.004);
    expect(backwards).toEqual([]);
    expect(Math.abs((steps.at(-1) ?? 0) - (steps[0] ?? 0))).toBeGreaterThan(0.45);
  });

  test.each([true, false])(
    "two signs are equally light at equal distance, dark page %s",
    (dark) => {
      const map = colourMap("diverging", dark);
      for (const distance of [30, 60, 90, 120]) {
        const below = lightness(map[127 - distance] ?? [0, 0, 0]);
        const above = lightness(map[128 + distance] ?? [0, 0, 0]);
        expect(Math.abs(below - above)).toBeLessThan(0.06);
      }
    },
  );

  test("zero is the middle of a scale for signs", () => {
    const range = { scale: "diverging", low: -4, high: 4 } as const;
    expect(colourOf(0, range, false)).toEqual(colourMap("diverging", false)[128]);
  });

  test("what is no number has a colour that no scale has", () => {
    const range = { scale: "sequential", low: 0, high: 1 } as const;
    expect(colourOf(Number.NaN, range, true)).toEqual(NAN_COLOUR);
    expect(colourOf(Number.NEGATIVE_INFINITY, range, true)).toEqual(INFINITY_COLOUR);
    const near = (a: Rgb, b: Rgb) => a.every((part, i) => Math.abs(part - (b[i] ?? 0)) < 40);
    for (const dark of [true, false]) {
      expect(colourMap("sequential", dark).some((colour) => near(colour, NAN_COLOUR))).toBe(false);
    }
  });

  test("a scale without extent does not divide by zero", () => {
    expect(colourOf(3, { scale: "sequential", low: 3, high: 3 }, true)).toEqual(
      colourMap("sequential", true)[0],
    );
  });

  test.each([true, false])("text on every colour can be read, dark page %s", (dark) => {
    for (const scale of ["sequential", "diverging"] as const) {
      for (const colour of colourMap(scale, dark)) {
        const ink = inkOn(colour) === "#ffffff" ? 1 : 0;
        const [high, low] = [Math.max(ink, luminance(colour)), Math.min(ink, luminance(colour))];
        expect((high + 0.05) / (low + 0.05)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
});

describe("a figure", () => {
  test("finds the value of an entry, and none where it holds none", () => {
    const figure = figureOf(HEADS);
    expect(figure.valueAt({ panel: 0, row: 2, column: 1 })).toBeCloseTo(0.3);
    expect(figure.valueAt({ panel: 1, row: 1, column: 0 })).toBeCloseTo(0.9);
    expect(figure.valueAt({ panel: 0, row: 3, column: 0 })).toBeNull();
  });

  test("finds the cell of an entry where several share one", () => {
    const axis = { name: "", size: 100, first: 20, step: 10, count: 4 };
    const figure = figureOf(
      picture({ x: axis, arrays: [floats("values", [1, 1, 4], [1, 2, 3, 4])] }),
    );
    expect(figure.valueAt({ panel: 0, row: 0, column: 39 })).toBe(2);
    expect(figure.valueAt({ panel: 0, row: 0, column: 60 })).toBeNull();
    expect(figure.valueAt({ panel: 0, row: 0, column: 19 })).toBeNull();
  });

  test("names its entries by tokens", () => {
    const figure = figureOf(HEADS);
    expect(labelOf(figure.x, 1)).toBe(" Anna");
    expect(factsOf(figure, { panel: 1, row: 2, column: 1 })).toEqual([
      ["heads", "1"],
      ["query", "2 · ·and"],
      ["key", "1 · ·Anna"],
    ]);
    expect(roughValue(figure, { panel: 0, row: 1, column: 1 })).toBe("≈ 0.6");
    expect(summaryOf(HEADS)).toBe("2 panels of 3 by 3, from 0 to 1");
  });

  test("gives one of its panels as a picture of its own", () => {
    const one = figureOf(singlePanel(HEADS, 1));
    expect([one.panels.count, one.panels.first]).toEqual([1, 1]);
    expect(one.valueAt({ panel: 1, row: 1, column: 0 })).toBeCloseTo(0.9);
    expect(one.valueAt({ panel: 0, row: 1, column: 0 })).toBeNull();
  });
});

describe("kinds", () => {
  const names = [
    "attention",
    "bar",
    "heatmap",
    "histogram",
    "image",
    "line",
    "logit_lens",
    "slice",
  ];

  test("are all there", () => {
    expect([...KINDS.keys()].sort()).toEqual(names);
    expect(kindOf("of a later version").name).toBe("heatmap");
  });

  test.each(names)("%s has a size before anything is known of it", (name) => {
    const { width, height } = kindOf(name).size(null);
    expect(width).toBeGreaterThan(50);
    expect(height).toBeLessThan(400);
  });

  test.each([1, 2, 4, 7, 12, 16, 144])("attention of %s heads fills its block", (count) => {
    const panels = { name: "heads", size: count, first: 0, step: 1, count };
    const kind = kindOf("attention");
    const figure = figureOf({ ...HEADS, panels });
    const size = kind.size(figure);
    const area = { x: 0, y: 0, ...size };
    const last = kind.panel(figure, area, count - 1);
    expect(last && last.y + last.height).toBeLessThanOrEqual(size.height + 1);
    expect((last?.width ?? 0) * Math.sqrt(count)).toBeGreaterThan(size.width * 0.6);
  });

  test("the entry under a point is the one that is drawn there", () => {
    const view = { block: BLOCK, picture: HEADS, stale: false };
    const area = { x: 40, y: 60, ...blockSize(view) };
    const kind = kindOf("attention");
    const figure = figureOf(HEADS);
    for (const cell of [
      { panel: 0, row: 0, column: 2 },
      { panel: 1, row: 2, column: 0 },
    ]) {
      const place = kind.areaOf(figure, bodyOf(area), cell);
      expect(place).not.toBeNull();
      if (!place) continue;
      const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
      expect(cellUnder(view, area, x, y)).toEqual(cell);
    }
    expect(cellUnder(view, area, area.x + 1, area.y + 1)).toBeNull();
  });
});

describe("small multiples", () => {
  test.each([
    [4, 2],
    [12, 4],
    [8, 4],
    [1, 1],
    [144, 12],
  ])("%s stand in %s columns", (count, columns) => {
    expect(balancedColumns(count, 1)).toBe(columns);
  });

  test("are found again under the pointer", () => {
    const area = { x: 10, y: 20, width: 300, height: 200 };
    const grid = panelGrid(12, 1, area);
    for (let index = 0; index < 12; index++) {
      const panel = panelArea(grid, area, index);
      expect(panelAt(grid, area, panel.x + 1, panel.y + 1)).toBe(index);
    }
  });
});

describe("a part of the axes", () => {
  const size = { x: 100, y: 50 };

  test("zooms to a point and back to the whole", () => {
    const near = zoomedWindow(null, size, 2, { x: 0, y: 1 });
    expect(near).toEqual({ firstX: 0, lastX: 50, firstY: 25, lastY: 50 });
    expect(zoomedWindow(near, size, 0.5, { x: 0.5, y: 0.5 })).toBeNull();
  });

  test("never leaves the tensor, nor becomes nothing", () => {
    const most = zoomedWindow(null, size, 1000, { x: 1, y: 1 });
    expect(most).toEqual({ firstX: 96, lastX: 100, firstY: 46, lastY: 50 });
    expect(pannedWindow(most, size, { x: 5, y: 5 })).toEqual(most);
  });

  test("follows the entry that is chosen", () => {
    const part = { firstX: 0, lastX: 10, firstY: 0, lastY: 10 };
    expect(showing(part, size, { x: 10, y: 3 })).toEqual({ ...part, firstX: 1, lastX: 11 });
    expect(showing(part, size, { x: 4, y: 4 })).toEqual(part);
  });
});

describe("numbers as text", () => {
  test.each([
    [0, "0"],
    [0.123456, "0.123"],
    [-2.5, "−2.5"],
    [123456, "1.2e+5"],
    [0.00001234, "1.2e−5"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "−Inf"],
  ])("%s is %s", (value, text) => expect(numberText(value)).toBe(text));

  test("both ends of a narrow scale can be told apart", () => {
    expect(rangeTexts(0.99981, 0.99987)).toEqual(["0.9998", "0.9999"]);
  });
});

describe("putting a block together", () => {
  test("a role that one dimension can have changes places", () => {
    expect(withRole(["spread", "y", "x"], 0, "x")).toEqual(["x", "y", "spread"]);
    expect(withRole(["spread", "y", "x"], 1, "spread")).toEqual(["spread", "spread", "x"]);
  });

  test("a kind that counts several dimensions together keeps them", () => {
    expect(withRole(["index", "x"], 0, "x", ["x", "x"])).toEqual(["x", "x"]);
  });

  test("a row is named by the keys that lead to it", () => {
    const row = (depth: number, key: string) =>
      ({ depth, key, kind: "tensor", typeName: "Tensor" }) as const;
    const rows = [row(0, ""), row(1, "0"), row(1, "past"), row(2, "0"), row(2, "1"), row(1, "2")];
    expect(keysOf(rows, 0)).toEqual([]);
    expect(keysOf(rows, 4)).toEqual(["past", "1"]);
    expect(keysOf(rows, 5)).toEqual(["2"]);
    expect(keysOf([row(0, "input"), row(0, "mask")], 1)).toEqual(["mask"]);
  });
});

/** Chunks of a PNG by name; each must have the right check sum. */
function chunksOf(png: Uint8Array): Map<string, Buffer> {
  const bytes = Buffer.from(png);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at);
    expect(bytes.readUInt32BE(end)).toBe(crc32(bytes.subarray(at + 4, end)));
    chunks.set(bytes.toString("latin1", at + 4, at + 8), bytes.subarray(at + 8, end));
    at = end + 4;
  }
  return chunks;
}

describe("cells in a saved picture", () => {
  const seen = { width: 1000, height: 1000 };

  test("few colours are numbered, one pixel a cell", () => {
    const colours = [255, 0, 0, 255, 0, 0, 255, 128, 255, 0, 0, 255, 255, 0, 0, 255];
    const pixels = pixelsOf({ width: 2, height: 2 }, (into) => into.set(colours));
    const chunks = chunksOf(pngOf(pixels, seen));
    expect([...(chunks.get("PLTE") ?? [])]).toEqual([255, 0, 0, 0, 0, 255]);
    expect([...(chunks.get("tRNS") ?? [])]).toEqual([255, 128]);
    expect([...inflateSync(chunks.get("IDAT") ?? "")]).toEqual([0, 0, 1, 0, 0, 0]);
  });

  test("many colours are written as they are, in as many parts as they need", () => {
    const size = { width: 300, height: 200 };
    const paint = (into: Uint8ClampedArray) => {
      for (let at = 0; at < into.length; at++) into[at] = ((at * at) >> 4) & 255;
    };
    const data = inflateSync(chunksOf(pngOf(pixelsOf(size, paint), seen)).get("IDAT") ?? "");
    expect(data.length).toBe(200 * (1 + 300 * 4));
    expect([...data.subarray(1, 9)]).toEqual([...pixelsOf(size, paint).paint().subarray(0, 8)]);
  });

  test("what would not be seen is averaged first", () => {
    const checks = pixelsOf({ width: 64, height: 64 }, (into) => {
      for (let at = 0; at < into.length; at++)
        into[at] = (at & 3) === 3 || ((at >> 2) + (at >> 8)) % 2 ? 255 : 0;
    });
    const chunks = chunksOf(pngOf(checks, { width: 20, height: 20 }));
    expect(chunks.get("IHDR")?.readUInt32BE(0)).toBe(32);
    expect([...(chunks.get("PLTE") ?? [])]).toEqual([128, 128, 128]);
  });
});
