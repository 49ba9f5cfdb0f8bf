/**
 * Wraps a long level into columns, like a newspaper, so that it fills the view's aspect.
 * Edges that pass from one column to the next leave below and come in from above. Pure.
 */
import { at } from "../store/columns.ts";
import type { Arrangement, Band, Rect, Way } from "./arrange.ts";
import { GAP } from "./shapes.ts";

/** A chain of many ranks is wrapped early; fewer are read better in one piece. */
const CHAIN = { ranks: 10, height: 700, worth: 1.3 } as const;
/** Unless the whole graph would be a strip: then every tall level may be wrapped. */
const TOWER = { ranks: 4, height: 700, worth: 1.25 } as const;

export type Wrapping = "chains" | "towers";
const MOST_COLUMNS = 48;
const MOST_LANES = 8;

/** Bands put into `count` columns of about equal height. */
function split(bands: readonly Band[], count: number): number[] {
  const total = at(bands, bands.length - 1).bottom - at(bands, 0).top;
  const starts = [0];
  for (let column = 1; column < count; column++) {
    const aim = at(bands, 0).top + (total * column) / count;
    const next = bands.findIndex((band) => (band.top + band.bottom) / 2 >= aim);
    if (next > at(starts, starts.length - 1)) starts.push(next);
  }
  return starts;
}

function columnHeights(bands: readonly Band[], starts: readonly number[]): number[] {
  return starts.map((start, column) => {
    const end = (starts[column + 1] ?? bands.length) - 1;
    return at(bands, end).bottom - at(bands, start).top;
  });
}

/** Nodes and ports whose ways change the column: each takes a lane. */
function lanesOf(ways: readonly Way[], columnAt: (y: number) => number, rects: Rect[]): number {
  const crossing = ways.filter(({ source, target }) => {
    const from = columnAt(at(rects, source).y);
    return from !== columnAt(at(rects, target).y);
  });
  return Math.min(
    new Set(crossing.map(({ source, output }) => `${source} ${output}`)).size,
    MOST_LANES,
  );
}

function columnOf(bands: readonly Band[], starts: readonly number[], y: number): number {
  let column = 0;
  while (column + 1 < starts.length && y >= at(bands, at(starts, column + 1)).top - 1) column++;
  return column;
}

interface Extent {
  left: number;
  right: number;
}

function trunksOf(ways: readonly Way[]): number {
  return ways.reduce((most, way) => Math.max(most, way.trunk), 0);
}

function extents(arrangement: Arrangement, starts: readonly number[]): Extent[] {
  const found = starts.map(() => ({ left: Infinity, right: -Infinity }));
  const grow = (y: number, left: number, right: number) => {
    const extent = at(found, columnOf(arrangement.bands, starts, y));
    extent.left = Math.min(extent.left, left);
    extent.right = Math.max(extent.right, right);
  };
  for (const { x, y, width, height } of arrangement.rects) {
    if (width > 0) grow(y + height / 2, x, x + width);
  }
  const trunks = trunksOf(arrangement.ways);
  for (const { trunk, stops } of arrangement.ways) {
    if (trunk === 0) for (const { top, x } of stops) grow(top, x, x);
  }
  return found.map(({ left, right }) => ({ left: left - trunks * GAP.edge, right }));
}

/** How large the arrangement would appear in a view of height 1. */
export function appearance(width: number, height: number, aspect: number): number {
  return Math.min(aspect / width, 1 / height);
}

interface Choice {
  readonly starts: number[];
  readonly extents: Extent[];
  readonly height: number;
  readonly lanes: number;
  readonly gutter: number;
  readonly trunks: number;
  readonly worth: number;
}

function choiceOf(arrangement: Arrangement, count: number, aspect: number): Choice {
  const { bands, ways, rects } = arrangement;
  const starts = split(bands, count);
  const found = extents(arrangement, starts);
  const lanes = lanesOf(ways, (y) => columnOf(bands, starts, y + 1), rects);
  const gutter = GAP.gutter + lanes * GAP.lane;
  const height = Math.max(...columnHeights(bands, starts)) + 2 * (lanes + 1) * GAP.lane;
  const width = found.reduce((sum, { left, right }) => sum + right - left, 0);
  const full = width + gutter * (starts.length - 1);
  const trunks = trunksOf(ways);
  const worth = appearance(full, height, aspect);
  return { starts, extents: found, height, lanes, gutter, trunks, worth };
}

function bestChoice(arrangement: Arrangement, aspect: number, wanted: number): Choice | null {
  const most = Math.min(MOST_COLUMNS, Math.floor(arrangement.bands.length / 2));
  const plain = appearance(arrangement.width, arrangement.height, aspect);
  let best: Choice | null = null;
  for (let count = 2; count <= most; count++) {
    const choice = choiceOf(arrangement, count, aspect);
    if (choice.worth > plain * wanted && choice.worth > (best?.worth ?? 0)) best = choice;
  }
  return best;
}

interface Shift {
  readonly dx: number;
  readonly dy: number;
}

function shiftsOf(choice: Choice, bands: readonly Band[]): { shifts: Shift[]; width: number } {
  let x = 0;
  const top = (choice.lanes + 1) * GAP.lane;
  const shifts = choice.starts.map((start, column) => {
    const { left, right } = at(choice.extents, column);
    const shift = { dx: x - left, dy: top - at(bands, start).top };
    x += right - left + choice.gutter;
    return shift;
  });
  return { shifts, width: x - choice.gutter };
}

/** Each column has the trunk at its own left. */
function trunkX(choice: Choice, { trunk }: Way, column: number, dx: number): number {
  return at(choice.extents, column).left + dx + (choice.trunks - trunk) * GAP.edge;
}

function moveAll(arrangement: Arrangement, choice: Choice, shifts: readonly Shift[]): void {
  const { bands, rects, ways } = arrangement;
  const shiftAt = (y: number) => columnOf(bands, choice.starts, y);
  for (const way of ways) {
    for (const stop of way.stops) {
      stop.column = shiftAt((stop.top + stop.bottom) / 2);
      const { dx, dy } = at(shifts, stop.column);
      stop.x = way.trunk === 0 ? stop.x + dx : trunkX(choice, way, stop.column, dx);
      stop.top += dy;
      stop.bottom += dy;
    }
  }
  for (const rect of rects) {
    if (rect.width === 0) continue;
    const { dx, dy } = at(shifts, shiftAt(rect.y + rect.height / 2));
    rect.x += dx;
    rect.y += dy;
  }
}

/** Where columns are, for the ways between them. */
export interface Columns {
  /** Column of each node. */
  readonly ofNode: number[];
  /** Right border of each column. */
  readonly rights: number[];
  /** Lower end of each column's content. */
  readonly feet: number[];
  readonly lanes: number;
}

/** How much larger the level must appear for folding to be worth it. */
function wantedWorth({ bands, height }: Arrangement, wrapping: Wrapping): number {
  const rules = wrapping === "chains" ? [CHAIN] : [CHAIN, TOWER];
  for (const { ranks, height: least, worth } of rules) {
    if (bands.length >= ranks && height >= least) return worth;
  }
  return Infinity;
}

/** Folds in place if that makes the level appear clearly larger; tells where the columns are. */
export function foldLong(
  arrangement: Arrangement,
  aspect: number,
  wrapping: Wrapping,
): Columns | null {
  const wanted = wantedWorth(arrangement, wrapping);
  if (wanted === Infinity || arrangement.ways.some(({ back }) => back)) return null;
  const choice = bestChoice(arrangement, aspect, wanted);
  if (!choice) return null;
  const { bands } = arrangement;
  const ofNode = arrangement.rects.map(({ y, height }) =>
    columnOf(bands, choice.starts, y + height / 2),
  );
  const { shifts, width } = shiftsOf(choice, bands);
  const rights = choice.extents.map(({ right }, column) => right + at(shifts, column).dx);
  moveAll(arrangement, choice, shifts);
  arrangement.width = width;
  arrangement.height = choice.height;
  const top = (choice.lanes + 1) * GAP.lane;
  const feet = columnHeights(bands, choice.starts).map((height) => top + height);
  return { ofNode, rights, feet, lanes: choice.lanes };
}
