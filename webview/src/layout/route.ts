/** Turns ways into curves: where edges leave and arrive, and how they get from column to column. */
import { at } from "../store/columns.ts";
import type { Arrangement, Rect, Stop, Way } from "./arrange.ts";
import { clearBend } from "./clearance.ts";
import { Curve } from "./curve.ts";
import type { Columns } from "./fold.ts";
import { returnPoints } from "./returns.ts";
import { type EdgeShape, GAP } from "./shapes.ts";

/** A place on a container's border where edges meet what is inside. `x` from its left border. */
export interface Port {
  /** What flows through it. */
  readonly keys: readonly string[];
  readonly x: number;
}

export interface Ports {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export interface Route {
  readonly row: number;
  readonly points: number[];
}

const SPREAD = 16;

/** Which port each of the edges uses: one for one where the numbers agree, else by what flows. */
export function matchPorts(keys: readonly string[], ports: readonly Port[]): number[] {
  if (ports.length === keys.length || ports.length <= 1) {
    return keys.map((_, index) => Math.min(index, ports.length - 1));
  }
  const free = new Set(ports.keys());
  return keys.map((key, index) => {
    const same = [...free].find((port) => at(ports, port).keys.includes(key));
    if (same !== undefined) free.delete(same);
    if (same !== undefined) return same;
    const alike = ports.findIndex((port) => port.keys.includes(key));
    return alike >= 0 ? alike : Math.min(index, ports.length - 1);
  });
}

/** The x of an edge's end, by way. */
type Ends = Map<Way, number>;

/** Side by side around the middle; an edge that comes straight from above keeps straight. */
function spread(ways: readonly Way[], rect: Rect, from: Ends, ends: Ends): void {
  const middle = rect.x + rect.width / 2;
  const lastX = (way: Way) => way.stops.at(-1)?.x ?? from.get(way) ?? middle;
  const sorted = [...ways].sort((left, right) => lastX(left) - lastX(right));
  const straight = sorted.findIndex((way) => Math.abs(lastX(way) - middle) < 1);
  const centre = straight >= 0 ? straight : (sorted.length - 1) / 2;
  const gap = Math.min(SPREAD, (rect.width * 0.6) / Math.max(1, sorted.length - 1));
  sorted.forEach((way, index) => {
    ends.set(way, within(middle + (index - centre) * gap, rect));
  });
}

function within(x: number, rect: Rect): number {
  const inset = Math.min(8, rect.width / 4);
  return Math.min(rect.x + rect.width - inset, Math.max(rect.x + inset, x));
}

function throughPorts(
  ways: readonly Way[],
  edges: readonly EdgeShape[],
  { rect, ports, ends }: { rect: Rect; ports: readonly Port[]; ends: Ends },
): void {
  const matched = matchPorts(
    ways.map((way) => at(edges, way.row).key),
    ports,
  );
  ways.forEach((way, index) => {
    const port = ports[at(matched, index)];
    ends.set(way, port ? rect.x + port.x : rect.x + rect.width / 2);
  });
}

function groupBy(ways: readonly Way[], end: "source" | "target"): Map<number, Way[]> {
  const groups = new Map<number, Way[]>();
  for (const way of ways) {
    if (way.source === way.target) continue;
    const group = groups.get(way[end]);
    if (group) group.push(way);
    else groups.set(way[end], [way]);
  }
  return groups;
}

function arrivals(
  { rects, ways }: Arrangement,
  edges: readonly EdgeShape[],
  { ports, from }: { ports: ReadonlyMap<number, Ports>; from: Ends },
): Ends {
  const ends: Ends = new Map();
  for (const [node, group] of groupBy(ways, "target")) {
    const rect = at(rects, node);
    const inputs = ports.get(node)?.inputs ?? [];
    if (inputs.length > 0) throughPorts(group, edges, { rect, ports: inputs, ends });
    else spread(group, rect, from, ends);
  }
  return ends;
}

function departures(
  { rects, ways }: Arrangement,
  edges: readonly EdgeShape[],
  ports: ReadonlyMap<number, Ports>,
): Ends {
  const ends: Ends = new Map();
  for (const [node, group] of groupBy(ways, "source")) {
    const rect = at(rects, node);
    const outputs = ports.get(node)?.outputs ?? [];
    throughPorts(group, edges, { rect, ports: outputs, ends });
  }
  return ends;
}

/** From the foot of one column around to the head of the next one. */
function changeColumn(curve: Curve, here: Stop, stop: Stop, lane: Lane): void {
  const out = (lane.number + 1) * GAP.lane;
  const below = at(lane.columns.feet, here.column) + out;
  const above = (lane.columns.lanes + 1) * GAP.lane - out;
  const gutter = at(lane.columns.rights, here.column) + GAP.gutter / 2 + lane.number * GAP.lane;
  curve.corners([
    [here.x, below],
    [gutter, below],
    [gutter, above],
    [stop.x, above],
    [stop.x, stop.top],
  ]);
}

interface Lane {
  readonly columns: Columns;
  readonly number: number;
}

function loop(rect: Rect): number[] {
  const right = rect.x + rect.width;
  const curve = new Curve(right, rect.y + rect.height * 0.72);
  curve.corners([
    [right + GAP.lane * 1.6, rect.y + rect.height * 0.72],
    [right + GAP.lane * 1.6, rect.y + rect.height * 0.28],
    [right, rect.y + rect.height * 0.28],
  ]);
  return curve.points;
}

/** A way with its ends as stops, so that every part is treated alike. */
function withEnds(way: Way, arrangement: Arrangement, ends: WayEnds): Stop[] {
  const source = at(arrangement.rects, way.source);
  const target = at(arrangement.rects, way.target);
  const columnOf = (node: number) => ends.columns?.ofNode[node] ?? 0;
  const foot = source.y + source.height;
  const first = { x: ends.from, top: foot, bottom: foot, column: columnOf(way.source) };
  const last = { x: ends.to, top: target.y, bottom: target.y, column: columnOf(way.target) };
  // A port at the border may stand in a rank that its way was to pass.
  const between = way.stops.filter(({ top, bottom, column }) => {
    const above = column === first.column && top < foot;
    return !above && !(column === last.column && bottom > target.y);
  });
  return [first, ...between, last];
}

interface WayEnds {
  readonly from: number;
  readonly to: number;
  readonly columns: Columns | null;
}

function bend(curve: Curve, from: Stop, to: Stop, rects: readonly Rect[]): void {
  const isStraight = Math.abs(from.x - to.x) < 0.5;
  const [leave, arrive] = isStraight ? [from.bottom, to.top] : clearBend(from, to, rects);
  curve.lineTo(from.x, leave);
  curve.bendTo(to.x, arrive);
  curve.lineTo(to.x, to.top);
}

function trace(stops: readonly Stop[], lane: Lane | null, rects: readonly Rect[]): number[] {
  const first = at(stops, 0);
  const curve = new Curve(first.x, first.bottom);
  let here = first;
  for (const stop of stops.slice(1)) {
    if (lane && stop.column > here.column) changeColumn(curve, here, stop, lane);
    else bend(curve, here, stop, rects);
    curve.lineTo(stop.x, stop.bottom);
    here = stop;
  }
  return curve.points;
}

/** All routes of a level; `ports` are those of its unfolded nodes, by row. */
export function routesOf(
  arrangement: Arrangement,
  edges: readonly EdgeShape[],
  ports: ReadonlyMap<number, Ports>,
  columns: Columns | null,
): Route[] {
  const from = departures(arrangement, edges, ports);
  const to = arrivals(arrangement, edges, { ports, from });
  const lanes = new Map<number, number>();
  return arrangement.ways.map((way) => {
    const source = at(arrangement.rects, way.source);
    if (way.source === way.target) return { row: way.row, points: loop(source) };
    const ends = { from: from.get(way) ?? 0, to: to.get(way) ?? 0, columns };
    if (way.back) {
      const target = at(arrangement.rects, way.target);
      return { row: way.row, points: returnPoints(way, [source, target], [ends.from, ends.to]) };
    }
    const stops = withEnds(way, arrangement, ends);
    const changes = columns !== null && at(stops, 0).column !== stops.at(-1)?.column;
    if (changes && !lanes.has(way.source)) lanes.set(way.source, lanes.size % columns.lanes);
    const number = lanes.get(way.source) ?? 0;
    return {
      row: way.row,
      points: trace(stops, columns && { columns, number }, arrangement.rects),
    };
  });
}
