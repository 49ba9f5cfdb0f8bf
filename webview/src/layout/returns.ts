/**
 * Ways that lead back up, as recurrences have them: they leave below and come in from above like all
 * others, and pass right of everything between. Pure; called by `arrange.ts` and `route.ts`.
 */
import { at } from "../store/columns.ts";
import type { Band, Rect, Way } from "./arrange.ts";
import { Curve } from "./curve.ts";
import { GAP } from "./shapes.ts";

/** How far below its source, and above its target, a way turns. */
export const TURN = GAP.rank / 2;
/** How much further a loop turns than the one inside it. */
const NESTED = 5;
const MOST_NESTED = 2;

/** Between a node and its loop. */
export const LOOP = 14;

interface Lane extends Band {
  readonly key: string;
  x: number;
}

/** Ways into the same port of the same node share a lane. */
function keyOf({ target, input }: Way): string {
  return `${target} ${input}`;
}

function isReturn({ source, target }: Way, rects: readonly Rect[]): boolean {
  return source !== target && at(rects, target).y <= at(rects, source).y;
}

function bandAround({ y, height }: Rect, bands: readonly Band[]): Band {
  const around = bands.find(({ top, bottom }) => top <= y && bottom >= y + height);
  return around ?? { top: y, bottom: y + height };
}

/** One for each end, from the ranks of its sources to its own. */
function lanesOf(ways: readonly Way[], rects: readonly Rect[], bands: readonly Band[]): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const way of ways) {
    const { source, target } = way;
    const { top } = bandAround(at(rects, target), bands);
    const { bottom } = bandAround(at(rects, source), bands);
    const key = keyOf(way);
    const lane = lanes.get(key) ?? { key, x: 0, top, bottom };
    lane.bottom = Math.max(lane.bottom, bottom);
    lanes.set(key, lane);
  }
  return [...lanes.values()].sort((left, right) => heightOf(left) - heightOf(right));
}

function heightOf({ top, bottom }: Band): number {
  return bottom - top;
}

function areBeside(band: Band, other: Band): boolean {
  return band.top - TURN < other.bottom + TURN && other.top - TURN < band.bottom + TURN;
}

/** Right of all boxes beside it, and of the lanes that were placed before. */
function placeLane(lane: Lane, placed: readonly Lane[], rects: readonly Rect[]): void {
  let right = Number.NEGATIVE_INFINITY;
  for (const { x, y, width, height } of rects) {
    if (width > 0 && areBeside(lane, { top: y, bottom: y + height }))
      right = Math.max(right, x + width);
  }
  for (const other of placed) if (areBeside(lane, other)) right = Math.max(right, other.x);
  lane.x = right + GAP.edge;
}

/** Gives the ways that lead back their places; what they passed before is forgotten. */
export function placeReturns(
  ways: readonly Way[],
  rects: readonly Rect[],
  bands: readonly Band[],
): Way[] {
  const returns = ways.filter((way) => isReturn(way, rects));
  const lanes = lanesOf(returns, rects, bands);
  lanes.forEach((lane, index) => {
    placeLane(lane, lanes.slice(0, index), rects);
  });
  const byKey = new Map(lanes.map((lane) => [lane.key, lane]));
  const loops = new Map<number, number>();
  return ways.map((way) => {
    if (way.source === way.target) return withLoop(way, rects, loops);
    const lane = isReturn(way, rects) ? byKey.get(keyOf(way)) : undefined;
    if (!lane) return way;
    const { bottom } = bandAround(at(rects, way.source), bands);
    return {
      ...way,
      trunk: 0,
      back: true,
      stops: [{ x: lane.x, top: lane.top, bottom, column: 0 }],
    };
  });
}

/** A node's loops pass at its right, one beside the other. */
function withLoop(way: Way, rects: readonly Rect[], loops: Map<number, number>): Way {
  const number = (loops.get(way.source) ?? 0) + 1;
  loops.set(way.source, number);
  const { x, y, width, height } = at(rects, way.source);
  return {
    ...way,
    stops: [{ x: x + width + number * LOOP, top: y, bottom: y + height, column: 0 }],
  };
}

/** Down, around at the right, and in from above; loops one around the other. */
export function returnPoints({ stops }: Way, rects: readonly [Rect, Rect], ends: [number, number]) {
  const [source, target] = rects;
  const [from, to] = ends;
  const { x, top, bottom } = at(stops, 0);
  const loop = source === target ? Math.round((x - source.x - source.width) / LOOP) - 1 : 0;
  const turn = TURN + Math.min(loop, MOST_NESTED) * NESTED;
  const curve = new Curve(from, source.y + source.height);
  curve.corners([
    [from, bottom + turn],
    [x, bottom + turn],
    [x, top - turn],
    [to, top - turn],
    [to, target.y],
  ]);
  return curve.points;
}
