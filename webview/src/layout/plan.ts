/**
 * Lays out unfolded containers from the inside out. Equal insides are laid out once: a plan is
 * kept by everything it depends on. Pure apart from that memory; runs in the layout worker.
 */
import { at } from "../store/columns.ts";
import { type Arrangement, arrange, placeLoose, type Rect } from "./arrange.ts";
import { freePlace } from "./clearance.ts";
import { rightOfLabels, withLabels } from "./flow-labels.ts";
import { appearance, foldLong, type Wrapping } from "./fold.ts";
import { type Port, type Ports, type Route, routesOf } from "./route.ts";
import { type EdgeShape, GAP, type LevelShape, type NodeShape, type Role } from "./shapes.ts";

/** The inside of one container, from its own left upper corner. */
export interface Plan extends Ports {
  readonly width: number;
  readonly height: number;
  readonly rects: readonly Rect[];
  readonly routes: readonly Route[];
}

const REMEMBERED = 500;
/** Height from which the graph counts as a strip, and what wrapping must then gain. */
const STRIP = 1300;
const WORTH = 1.25;
const MOST_LEAN = 0.25;
const ROOT = ".";

/** What is inside a container, without its frame. */
interface Inside {
  readonly arrangement: Arrangement;
  readonly routes: readonly Route[];
}

type Plans = ReadonlyMap<string, Plan>;

interface Style {
  readonly aspect: number;
  readonly wrapping: Wrapping;
}

export class Planner {
  private memory = new Map<string, Inside>();
  /** How many levels were really laid out. */
  laidOut = 0;

  /** Plans of all levels by container. Where the whole would be a strip, towers are wrapped too. */
  plan(levels: readonly LevelShape[], aspect: number): Plans {
    const plain = this.planWith(levels, { aspect, wrapping: "chains" });
    const root = plain.get(ROOT);
    if (!root || root.height < STRIP) return plain;
    const wrapped = this.planWith(levels, { aspect, wrapping: "towers" });
    return appearanceOf(wrapped, aspect) > appearanceOf(plain, aspect) * WORTH ? wrapped : plain;
  }

  private planWith(levels: readonly LevelShape[], style: Style): Plans {
    const plans = new Map<string, Plan>();
    // Containers come before what is in them: backwards, insides are ready when they are needed.
    for (const level of [...levels].reverse()) {
      const inside = this.insideOf(level, plans, style);
      const framed = frame(level, inside);
      plans.set(level.container, { ...framed, ...portsOf(level, framed.rects) });
    }
    return plans;
  }

  private insideOf(level: LevelShape, plans: Plans, style: Style): Inside {
    const insides = level.nodes.map((node) => plans.get(node.id));
    const signature = signatureOf(level, insides, style);
    const known = this.memory.get(signature);
    if (known) return known;
    this.laidOut++;
    const inside = layOut(level, insides, style);
    if (this.memory.size >= REMEMBERED) this.memory.clear();
    this.memory.set(signature, inside);
    return inside;
  }
}

function appearanceOf(plans: Plans, aspect: number): number {
  const root = plans.get(ROOT);
  return root ? appearance(root.width, root.height, aspect) : 0;
}

function signatureOf(
  level: LevelShape,
  insides: readonly (Plan | undefined)[],
  style: Style,
): string {
  const nodes = level.nodes.map((node, row) => {
    const inside = insides[row];
    return inside ? brief(inside) : `${node.width} ${node.height} ${node.role}`;
  });
  const edges = level.edges.map(({ source, target, output, input, label }) =>
    [source, target, output, input, label?.width, ...(label?.lines ?? [])].join(" "),
  );
  const outer = [style.aspect.toFixed(2), style.wrapping, level.container === ROOT];
  return [...outer, "", ...nodes, "", ...edges].join("|");
}

/** What the outside needs to know of an inside. */
function brief(plan: Plan): string {
  const ports = [...plan.inputs, ...plan.outputs].map(({ row, x }) => `${row} ${x}`);
  return `[${plan.width} ${plan.height} ${ports.join(",")}]`;
}

function layOut(level: LevelShape, insides: readonly (Plan | undefined)[], style: Style): Inside {
  const sized = {
    ...level,
    nodes: level.nodes.map((node, row) => sizedBy(node, insides[row])),
    edges: level.edges.map((edge) => throughPorts(edge, insides)),
  };
  const arrangement = arrange(sized);
  const columns = foldLong(arrangement, style.aspect, style.wrapping);
  placeLoose(sized, arrangement, style.aspect);
  pinToBorders(sized, arrangement);
  const ports = new Map<number, Ports>();
  for (const [row, plan] of insides.entries()) if (plan) ports.set(row, plan);
  const routes = withLabels(routesOf(arrangement, ports, columns), sized, arrangement.rects);
  arrangement.width = Math.max(arrangement.width, rightOfLabels(routes, sized));
  return { arrangement, routes };
}

function sizedBy(node: NodeShape, inside: Plan | undefined): NodeShape {
  if (!inside) return node;
  return { ...node, width: inside.width, height: inside.height, lean: leanOf(inside) };
}

function throughPorts(edge: EdgeShape, insides: readonly (Plan | undefined)[]): EdgeShape {
  const [source, target] = [insides[edge.source], insides[edge.target]];
  if (!source && !target) return edge;
  const leaves = source ? shareOf(source.outputs, edge.output, source.width) : 0;
  const arrives = target ? shareOf(target.inputs, edge.input, target.width) : 0;
  return { ...edge, leaves, arrives };
}

function shareOf(ports: readonly Port[], row: number | undefined, width: number): number {
  const port = ports.find((candidate) => candidate.row === row);
  return port ? port.x / width - 0.5 : 0;
}

/** Where the flow enters and leaves, from the middle; 0 if that would cost too much room. */
function leanOf({ inputs, outputs, width }: Plan): number {
  const places = [inputs[0], outputs[0]].flatMap((port) => (port ? [port.x - width / 2] : []));
  if (places.length === 0) return 0;
  const lean = places.reduce((sum, place) => sum + place, 0) / places.length;
  return Math.abs(lean) <= width * MOST_LEAN ? lean : 0;
}

/** Ports stand at the very top and bottom, beside what else is there. */
function pinToBorders({ nodes, container }: LevelShape, arrangement: Arrangement): void {
  const { rects, height } = arrangement;
  const inset = container === ROOT ? 0 : GAP.inset;
  const placed = rects.filter((rect, row) => rect.width > 0 && at(nodes, row).role === "box");
  nodes.forEach(({ role }, row) => {
    const rect = at(rects, row);
    if (rect.width === 0 || role === "box") return;
    rect.y = role === "input" ? -inset : height + inset - rect.height;
    rect.x = freePlace(rect, placed);
    placed.push(rect);
    arrangement.width = Math.max(arrangement.width, rect.x + rect.width);
  });
}

type Framed = Pick<Plan, "width" | "height" | "rects" | "routes">;

/** The root has no frame: its blocks stand left of its inside or above it, where less stays empty. */
function rootFrame({ aside }: LevelShape, { arrangement, routes }: Inside): Framed {
  const { rects, width, height } = arrangement;
  if (!aside) return { width, height, rects, routes };
  const [left, above] = [aside.width + GAP.gutter, aside.height + GAP.block];
  const beside = { width: left + width, height: Math.max(height, aside.height) };
  const below = { width: Math.max(width, aside.width), height: above + height };
  const isBeside = beside.width * beside.height <= below.width * below.height;
  const [dx, dy] = isBeside ? [left, 0] : [(below.width - width) / 2, above];
  return {
    ...(isBeside ? beside : below),
    rects: rects.map((rect) => ({ ...rect, x: rect.x + dx, y: rect.y + dy })),
    routes: routes.map((route) => shifted(route, dx, dy)),
  };
}

/** Adds a title strip, blocks and padding around the inside. */
function frame(level: LevelShape, inside: Inside): Framed {
  const { rects, width, height } = inside.arrangement;
  if (level.container === ROOT) return rootFrame(level, inside);
  const left = level.aside ? level.aside.width + GAP.padding : 0;
  const full = Math.max(left + width + 2 * GAP.padding, level.titleWidth);
  const foot = level.nodes.some((node) => node.role === "output") ? GAP.inset : GAP.padding;
  const head = level.nodes.some((node) => node.role === "input") ? GAP.inset : GAP.padding;
  const dy = GAP.header + head;
  const beside = level.aside ? GAP.header + level.aside.height + GAP.padding : 0;
  const extra = Math.max(0, beside - height - dy - foot);
  const { rects: lowered, routes } =
    extra > 0 ? withLowerPorts(level, inside, extra) : { rects, ...inside };
  const dx = left + (full - left - width) / 2;
  return {
    width: full,
    height: height + dy + foot + extra,
    rects: lowered.map((rect) => ({ ...rect, x: rect.x + dx, y: rect.y + dy })),
    routes: routes.map((route) => shifted(route, dx, dy)),
  };
}

/** Outputs stand at the foot of the frame, also where blocks make it higher than its inside. */
function withLowerPorts(
  { nodes, edges }: LevelShape,
  { arrangement, routes }: Inside,
  extra: number,
): { rects: Rect[]; routes: Route[] } {
  const isOutput = (node: number) => at(nodes, node).role === "output";
  const lower = (rect: Rect) => ({ ...rect, y: rect.y + extra });
  return {
    rects: arrangement.rects.map((rect, node) => (isOutput(node) ? lower(rect) : rect)),
    routes: routes.map((route) => {
      if (!isOutput(at(edges, route.row).target)) return route;
      const [x = 0, y = 0] = route.points.slice(-2);
      return { ...route, points: [...route.points, x, y + extra] };
    }),
  };
}

function shifted(route: Route, dx: number, dy: number): Route {
  const points = route.points.map((value, index) => value + (index % 2 === 0 ? dx : dy));
  const label = route.label && { x: route.label.x + dx, y: route.label.y + dy };
  return { row: route.row, points, label };
}

function portsOf(level: LevelShape, rects: readonly Rect[]): Ports {
  return { inputs: ports(level, rects, "input"), outputs: ports(level, rects, "output") };
}

function ports(level: LevelShape, rects: readonly Rect[], role: Role): Port[] {
  return level.nodes.flatMap((node, row) => {
    const rect = at(rects, row);
    return node.role === role ? [{ row, x: rect.x + rect.width / 2 }] : [];
  });
}
