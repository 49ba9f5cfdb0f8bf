/**
 * The middles of a level's connected nodes, and where its edges pass other ranks: by dagre, whose
 * ranks are the shortest, or, where that would take too long or too deep a stack, by our own layers.
 * Ports are in the first and last rank. Pure.
 */
import { Graph, layout } from "@dagrejs/dagre";
import { at } from "../store/columns.ts";
import { layered } from "./layered/layered.ts";
import { LOOP } from "./returns.ts";
import { GAP, type LevelShape, type NodeShape } from "./shapes.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Placement {
  /** By node; null for one without edges. */
  readonly middles: readonly (Point | null)[];
  /** By row of its edge: the places between its ends, from its source on. */
  readonly paths: ReadonlyMap<number, readonly Point[]>;
}

/** Nodes and edges from which on a level counts as large. */
const LARGE = 500;
const PORT_WEIGHT = 50;
const PINS = { box: null, input: "first", output: "last" } as const;

/** What the lines at a node need beside it. */
interface OwnLines {
  loops: number;
  /** Width of the labels of its loops, and of those that begin at it. */
  loop: number;
  label: number;
}

function ownLines(level: LevelShape, rows: readonly number[]): OwnLines[] {
  const found = level.nodes.map(() => ({ loops: 0, loop: 0, label: 0 }));
  for (const row of rows) {
    const { source, target, label } = at(level.edges, row);
    const own = at(found, source);
    const width = label?.width ?? 0;
    if (source !== target) own.label = Math.max(own.label, width);
    else {
      own.loops++;
      own.loop = Math.max(own.loop, width);
    }
  }
  return found;
}

/** Room to both sides of where edges meet the node: that is where its middle is for the layout. */
function roomOf({ width, lean = 0, role }: NodeShape, own: OwnLines): number {
  const label = role === "box" ? 0 : own.label - GAP.node / 2;
  const loops = own.loops > 0 ? own.loops * LOOP + own.loop : 0;
  return Math.max(width + 2 * Math.abs(lean), label) + 2 * loops;
}

/** A connected node of a level, with the room it needs. */
interface Placed {
  readonly row: number;
  readonly width: number;
  readonly height: number;
  readonly pin: "first" | "last" | null;
}

function connectedNodes(level: LevelShape, rows: readonly number[]): Placed[] {
  const ends = rows.map((row) => at(level.edges, row));
  const connected = new Set(ends.flatMap(({ source, target }) => [source, target]));
  const own = ownLines(level, rows);
  return level.nodes.flatMap((node, row) => {
    if (!connected.has(row)) return [];
    return [{ row, width: roomOf(node, at(own, row)), height: node.height, pin: PINS[node.role] }];
  });
}

/** Places the nodes that the edges of these rows connect. */
export function placed(level: LevelShape, rows: readonly number[]): Placement {
  const nodes = connectedNodes(level, rows);
  const loops = rows.filter((row) => isLoop(level, row));
  const between = rows.filter((row) => !isLoop(level, row));
  const isLarge = nodes.length + between.length > LARGE;
  const found = (isLarge ? byLayers : byDagre)(level, nodes, between);
  const paths = new Map(found.paths);
  for (const row of loops) paths.set(row, []);
  return { middles: found.middles, paths };
}

function isLoop({ edges }: LevelShape, row: number): boolean {
  return at(edges, row).source === at(edges, row).target;
}

function byLayers(level: LevelShape, nodes: readonly Placed[], rows: readonly number[]): Placement {
  const places = new Map(nodes.map(({ row }, place) => [row, place]));
  const placeOf = (row: number) => places.get(row) ?? 0;
  const links = rows.map((row) => {
    const { source, target } = at(level.edges, row);
    return { source: placeOf(source), target: placeOf(target) };
  });
  const found = layered(nodes, links);
  return {
    middles: level.nodes.map((_, row) => (places.has(row) ? at(found.places, placeOf(row)) : null)),
    paths: new Map(rows.map((row, link) => [row, at(found.passed, link)])),
  };
}

type Dagre = ReturnType<typeof dagreGraph>;

function dagreGraph() {
  const graph = new Graph<object, { width: number; height: number; x?: number; y?: number }>({
    multigraph: true,
  });
  graph.setGraph({ rankdir: "TB", nodesep: GAP.node, ranksep: GAP.rank, edgesep: GAP.edge });
  graph.setDefaultEdgeLabel(() => ({}));
  return graph;
}

function pin(graph: Dagre, { row, pin: end }: Placed): void {
  if (end === null) return;
  if (!graph.hasNode(end)) graph.setNode(end, { width: 1, height: 0 });
  const [source, target] = end === "first" ? [end, String(row)] : [String(row), end];
  graph.setEdge(source, target, { weight: PORT_WEIGHT });
}

function byDagre(level: LevelShape, nodes: readonly Placed[], rows: readonly number[]): Placement {
  const graph = dagreGraph();
  for (const { row, width, height } of nodes) graph.setNode(String(row), { width, height });
  const namesOf = (row: number) => {
    const { source, target } = at(level.edges, row);
    return [String(source), String(target)] as const;
  };
  for (const row of rows) graph.setEdge(...namesOf(row), { weight: 1 }, String(row));
  for (const node of nodes) pin(graph, node);
  if (nodes.length > 0) layout(graph);
  const pathOf = (row: number) => {
    const label = graph.edge(...namesOf(row), String(row)) as { points?: readonly Point[] };
    return (label.points ?? []).slice(1, -1);
  };
  return {
    middles: level.nodes.map((_, row) => {
      if (!graph.hasNode(String(row))) return null;
      const { x = 0, y = 0 } = graph.node(String(row));
      return { x, y };
    }),
    paths: new Map(rows.map((row) => [row, pathOf(row)])),
  };
}
