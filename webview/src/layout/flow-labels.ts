/**
 * Where the labels of lines are: below the place that lines leave from, once for all that carry the
 * same; where they carry different things, on each line by itself. A label moves along its line, or
 * beside it, where it would cover a box or another label. Pure.
 */
import { at } from "../store/columns.ts";
import type { Rect } from "./arrange.ts";
import { Obstacles } from "./obstacles.ts";
import type { Route } from "./route.ts";
import type { FlowLabel, LevelShape } from "./shapes.ts";

const HEIGHT = 14;
const MARGIN = 4;
/** From where a line begins to the middle of its label. */
const BELOW = 13;
const STEP = 10;
const STEPS = 6;
/** The least gap to what is not to be covered. */
const CLEAR = 2;
const SHARES = [0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2] as const;

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Labelled {
  readonly route: Route;
  readonly label: FlowLabel;
  readonly isLoop: boolean;
  /** How far what is drawn behind its source reaches below that. */
  readonly behind: number;
}

/** How far to the right labels reach. */
export function rightOfLabels(routes: readonly Route[], { edges }: LevelShape): number {
  return routes.reduce((right, { row, label }) => {
    const width = at(edges, row).label?.width ?? 0;
    return label ? Math.max(right, label.x + width / 2 + MARGIN) : right;
  }, 0);
}

/** The routes with places for their labels. */
export function withLabels(
  routes: readonly Route[],
  level: LevelShape,
  rects: readonly Rect[],
): Route[] {
  const obstacles = new Obstacles();
  for (const rect of rects) if (rect.width > 0) obstacles.add(rect);
  const places = new Map<number, Point>();
  for (const group of groups(labelled(routes, level), ({ route }) => startOf(route))) {
    const isOne = new Set(group.map(({ label }) => textOf(label))).size === 1;
    for (const one of isOne ? group.slice(0, 1) : group) {
      const candidates = isOne ? besideStart(one) : alongLine(one);
      const place = bestPlace(candidates, one.label, obstacles);
      obstacles.add(boxOf(place, one.label));
      places.set(one.route.row, place);
    }
  }
  return routes.map((route) => ({ ...route, label: places.get(route.row) ?? null }));
}

function labelled(routes: readonly Route[], { edges, nodes }: LevelShape): Labelled[] {
  return routes.flatMap((route) => {
    const { source, target, label } = at(edges, route.row);
    const behind = at(nodes, source).behind ?? 0;
    return label ? [{ route, label, isLoop: source === target, behind }] : [];
  });
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = found.get(key);
    if (group) group.push(item);
    else found.set(key, [item]);
  }
  return [...found.values()];
}

function startOf({ points }: Route): string {
  return `${Math.round(at(points, 0))} ${Math.round(at(points, 1))}`;
}

function textOf({ parts, lines }: FlowLabel): string {
  return [parts.map(({ text }) => text).join(""), ...lines].join("\n");
}

function boxOf({ x, y }: Point, { width }: FlowLabel): Rect {
  const full = width + 2 * MARGIN;
  return { x: x - full / 2, y: y - HEIGHT / 2, width: full, height: HEIGHT };
}

function bestPlace(candidates: Iterable<Point>, label: FlowLabel, obstacles: Obstacles): Point {
  let [best, least] = [{ x: 0, y: 0 }, Number.POSITIVE_INFINITY];
  for (const candidate of candidates) {
    const covered = obstacles.covered(grown(boxOf(candidate, label)));
    if (covered >= least) continue;
    [best, least] = [candidate, covered];
    if (covered === 0) break;
  }
  return best;
}

function grown({ x, y, width, height }: Rect): Rect {
  return { x: x - CLEAR, y: y - CLEAR, width: width + 2 * CLEAR, height: height + 2 * CLEAR };
}

/** Below the beginning, then further along the line, then at its sides. */
function* besideStart(one: Labelled): Generator<Point> {
  if (one.isLoop) yield* besideLoop(one);
  const { route, label, behind } = one;
  const [x, y] = [at(route.points, 0), at(route.points, 1) + BELOW + behind];
  yield { x, y };
  for (let step = 1; step <= STEPS; step++) {
    yield pointAt(route.points, BELOW + behind + step * STEP);
  }
  const aside = label.width / 2 + 2 * MARGIN;
  yield { x: x - aside, y };
  yield { x: x + aside, y };
}

/** On a line of its own: near its middle, then nearer to its ends. */
function* alongLine(one: Labelled): Generator<Point> {
  if (one.isLoop) yield* besideLoop(one);
  const { points } = one.route;
  const length = lengthOf(points);
  for (const share of SHARES) yield pointAt(points, length * share);
}

/** Right of where the loop passes its node. */
function* besideLoop({ route: { points }, label }: Labelled): Generator<Point> {
  let right = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < points.length; index += 2) right = Math.max(right, at(points, index));
  const middle = (at(points, 1) + at(points, points.length - 1)) / 2;
  const x = right + label.width / 2 + 2 * MARGIN;
  for (const step of [0, -1, 1, -2, 2]) yield { x, y: middle + step * (HEIGHT + CLEAR) };
}

function lengthOf(points: readonly number[]): number {
  let length = 0;
  for (let index = 2; index < points.length; index += 2) length += stepLength(points, index);
  return length;
}

function stepLength(points: readonly number[], index: number): number {
  return Math.hypot(
    at(points, index) - at(points, index - 2),
    at(points, index + 1) - at(points, index - 1),
  );
}

/** The point of a line at a distance from its beginning; its end where it is shorter. */
function pointAt(points: readonly number[], distance: number): Point {
  let left = distance;
  for (let index = 2; index < points.length; index += 2) {
    const length = stepLength(points, index);
    if (length >= left && length > 0) {
      const share = left / length;
      const between = (from: number, to: number) => from + (to - from) * share;
      return {
        x: between(at(points, index - 2), at(points, index)),
        y: between(at(points, index - 1), at(points, index + 1)),
      };
    }
    left -= length;
  }
  return { x: at(points, points.length - 2), y: at(points, points.length - 1) };
}
