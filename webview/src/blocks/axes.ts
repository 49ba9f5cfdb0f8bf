/** Labels along the axes of one large panel: tokens where the picture names them, else numbers. */
import { tokenText } from "../store/words.ts";
import type { Brush } from "./brush.ts";
import { type Axis, entryOf, type Figure } from "./figure.ts";
import type { Area, Kind, Size } from "./kind.ts";

const TEXT = 11;
const LINE = 15;
const TICK_GAP = 38;
const LONGEST = 96;
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

function hasRows(figure: Figure): boolean {
  return figure.y.size > 1;
}

/** Whether labels below are written aslant: they do not fit beside each other. */
function isSlanted(brush: Brush, axis: Axis, width: number): boolean {
  if (axis.labels.length === 0) return false;
  return longest(brush, axis) > width / axis.count - 4;
}

/** Room that labels need at the left and below; names of the axes included. */
function marginsOf(brush: Brush, figure: Figure, width: number): Margins {
  const down = hasRows(figure) ? longest(brush, figure.y) + 10 : 4;
  const left = down + (hasRows(figure) && figure.y.name ? LINE : 0);
  const slanted = isSlanted(brush, figure.x, width - left);
  const below = slanted ? longest(brush, figure.x) * 0.75 + 14 : LINE + 3;
  return { left, bottom: Math.min(LONGEST, below) + (figure.x.name ? LINE : 0) + 2 };
}

/** The part of a canvas that the drawing takes, with room for the labels of one panel. */
export function innerArea(brush: Brush, figure: Figure, size: Size): Area {
  if (figure.panels.count > 1)
    return { x: 2, y: 0, width: size.width - 4, height: size.height - 2 };
  const { left, bottom } = marginsOf(brush, figure, size.width);
  return {
    x: left,
    y: 4,
    width: Math.max(20, size.width - left - 14),
    height: Math.max(20, size.height - bottom - 4),
  };
}

/** Every how many cells a label fits. */
function stride(extent: number, count: number, least: number): number {
  return Math.max(1, Math.ceil((least * count) / Math.max(1, extent)));
}

function drawAcross(brush: Brush, axis: Axis, panel: Area): void {
  const { context, theme } = brush;
  const cell = panel.width / axis.count;
  const named = axis.labels.length > 0;
  const every = stride(panel.width, axis.count, named ? LINE : TICK_GAP);
  const slanted = isSlanted(brush, axis, panel.width);
  const colour = named ? theme.foreground : theme.muted;
  for (let place = 0; place < axis.count; place += every) {
    const x = panel.x + (place + 0.5) * cell;
    const text = labelAt(axis, place);
    context.save();
    context.translate(x, panel.y + panel.height + 9);
    if (slanted) context.rotate(SLANT);
    const align = slanted ? "left" : "center";
    brush.text(text, 0, 0, { size: TEXT, colour, align, room: LONGEST });
    context.restore();
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

function drawNames(brush: Brush, figure: Figure, panel: Area, width: number): void {
  const { context, theme } = brush;
  const writing = { size: TEXT, colour: theme.muted, align: "center" } as const;
  const { left, bottom } = marginsOf(brush, figure, width);
  const below = panel.y + panel.height + bottom - LINE / 2;
  brush.text(figure.x.name, panel.x + panel.width / 2, below, writing);
  if (!hasRows(figure)) return;
  context.save();
  context.translate(panel.x - left + LINE / 2, panel.y + panel.height / 2);
  context.rotate(-Math.PI / 2);
  brush.text(figure.y.name, 0, 0, writing);
  context.restore();
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
  drawAcross(brush, figure.x, panel);
  if (hasRows(figure)) drawDown(brush, figure.y, panel);
  drawNames(brush, figure, panel, size.width);
}
