/** What a block shows, in words: for titles, tooltips and screen readers. Pure. */
import type {
  BlockPicture,
  DimensionRole,
  TensorStatistics,
} from "../protocol/messages.generated.ts";
import { ROOT } from "../store/graph.ts";
import { tokenText } from "../store/words.ts";
import { type Axis, type Cell, type Figure, figureOf, labelOf } from "./figure.ts";
import { numberText, rangeTexts } from "./numbers.ts";

const NAMES: Readonly<Record<string, string>> = {
  attention: "Attention",
  bar: "Bar graph",
  heatmap: "Heat map",
  histogram: "Histogram",
  image: "Image",
  line: "Line",
  logit_lens: "Logit lens",
  slice: "Slice",
};

export function kindName(kind: string): string {
  const spaced = kind.replaceAll("_", " ");
  return NAMES[kind] ?? spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Where a block stands; the root's path says nothing to a reader. */
export function placeName(node: string): string {
  return node === ROOT ? "the whole model" : node;
}

/** `3 · park`, or the number alone. */
export function entryText(axis: Axis, entry: number): string {
  const label = labelOf(axis, entry);
  if (label === "" || label === String(entry)) return String(entry);
  return `${entry} · ${tokenText(label)}`;
}

function factsOfAxis(axis: Axis, entry: number, fallback: string): readonly [string, string][] {
  return axis.size > 1 ? [[axis.name || fallback, entryText(axis, entry)]] : [];
}

/** Place of a cell in words, as far as the picture itself knows. */
export function factsOf(figure: Figure, { panel, row, column }: Cell): readonly [string, string][] {
  return [
    ...factsOfAxis(figure.panels, panel, "panel"),
    ...factsOfAxis(figure.y, row, "row"),
    ...factsOfAxis(figure.x, column, "column"),
  ];
}

/** The value as drawn: marked as about right where it was reduced or scaled. */
export function roughValue(figure: Figure, cell: Cell): string {
  const value = figure.valueAt(cell);
  if (value === null) return "";
  const text = numberText(value, 3);
  return Number.isFinite(value) ? `≈ ${text}` : text;
}

export function nonFiniteText(statistics: TensorStatistics | null): string {
  if (!statistics) return "";
  const parts: string[] = [];
  if (statistics.nanCount > 0) parts.push(`${statistics.nanCount} NaN`);
  if (statistics.infiniteCount > 0) parts.push(`${statistics.infiniteCount} Inf`);
  return parts.join(", ");
}

export function statisticsText({ mean, deviation }: TensorStatistics): string {
  if (mean === null) return "nothing finite";
  return `mean ${numberText(mean)}, σ ${numberText(deviation ?? 0)}`;
}

/** One sentence for those who do not see the picture. */
export function summaryOf(picture: BlockPicture | null): string {
  if (!picture) return "not read yet";
  if (picture.problem) return picture.problem.message;
  const { panels, x, y } = figureOf(picture);
  const [low, high] = rangeTexts(picture.low, picture.high);
  const many = panels.size > 1 ? `${panels.size} panels of ` : "";
  const bad = nonFiniteText(picture.statistics);
  const parts = [`${many}${y.size} by ${x.size}`, `from ${low} to ${high}`];
  if (bad) parts.push(bad);
  return parts.join(", ");
}

const ROLES = {
  x: "x (across)",
  y: "y (down)",
  spread: "spread",
  average: "average",
  max: "maximum",
  norm: "norm",
  index: "one entry",
} as const satisfies Record<DimensionRole, string>;

export function roleName(role: DimensionRole): string {
  return ROLES[role];
}

const MENDED: ReadonlySet<string> = new Set(["block.notKept", "block.notRun"]);

/** Whether a run brings what is missing: it was let go from memory, or never was there. */
export function isMended({ code }: { readonly code: string }): boolean {
  return MENDED.has(code);
}
