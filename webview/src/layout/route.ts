/** Turns ways into curves: where edges leave and arrive, and how they get from column to column. */
import { at } from "../store/columns.ts";
import type { Arrangement, Rect, Stop, Way } from "./arrange.ts";
import { BoxIndex, clearBend } from "./clearance.ts";
import { Curve } from "./curve.ts";
import type { Columns } from "./fold.ts";
import { returnPoints } from "./returns.ts";
import { GAP } from "./shapes.ts";

/** A place on a container's border where edges meet what is inside. `x` from its left border. */
export interface Port {
  /** Its row in the container's level. */
  readonly row: number;
  readonly x: number;
}

export interface Ports {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export interface Route {
  readonly row: number;
  readonly points: number[];
  /** The middle of its label, if it has one of its own. */
  readonly label: { readonly x: number; readonly y: number } | null;
}

const SPREAD = 16;
/** How far from its node's right side a loop leaves and arrives. */
const LOOP_INSET = 14;

/** Where a port is; the first one where it is not known which. */
function portX(ports: readonly Port[], row: number): number {
  const port = ports.find((candidate) => candidate.row === row) ?? at(ports, 0);
  return port.x;
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

function push<K>(groups: Map<K, Way[]>, key: K, way: Way): void {
  const group = groups.get(key);
  if (group) group.push(way);
  else groups.set(key, [way]);
}

function groupBy(ways: readonly Way[], end: "source" | "target"): Map<number, Way[]> {
  const groups = new Map<number, Way[]>();
  for (const way of ways) push(groups, way[end], way);
  return groups;
}

type PortsOf = ReadonlyMap<number, Ports>;

/** Where ways meet their targets: at a port of an unfolded one, else side by side. */
function arrivals({ rects, ways }: Arrangement, ports: PortsOf, from: Ends): Ends {
  const ends: Ends = new Map();
  for (const [node, group] of groupBy(ways, "target")) {
    const rect = at(rects, node);
    const inputs = ports.get(node)?.inputs ?? [];
    const free = group.filter((way) => way.source !== node);
    if (inputs.length === 0) spread(free, rect, from, ends);
    else for (const way of group) ends.set(way, rect.x + portX(inputs, way.input));
  }
  return ends;
}

/** Where ways leave their sources: at a port of an unfolded one, else from the middle. */
function departures({ rects, ways }: Arrangement, ports: PortsOf): Ends {
  const ends: Ends = new Map();
  for (const [node, group] of groupBy(ways, "source")) {
    const rect = at(rects, node);
    const outputs = ports.get(node)?.outputs ?? [];
    for (const way of group) {
      const x = outputs.length > 0 ? portX(outputs, way.output) : rect.width / 2;
      ends.set(way, rect.x + x);
    }
  }
  return ends;
}

/** Ways between the same two nodes lie in the order of the ports at their ends. */
function untangled(arrangement: Arrangement, ports: PortsOf): Arrangement {
  const parallel = new Map<string, Way[]>();
  for (const way of arrangement.ways) {
    if (way.trunk === 0 && !way.back && way.stops.length > 0) {
      push(parallel, `${way.source} ${way.target}`, way);
    }
  }
  const stops = new Map<Way, Stop[]>();
  for (const ways of parallel.values()) if (ways.length > 1) untangle(ways, ports, stops);
  const ways = arrangement.ways.map((way) => ({ ...way, stops: stops.get(way) ?? way.stops }));
  return { ...arrangement, ways };
}

function untangle(ways: readonly Way[], ports: PortsOf, into: Map<Way, Stop[]>): void {
  const inputs = ports.get(at(ways, 0).target)?.inputs ?? [];
  const outputs = ports.get(at(ways, 0).source)?.outputs ?? [];
  const place = (way: Way) =>
    inputs.length > 0 ? portX(inputs, way.input) : portX(outputs, way.output);
  const byPort = [...ways].sort((left, right) => place(left) - place(right));
  const lastX = (stops: readonly Stop[]) => at(stops, stops.length - 1).x;
  const paths = ways.map(({ stops }) => stops).sort((left, right) => lastX(left) - lastX(right));
  byPort.forEach((way, index) => {
    into.set(way, at(paths, index));
  });
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

function bend(curve: Curve, from: Stop, to: Stop, boxes: BoxIndex): void {
  const isStraight = Math.abs(from.x - to.x) < 0.5;
  const [leave, arrive] = isStraight ? [from.bottom, to.top] : clearBend(from, to, boxes);
  curve.lineTo(from.x, leave);
  curve.bendTo(to.x, arrive);
  curve.lineTo(to.x, to.top);
}

function trace(stops: readonly Stop[], lane: Lane | null, boxes: BoxIndex): number[] {
  const first = at(stops, 0);
  const curve = new Curve(first.x, first.bottom);
  let here = first;
  for (const stop of stops.slice(1)) {
    if (lane && stop.column > here.column) changeColumn(curve, here, stop, lane);
    else bend(curve, here, stop, boxes);
    curve.lineTo(stop.x, stop.bottom);
    here = stop;
  }
  return curve.points;
}

/** All routes of a level; `ports` are those of its unfolded nodes, by row. */
export function routesOf(tangled: Arrangement, ports: PortsOf, columns: Columns | null): Route[] {
  const arrangement = untangled(tangled, ports);
  const from = departures(arrangement, ports);
  const to = arrivals(arrangement, ports, from);
  const lanes = new Map<string, number>();
  const boxes = new BoxIndex(arrangement.rects);
  return arrangement.ways.map((way) => {
    const source = at(arrangement.rects, way.source);
    const target = at(arrangement.rects, way.target);
    const ends = { from: from.get(way) ?? 0, to: to.get(way) ?? 0, columns };
    const route = { row: way.row, label: null };
    if (way.source === way.target) return { ...route, points: loopPoints(way, source, ends) };
    if (way.back) {
      return { ...route, points: returnPoints(way, [source, target], [ends.from, ends.to]) };
    }
    const stops = withEnds(way, arrangement, ends);
    const changes = columns !== null && at(stops, 0).column !== stops.at(-1)?.column;
    const start = `${way.source} ${way.output}`;
    if (changes && !lanes.has(start)) lanes.set(start, lanes.size % columns.lanes);
    const number = lanes.get(start) ?? 0;
    return { ...route, points: trace(stops, columns && { columns, number }, boxes) };
  });
}

/** A folded node's loop leaves and comes back beside its other edges. */
function loopPoints(way: Way, rect: Rect, { from, to }: WayEnds): number[] {
  const beside = rect.x + rect.width - Math.min(LOOP_INSET, rect.width / 4);
  const ends: [number, number] = [way.output < 0 ? beside : from, way.input < 0 ? beside : to];
  return returnPoints(way, [rect, rect], ends);
}
