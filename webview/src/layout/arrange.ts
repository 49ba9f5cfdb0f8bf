/**
 * One level: where its nodes stand and where its edges pass between them.
 * Ports are pinned to the first and last rank; nodes without edges stand in rows below. Pure.
 */
import { at } from "../store/columns.ts";
import { busRows } from "./buses.ts";
import { clearWays } from "./clearance.ts";
import type { Point } from "./layered/layered.ts";
import { type Placement, placed } from "./placement.ts";
import { placeReturns, TURN } from "./returns.ts";
import { type EdgeShape, GAP, type LevelShape } from "./shapes.ts";

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A rank that an edge passes: straight down at `x` from `top` to `bottom`. */
export interface Stop {
  x: number;
  top: number;
  bottom: number;
  column: number;
}

/** An edge on its way: what it passes between its ends, from its source on. */
export interface Way {
  readonly row: number;
  readonly source: number;
  readonly target: number;
  /** The ports of unfolded ends; -1 for none. */
  readonly output: number;
  readonly input: number;
  /** Which trunk at the left it runs in, from 1; 0 for a way of its own. */
  readonly trunk: number;
  /** Whether it leads back up, as a recurrence does. */
  readonly back: boolean;
  readonly stops: Stop[];
}

export interface Band {
  top: number;
  bottom: number;
}

export interface Arrangement {
  /** By node; a node without a place has width 0. */
  readonly rects: Rect[];
  readonly ways: Way[];
  /** Ranks from top to bottom. */
  readonly bands: Band[];
  width: number;
  height: number;
}

/** Rows of the edges to draw: one for each pair of nodes and the ports they use. */
function distinct(edges: readonly EdgeShape[]): number[] {
  const seen = new Set<string>();
  const rows: number[] = [];
  edges.forEach((edge, row) => {
    const { source, target, output, input } = endsOf(edge);
    const ends = `${source} ${target} ${output} ${input}`;
    if (seen.has(ends)) return;
    seen.add(ends);
    rows.push(row);
  });
  return rows;
}

function endsOf({ source, target, output = -1, input = -1 }: EdgeShape) {
  return { source, target, output, input };
}

function placedRects({ nodes }: LevelShape, { middles }: Placement): Rect[] {
  return nodes.map(({ width, height, lean = 0 }, index) => {
    const middle = middles[index];
    if (!middle) return { x: 0, y: 0, width: 0, height: 0 };
    return { x: middle.x - width / 2 - lean, y: middle.y - height / 2, width, height };
  });
}

function bandsOf(rects: readonly Rect[]): Band[] {
  const byCentre = new Map<number, Band>();
  for (const { y, width, height } of rects) {
    if (width === 0) continue;
    const centre = Math.round(y + height / 2);
    const band = byCentre.get(centre) ?? { top: Infinity, bottom: -Infinity };
    band.top = Math.min(band.top, y);
    band.bottom = Math.max(band.bottom, y + height);
    byCentre.set(centre, band);
  }
  return [...byCentre.values()].sort((left, right) => left.top - right.top);
}

/** The rank whose middle is at a height. Ranks are in order. */
function bandAt(bands: readonly Band[], y: number): Band | undefined {
  let [low, high] = [0, bands.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { top, bottom } = at(bands, middle);
    if ((top + bottom) / 2 < y - 1) low = middle + 1;
    else high = middle;
  }
  const band = bands[low];
  return band && Math.abs((band.top + band.bottom) / 2 - y) < 1 ? band : undefined;
}

function stopsOf(path: readonly Point[], bands: readonly Band[]): Stop[] {
  return path.flatMap(({ x, y }) => {
    const band = bandAt(bands, y);
    return band ? [{ x, top: band.top, bottom: band.bottom, column: 0 }] : [];
  });
}

function waysOf(level: LevelShape, placement: Placement, bands: readonly Band[]): Way[] {
  return [...placement.paths].map(([row, path]) => {
    return {
      row,
      ...endsOf(at(level.edges, row)),
      trunk: 0,
      back: false,
      stops: stopsOf(path, bands),
    };
  });
}

function straight(x: number, bands: readonly Band[]): Stop[] {
  return bands.map(({ top, bottom }) => ({ x, top, bottom, column: 0 }));
}

/** A port may have been left within the level: its edges go on straight up or down to the border. */
function leadToBorder(
  way: Way,
  rects: readonly Rect[],
  { nodes }: LevelShape,
  bands: Band[],
): void {
  const source = at(rects, way.source);
  const target = at(rects, way.target);
  if (at(nodes, way.source).role === "input") {
    const above = bands.filter(({ top }) => top <= source.y);
    way.stops.unshift(...straight(source.x + source.width / 2, above));
  }
  if (at(nodes, way.target).role === "output") {
    const below = bands.filter(({ bottom }) => bottom >= target.y + target.height);
    way.stops.push(...straight(target.x + target.width / 2, below));
  }
}

/** Edges of one source go straight down in one trunk left of everything, past each rank between. */
function trunkWays(
  level: LevelShape,
  rows: Iterable<number>,
  { rects, bands }: Pick<Arrangement, "rects" | "bands">,
): Way[] {
  const [left] = reach(rects.filter((rect) => rect.width > 0).map((rect) => rect.x));
  const trunks = new Map<string, number>();
  return [...rows].map((row) => {
    const ends = endsOf(at(level.edges, row));
    const { source, target, output } = ends;
    const from = `${source} ${output}`;
    if (!trunks.has(from)) trunks.set(from, trunks.size + 1);
    const trunk = trunks.get(from) ?? 1;
    const x = left - GAP.edge * trunk;
    const foot = at(rects, source).y + at(rects, source).height;
    const head = at(rects, target).y;
    const between = bands.filter(({ top, bottom }) => top >= foot && bottom <= head);
    return { row, ...ends, trunk, back: false, stops: straight(x, between) };
  });
}

/** From the least to the greatest; there may be more of them than a call takes arguments. */
function reach(places: Iterable<number>): readonly [number, number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const place of places) {
    least = Math.min(least, place);
    greatest = Math.max(greatest, place);
  }
  return [least, greatest];
}

/** Moves everything so that it begins at 0, 0; ways that stand out at the sides count too. */
function normalise(arrangement: Arrangement): void {
  const { rects, ways, bands } = arrangement;
  const placed = rects.filter((rect) => rect.width > 0);
  const stops = ways.flatMap((way) => way.stops);
  const sides = placed.flatMap(({ x, width }) => [x, x + width]);
  const [left, right] = reach(sides.concat(stops.map(({ x }) => x)));
  const turns = ways.filter((way) => way.back || way.source === way.target);
  const heights = turns.flatMap((way) =>
    way.stops.flatMap((stop) => [stop.top - TURN, stop.bottom + TURN]),
  );
  const [top, bottom] = reach(heights.concat(placed.flatMap(({ y, height }) => [y, y + height])));
  for (const rect of placed) {
    rect.x -= left;
    rect.y -= top;
  }
  for (const stop of stops) {
    stop.x -= left;
    stop.top -= top;
    stop.bottom -= top;
  }
  for (const band of bands) {
    band.top -= top;
    band.bottom -= top;
  }
  arrangement.width = right - left;
  arrangement.height = bottom - top;
}

/** Lays out the connected part of a level. */
export function arrange(level: LevelShape): Arrangement {
  const rows = distinct(level.edges);
  const buses = busRows(level, rows);
  const placement = placed(
    level,
    rows.filter((row) => !buses.has(row)),
  );
  const rects = placedRects(level, placement);
  const bands = bandsOf(rects);
  const drawn = [...waysOf(level, placement, bands), ...trunkWays(level, buses, { rects, bands })];
  const ways = placeReturns(drawn, rects, bands);
  for (const way of ways) if (way.trunk === 0) leadToBorder(way, rects, level, bands);
  clearWays(
    ways,
    rects.filter((_, row) => at(level.nodes, row).role === "box"),
  );
  const arrangement = { rects, ways, bands, width: 0, height: 0 };
  if (rects.some(({ width }) => width > 0)) normalise(arrangement);
  return arrangement;
}

/**
 * Puts nodes without edges (what did not run, or has no trace) into columns beside the others; into
 * rows where there are no others.
 */
export function placeLoose(level: LevelShape, arrangement: Arrangement, aspect: number): void {
  const loose = level.nodes
    .map((_, index) => index)
    .filter((i) => arrangement.rects[i]?.width === 0);
  if (loose.length === 0) return;
  if (arrangement.height > 0) placeBeside(loose, level, arrangement);
  else placeRows(loose, level, arrangement, aspect);
}

function placeBeside(loose: readonly number[], level: LevelShape, arrangement: Arrangement): void {
  const first = GAP.rank / 2;
  const limit = arrangement.height;
  let [x, y, widest] = [arrangement.width + GAP.node, first, 0];
  for (const index of loose) {
    const { width, height } = at(level.nodes, index);
    if (y > first && y + height > limit) {
      x += widest + GAP.node;
      y = first;
      widest = 0;
    }
    arrangement.rects[index] = { x, y, width, height };
    y += height + GAP.node / 2;
    widest = Math.max(widest, width);
    arrangement.width = Math.max(arrangement.width, x + width);
    arrangement.height = Math.max(arrangement.height, y - GAP.node / 2);
  }
}

function placeRows(
  loose: readonly number[],
  level: LevelShape,
  arrangement: Arrangement,
  aspect: number,
): void {
  const area = loose.reduce((sum, index) => {
    const { width, height } = at(level.nodes, index);
    return sum + (width + GAP.node) * (height + GAP.node);
  }, 0);
  const limit = 1.15 * Math.sqrt(area * aspect);
  let [x, y, tallest] = [0, 0, 0];
  for (const index of loose) {
    const { width, height } = at(level.nodes, index);
    if (x > 0 && x + width > limit) {
      x = 0;
      y += tallest + GAP.node;
      tallest = 0;
    }
    arrangement.rects[index] = { x, y, width, height };
    x += width + GAP.node;
    tallest = Math.max(tallest, height);
    arrangement.width = Math.max(arrangement.width, x - GAP.node);
    arrangement.height = Math.max(arrangement.height, y + height);
  }
}
