/** Curves, axes and single panels of blocks whose numbers are unusual. */
import { expect, test } from "vitest";
import type { Theme } from "../../webview/src/blocks/brush.ts";
import { figureOf } from "../../webview/src/blocks/figure.ts";
import { rangeTexts, ticksOf, tickTexts } from "../../webview/src/blocks/numbers.ts";
import { kindOf } from "../../webview/src/blocks/registry.ts";
import { singlePanel } from "../../webview/src/blocks/single.ts";
import { sightOf, windowOfSight, zoomed } from "../../webview/src/blocks/window.ts";
import type {
  BlockArray,
  BlockAxis,
  BlockPicture,
} from "../../webview/src/protocol/messages.generated.ts";
import { SvgBrush } from "../../webview/src/svg/brush.ts";
import { estimatedMeasure } from "../../webview/src/svg/text.ts";

const THEME: Theme = {
  dark: false,
  highContrast: false,
  foreground: "black",
  muted: "gray",
  line: "silver",
  ground: "white",
  accent: "blue",
  second: "orange",
  warning: "red",
  token: "brown",
  font: "sans-serif",
  monospace: "monospace",
};

function axis(size: number): BlockAxis {
  return { name: "", size, first: 0, step: 1, count: size };
}

function floats(name: string, shape: readonly number[], values: readonly number[]): BlockArray {
  const data = Buffer.from(Float32Array.from(values).buffer).toString("base64");
  return { name, dtype: "float32", shape, data };
}

function picture(rows: readonly (readonly number[])[], part: Partial<BlockPicture>): BlockPicture {
  const columns = rows[0]?.length ?? 0;
  return {
    modelId: "m1",
    blockId: 1,
    runId: 1,
    kind: "line",
    title: "",
    note: "",
    problem: null,
    panels: axis(1),
    x: axis(columns),
    y: axis(rows.length),
    scale: "sequential",
    low: 0,
    high: 1,
    arrays: [floats("values", [1, rows.length, columns], rows.flat())],
    texts: [],
    statistics: null,
    ...part,
  };
}

function drawn(block: BlockPicture, height: number): string[] {
  const brush = new SvgBrush(THEME, estimatedMeasure);
  kindOf(block.kind).draw(brush, figureOf(block), { x: 0, y: 0, width: 300, height });
  return brush.elements;
}

function textsOf(elements: readonly string[]): string[] {
  return elements.flatMap((element) => /<text.*>(.*)<\/text>/.exec(element)?.[1] ?? []);
}

test.each([5, 0, -2e-7])(
  "a curve that is %s everywhere stands in the middle of its panel",
  (value) => {
    const elements = drawn(picture([[value, value]], { low: value, high: value }), 100);
    const places = elements.flatMap(
      (element) => /<circle cx=".*" cy="(.*?)"/.exec(element)?.[1] ?? [],
    );
    expect(places).toEqual(["50", "50"]);
  },
);

test("curves of one point are seen, however many there are", () => {
  const rows = Array.from({ length: 9 }, (_, row) => [row / 9]);
  const dots = drawn(picture(rows, {}), 100).filter((element) => element.startsWith("<circle"));
  expect(dots).toHaveLength(9);
});

test("a value between two that are no numbers is seen in a long curve too", () => {
  const values = Array.from({ length: 101 }, (_, place) => (place === 50 ? 0.5 : Number.NaN));
  const dots = drawn(picture([values], {}), 100).filter((element) => element.startsWith("<circle"));
  expect(dots).toHaveLength(1);
});

test("numbers along an axis of nearly equal values differ", () => {
  const texts = textsOf(drawn(picture([[1, 1.0004]], { low: 1, high: 1.0004 }), 400));
  expect(texts.length).toBeGreaterThan(3);
  expect(new Set(texts).size).toBe(texts.length);
});

test("numbers along an axis have as many digits as tell them apart", () => {
  expect(tickTexts([0, 0.5, 1])).toEqual(["0", "0.5", "1"]);
  expect(tickTexts([100000, 102500])).toEqual(["1.000e+5", "1.025e+5"]);
  expect(tickTexts([0.9991, 0.9992])).toEqual(["0.9991", "0.9992"]);
});

test("an axis of numbers so large that counting by one stands still has an end", () => {
  expect(ticksOf(1e18, 1e18 + 128, 4)).toEqual([]);
  expect(ticksOf(0, 1e300, 4)).toHaveLength(5);
  expect(ticksOf(-0.3, 0.3, 6)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
});

test("the ends of a scale of large numbers can be told apart", () => {
  const [low, high] = rangeTexts(1234567, 1234568);
  expect(low).not.toBe(high);
});

test("what belongs to all panels stays whole when one of them is taken out", () => {
  const [values, boxes] = [
    floats("values", [2, 1, 1], [0, 1]),
    floats("boxes", [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]),
  ];
  const labels = { name: "boxes", texts: ["cat", "dog"] };
  const tokens = { name: "tokens", texts: ["a", "b", "c", "d"] };
  const both = picture([[0, 0]], {
    kind: "image",
    panels: axis(2),
    arrays: [values, boxes],
    texts: [labels, tokens],
  });
  const second = figureOf(singlePanel(both, 1));
  expect(second.numbers("values")?.values).toEqual(Float32Array.of(1));
  expect(second.numbers("boxes")?.shape).toEqual([2, 4]);
  expect(second.texts("boxes")).toEqual(["cat", "dog"]);
  expect(second.texts("tokens")).toEqual(["c", "d"]);
});

test("many small steps of zooming add up, and what they zoom around stays in its place", () => {
  const size = { x: 13, y: 101 };
  const around = { x: 0.5, y: 0.25 };
  let sight = sightOf(null, size);
  for (let step = 0; step < 60; step++) sight = zoomed(sight, size, 1.02, around);
  expect(windowOfSight(sight, size)).toEqual({ firstX: 5, lastX: 9, firstY: 18, lastY: 49 });
});
