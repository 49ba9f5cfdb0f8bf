/**
 * A whole block as it stands in the graph: title, drawing, legend; or the words that stand where there
 * is no drawing. Decides how large blocks are, so that layout and drawing agree.
 */
import type { Block, BlockPicture, ScaleKind } from "../protocol/messages.generated.ts";
import { ROOT } from "../store/graph.ts";
import type { Brush } from "./brush.ts";
import { rangeOf } from "./cells.ts";
import { colourMap } from "./colours.ts";
import { type Cell, type Figure, figureOf } from "./figure.ts";
import type { Area, Kind, Size } from "./kind.ts";
import { rangeTexts } from "./numbers.ts";
import { type Pixels, pixelsOf } from "./pixels.ts";
import { kindOf } from "./registry.ts";
import { kindName, nonFiniteText } from "./words.ts";

/** Everything that is shown of a block. */
export interface BlockView {
  readonly block: Block;
  /** Null until it was read. */
  readonly picture: BlockPicture | null;
  /** The picture is of an older run: the new one is on its way. */
  readonly stale: boolean;
}

const TITLE = 18;
const FOOT = 15;
const PAD = 8;
const GAP = 8;
const LEAST = 150;
const BETWEEN = 5;

export function figureOfView({ picture }: BlockView): Figure | null {
  if (!picture || picture.problem) return null;
  const figure = figureOf(picture);
  return figure.hasCells ? figure : null;
}

/** The kind that draws: the picture's own, which may be older than what the block has become. */
export function kindOfView({ block, picture }: BlockView): Kind {
  return kindOf(picture && !picture.problem ? picture.kind : block.kind);
}

/** In steps, so that a token more or less moves nothing else. */
function stepped(size: number): number {
  return Math.ceil(size / 8) * 8;
}

export function blockSize(view: BlockView): Size {
  const body = kindOfView(view).size(figureOfView(view));
  return {
    width: stepped(Math.max(LEAST, body.width + 2 * PAD)),
    height: stepped(TITLE + body.height + FOOT + BETWEEN),
  };
}

/** Blocks of one node stand below each other. */
export function stackSize(views: readonly BlockView[]): Size {
  const sizes = views.map(blockSize);
  return {
    width: Math.max(0, ...sizes.map(({ width }) => width)),
    height: sizes.reduce((sum, { height }) => sum + height + GAP, 0),
  };
}

/** Where each block of a stack stands: in the middle of `room`, or at its left. */
export function stackAreas(
  views: readonly BlockView[],
  room: Omit<Area, "height">,
  align: "left" | "middle",
): Area[] {
  let { y } = room;
  return views.map((view) => {
    const size = blockSize(view);
    const free = align === "left" ? 0 : (room.width - size.width) / 2;
    const area = { x: room.x + free, y, ...size };
    y += size.height + GAP;
    return area;
  });
}

export function bodyOf(area: Area): Area {
  return {
    x: area.x + PAD,
    y: area.y + TITLE,
    width: area.width - 2 * PAD,
    height: area.height - TITLE - FOOT - BETWEEN,
  };
}

/** The entry under a point of a block. */
export function cellUnder(view: BlockView, area: Area, x: number, y: number): Cell | null {
  const figure = figureOfView(view);
  return figure && kindOfView(view).cellAt(figure, bodyOf(area), x, y);
}

/** Pixels that one panel covers, at a number of pixels a unit. */
export function panelPixels(view: BlockView, area: Area, scale: number): Size {
  const figure = figureOfView(view);
  const body = bodyOf(area);
  const panel = figure && kindOfView(view).panel(figure, body, 0);
  const { width, height } = panel ?? body;
  return { width: width * scale, height: height * scale };
}

export function drawBlock(
  brush: Brush,
  view: BlockView,
  area: Area,
  mark: { readonly cell: Cell | null; readonly hovered: boolean },
): void {
  const { theme } = brush;
  brush.card(area, 6, theme.ground, mark.hovered ? theme.accent : theme.line);
  drawTitle(brush, view, area);
  const figure = figureOfView(view);
  if (!figure) drawWords(brush, view, bodyOf(area));
  else drawFigure(brush, view, figure, { area, cell: mark.cell });
}

function drawTitle(brush: Brush, { block, picture }: BlockView, area: Area): void {
  const y = area.y + TITLE / 2 + 0.5;
  const name = { size: 10, colour: brush.theme.foreground, weight: 600 };
  const title = block.node === ROOT ? `${kindName(block.kind)} · model` : kindName(block.kind);
  brush.text(title, area.x + PAD, y, name);
  const used = brush.width(title, name) + PAD + 6;
  const room = area.width - used - PAD;
  const what = picture?.title ?? referenceText(block);
  const style = { size: 8.5, colour: brush.theme.muted, align: "right", room } as const;
  if (room > 30) brush.text(what, area.x + area.width - PAD, y, style);
}

export function referenceText({ value }: Block): string {
  return [value.side, ...value.keys].join(".");
}

function drawFigure(
  brush: Brush,
  view: BlockView,
  figure: Figure,
  { area, cell }: { readonly area: Area; readonly cell: Cell | null },
): void {
  const body = bodyOf(area);
  const kind = kindOfView(view);
  brush.faded(view.stale ? 0.4 : 1, () => {
    kind.draw(brush, figure, body);
    const marked = cell && kind.areaOf(figure, body, cell);
    if (marked) drawMark(brush, marked);
    drawFoot(brush, figure, area);
  });
}

/** Two lines, one of each ground: seen on every colour. */
export function drawMark(brush: Brush, area: Area): void {
  const least = 5 / brush.zoom;
  const width = Math.max(area.width, least);
  const height = Math.max(area.height, least);
  const x = area.x + (area.width - width) / 2;
  const y = area.y + (area.height - height) / 2;
  brush.border({ x, y, width, height }, "#000000", 3);
  brush.border({ x, y, width, height }, "#ffffff", 1.25);
}

/** The colour scale with its ends, and how much is no number. */
function drawFoot(brush: Brush, figure: Figure, area: Area): void {
  const { picture } = figure;
  const y = area.y + area.height - FOOT / 2 - 1;
  const bad = nonFiniteText(picture.statistics);
  const right = { size: 8.5, align: "right", weight: 600 } as const;
  if (bad) brush.text(bad, area.x + area.width - PAD, y, { ...right, colour: brush.theme.warning });
  if (kindOf(picture.kind).isPlot) drawMoments(brush, figure, area.x + PAD, y);
  else if (figure.numbers("values")) drawLegend(brush, figure, area.x + PAD, y);
  const used = bad ? brush.width(bad, { ...right, colour: "" }) + 8 : 0;
  drawNote(brush, figure, { area, y, used });
}

function drawNote(
  brush: Brush,
  { picture }: Figure,
  { area, y, used }: { readonly area: Area; readonly y: number; readonly used: number },
): void {
  const room = area.width - 2 * PAD - LEGEND - used;
  if (picture.note === "" || room < 40) return;
  const style = { size: 8, colour: brush.theme.muted, align: "right", room } as const;
  brush.text(picture.note, area.x + area.width - PAD - used, y, style);
}

const LEGEND = 104;
const SWATCH = { width: 44, height: 6 } as const;
/** A scale is drawn without steps, however large. */
const SMOOTH = Number.POSITIVE_INFINITY;
const scales = new Map<string, Pixels>();

/** All colours of a scale beside each other. */
function scalePixels(scale: ScaleKind, dark: boolean): Pixels {
  const key = `${scale} ${dark}`;
  const map = colourMap(scale, dark);
  const paint = (colours: Uint8ClampedArray) =>
    colours.set(map.flatMap((colour) => [...colour, 255]));
  const pixels = scales.get(key) ?? pixelsOf({ width: map.length, height: 1 }, paint);
  scales.set(key, pixels);
  return pixels;
}

export function drawLegend(brush: Brush, figure: Figure, x: number, y: number): void {
  if (!brush.isLegible(8)) return;
  const { low, high, scale } = rangeOf(figure);
  const [least, most] = rangeTexts(low, high);
  const style = { size: 8, colour: brush.theme.muted };
  brush.text(least, x, y, style);
  const left = x + brush.width(least, style) + 4;
  const swatch = { x: left, y: y - SWATCH.height / 2 - 0.5, ...SWATCH };
  brush.image(scalePixels(scale, brush.theme.dark), swatch, SMOOTH);
  brush.border(swatch, brush.theme.line);
  brush.text(most, left + SWATCH.width + 4, y, style);
}

function drawMoments(brush: Brush, { picture }: Figure, x: number, y: number): void {
  const { statistics } = picture;
  if (statistics?.mean == null) return;
  const [mean, deviation] = [statistics.mean, statistics.deviation ?? 0];
  const text = `mean ${rangeTexts(mean, mean)[0]}  σ ${rangeTexts(deviation, deviation)[0]}`;
  brush.text(text, x, y, { size: 8, colour: brush.theme.muted });
}

/** A problem, or that the picture is on its way. */
function drawWords(brush: Brush, view: BlockView, body: Area): void {
  const problem = view.picture?.problem;
  const { theme } = brush;
  const middle = { x: body.x + body.width / 2, y: body.y + body.height / 2 };
  brush.border(body, theme.line);
  if (!problem || !brush.isLegible(10)) {
    const size = problem ? body.height * 0.6 : 9.5;
    const colour = problem ? theme.warning : theme.muted;
    brush.text(problem ? "!" : "Reading…", middle.x, middle.y, { size, colour, align: "center" });
    return;
  }
  const message = { size: 10, colour: theme.warning };
  const hint = { size: 9.5, colour: theme.muted };
  const room = body.width - 14;
  const lines = [
    ...wrapped(brush, problem.message, message, room).map((text) => ({ text, style: message })),
    ...wrapped(brush, problem.hint, hint, room).map((text) => ({ text, style: hint })),
  ];
  brush.clipped(body, () => {
    lines.forEach(({ text, style }, row) => {
      brush.text(text, body.x + 7, body.y + 10 + row * 13, style);
    });
  });
}

function wrapped(
  brush: Brush,
  text: string,
  style: { readonly size: number; readonly colour: string },
  room: number,
): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const line = lines.at(-1);
    const longer = line === undefined ? word : `${line} ${word}`;
    if (line !== undefined && brush.width(longer, style) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
