/** Labels along the axes of one large panel: tokens where the picture names them, else numbers. */
import { tokenText } from "../store/words.ts";
import type { Brush } from "./brush.ts";
import { type Axis, entryOf, type Figure } from "./figure.ts";
import type { Area, Kind, Size } from "./kind.ts";
import { ticksOf, tickTexts } from "./numbers.ts";

const TEXT = 11;
const LINE = 15;
const TICK_GAP = 38;
const LONGEST = 96;
/** Free room at the right, where the last label ends. */
const SIDE = 14;
/** Room for numbers along an axis of values, at least. */
const NUMBERS = 46;
const SLANT = Math.PI / 4;

interface Margins {
  readonly left: number;
  readonly bottom: number;
}

function labelAt(axis: Axis, place: number): string {
  const label = axis.labels[place];
  return label === undefined ? String(entryOf(axis, place)) : tokenText(label.trim() || label);
}

function longest(brush: Brush, axis: Axis): number {
  const style = { size: TEXT, colour: "" };
  let width = 0;
  const step = Math.max(1, Math.floor(axis.count / 200));
  for (let place = 0; place < axis.count; place += step) {
    width = Math.max(width, brush.width(labelAt(axis, place), style));
  }
  return Math.min(LONGEST, width);
}

/** Whether labels below are written aslant: they do not fit beside each other. */
function isSlanted(brush: Brush, axis: Axis, width: number): boolean {
  if (axis.labels.length === 0) return false;
  return longest(brush, axis) > width / axis.count - 4;
}

/** How wide the panel becomes, about: it may be square in a wide canvas. */
function panelWidth(kind: Kind, figure: Figure, room: Size): number {
  return kind.panel(figure, { x: 0, y: 0, ...room }, 0)?.width ?? room.width;
}

function leftMargin(brush: Brush, kind: Kind, figure: Figure, height: number): number {
  if (kind.isPlot) {
    const style = { size: TEXT, colour: "" };
    const widths = kind.numbers?.(figure, height).map((text) => brush.width(text, style)) ?? [];
    return Math.max(NUMBERS, ...widths.map((width) => width + 9));
  }
  if (figure.y.size <= 1) return 4;
  return longest(brush, figure.y) + 10 + (figure.y.name ? LINE : 0);
}

/** Room that labels need at the left and below; names of the axes included. */
function marginsOf(brush: Brush, kind: Kind, figure: Figure, size: Size): Margins {
  const left = leftMargin(brush, kind, figure, size.height - 2 * LINE);
  const room = { width: size.width - left - SIDE, height: size.height - 2 * LINE };
  const slanted = isSlanted(brush, figure.x, panelWidth(kind, figure, room));
  const below = slanted ? longest(brush, figure.x) * 0.75 + 14 : LINE + 3;
  return { left, bottom: Math.min(LONGEST, below) + (figure.x.name ? LINE : 0) + 2 };
}

/** The part of a canvas that the drawing takes, with room for the labels of one panel. */
export function innerArea(brush: Brush, kind: Kind, figure: Figure, size: Size): Area {
  if (figure.panels.count > 1)
    return { x: 2, y: 0, width: size.width - 4, height: size.height - 2 };
  const { left, bottom } = marginsOf(brush, kind, figure, size);
  return {
    x: left,
    y: 4,
    width: Math.max(20, size.width - left - SIDE),
    height: Math.max(20, size.height - bottom - 4),
  };
}

/** Every how many cells a label fits. */
function stride(extent: number, count: number, least: number): number {
  return Math.max(1, Math.ceil((least * count) / Math.max(1, extent)));
}

/** The axis of a histogram counts no entries: round numbers stand where they lie between its edges. */
function drawEdges(brush: Brush, edges: ArrayLike<number>, panel: Area): void {
  const [low, high] = [edges[0] ?? 0, edges[edges.length - 1] ?? 0];
  const writing = { size: TEXT, colour: brush.theme.muted, align: "center" } as const;
  const ticks = ticksOf(low, high, Math.round(panel.width / 80));
  const texts = tickTexts(ticks);
  ticks.forEach((tick, index) => {
    const x = panel.x + (panel.width * (tick - low)) / (high - low);
    brush.text(texts[index] ?? "", x, panel.y + panel.height + 9, writing);
  });
}

function drawAcross(brush: Brush, axis: Axis, panel: Area): void {
  const { theme } = brush;
  const cell = panel.width / axis.count;
  const named = axis.labels.length > 0;
  const every = stride(panel.width, axis.count, named ? LINE : TICK_GAP);
  const slanted = isSlanted(brush, axis, panel.width);
  const colour = named ? theme.foreground : theme.muted;
  for (let place = 0; place < axis.count; place += every) {
    const x = panel.x + (place + 0.5) * cell;
    const text = labelAt(axis, place);
    const align = slanted ? "left" : "center";
    brush.turned(x, panel.y + panel.height + 9, slanted ? SLANT : 0, () =>
      brush.text(text, 0, 0, { size: TEXT, colour, align, room: LONGEST }),
    );
  }
}

function drawDown(brush: Brush, axis: Axis, panel: Area): void {
  const { theme } = brush;
  const cell = panel.height / axis.count;
  const named = axis.labels.length > 0;
  const every = stride(panel.height, axis.count, named ? LINE - 2 : 22);
  const colour = named ? theme.foreground : theme.muted;
  for (let place = 0; place < axis.count; place += every) {
    const y = panel.y + (place + 0.5) * cell;
    const writing = { size: TEXT, colour, align: "right", room: LONGEST } as const;
    brush.text(labelAt(axis, place), panel.x - 6, y, writing);
  }
}

interface Place {
  readonly panel: Area;
  /** Of the whole canvas. */
  readonly size: Size;
}

function drawNames(brush: Brush, kind: Kind, figure: Figure, place: Place): void {
  const { theme } = brush;
  const { panel, size } = place;
  const writing = { size: TEXT, colour: theme.muted, align: "center" } as const;
  const { left, bottom } = marginsOf(brush, kind, figure, size);
  const below = panel.y + panel.height + bottom - LINE / 2;
  brush.text(figure.x.name, panel.x + panel.width / 2, below, writing);
  if (kind.isPlot || figure.y.size <= 1) return;
  brush.turned(panel.x - left + LINE / 2, panel.y + panel.height / 2, -Math.PI / 2, () =>
    brush.text(figure.y.name, 0, 0, writing),
  );
}

/** Axes around a picture of one panel. */
export function drawAxes(
  brush: Brush,
  kind: Kind,
  figure: Figure,
  { inner, size }: { readonly inner: Area; readonly size: Size },
): void {
  const panel = kind.panel(figure, inner, 0);
  if (!panel || figure.panels.count !== 1) return;
  const edges = figure.numbers("edges");
  if (edges) drawEdges(brush, edges.values, panel);
  else drawAcross(brush, figure.x, panel);
  if (!kind.isPlot && figure.y.size > 1) drawDown(brush, figure.y, panel);
  drawNames(brush, kind, figure, { panel, size });
}
