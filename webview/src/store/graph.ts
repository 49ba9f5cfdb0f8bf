/**
 * The graph as the page thinks of it: levels of nodes and edges, decoded from the wire's columns.
 * Pure; knows neither layout nor drawing.
 */
import type { Level, NodeKind, TensorTable } from "../protocol/messages.generated.ts";
import { at } from "./columns.ts";

export const ROOT = ".";

export interface TensorShape {
  readonly shape: readonly number[];
  readonly dtype: string;
  /** The dimension that counts tokens, or -1. */
  readonly tokenDimension: number;
}

export interface GraphNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly type: string;
  readonly path: string;
  readonly container: string;
  readonly repeats: number;
  readonly calls: number;
  readonly parameterCount: number;
  readonly expandable: boolean;
  readonly firstModule: number;
  readonly lastModule: number;
  readonly order: number;
  readonly output: TensorShape | null;
  /** Which of the places of its module instance it is; null if that stands in one place only. */
  readonly place?: InstancePlace | null;
}

export interface InstancePlace {
  /** From 1, in the order of the first calls. */
  readonly number: number;
  readonly count: number;
}

/** One kind of tensor on an edge. */
export interface Strand {
  readonly tensor: TensorShape | null;
  /** How many different tensors of this kind. */
  readonly count: number;
  /** Row in the source's own level of the port it comes out of, as it was sent; -1 for none. */
  readonly output: number;
  /** The port it goes into, in the target's own level. */
  readonly input: number;
}

/** All that flows from one node of a level to another. */
export interface GraphEdge {
  /** Row in the level's nodes. */
  readonly source: number;
  readonly target: number;
  readonly strands: readonly Strand[];
}

export interface GraphLevel {
  readonly container: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Row here of each node that was sent. */
  readonly rows: readonly number[];
}

export type Levels = ReadonlyMap<string, GraphLevel>;

function tensorAt(table: TensorTable, row: number): TensorShape | null {
  if (row < 0) return null;
  return {
    shape: at(table.shapes, row),
    dtype: at(table.dtypes, row),
    tokenDimension: at(table.tokenDimensions, row),
  };
}

/** A member of a list is called by the list's name too: `h.0` instead of `0`. */
export function displayName(kind: NodeKind, name: string, path: string): string {
  if (kind !== "module" || !/^\d+$/.test(name)) return name;
  return path.split(".").slice(-2).join(".");
}

function nameAt(level: Level, row: number): string {
  return displayName(at(level.kinds, row), at(level.names, row), at(level.paths, row));
}

type PlacesByRow = ReadonlyMap<number, InstancePlace>;

function placesOf(level: Level): PlacesByRow {
  return new Map((level.places ?? []).map(([row, number, count]) => [row, { number, count }]));
}

function nodeAt(level: Level, row: number, places: PlacesByRow): GraphNode {
  return {
    id: at(level.ids, row),
    kind: at(level.kinds, row),
    name: nameAt(level, row),
    type: at(level.types, row),
    path: at(level.paths, row),
    container: level.container,
    repeats: at(level.repeats, row),
    calls: at(level.calls, row),
    parameterCount: at(level.parameterCounts, row),
    expandable: at(level.expandable, row),
    firstModule: at(level.firstModules, row),
    lastModule: at(level.lastModules, row),
    order: at(level.orders, row),
    output: tensorAt(level.tensors, at(level.outputs, row)),
    place: places.get(row) ?? null,
  };
}

function strandAt(level: Level, row: number): Strand {
  return {
    tensor: tensorAt(level.tensors, at(level.edgeTensors, row)),
    count: at(level.edgeCounts, row),
    output: at(level.edgeOutputs, row),
    input: at(level.edgeInputs, row),
  };
}

/** One edge for each pair of nodes. */
export function merged(edges: Iterable<GraphEdge>): GraphEdge[] {
  const byPair = new Map<string, GraphEdge & { strands: Strand[] }>();
  for (const { source, target, strands } of edges) {
    const pair = `${source} ${target}`;
    const known = byPair.get(pair);
    if (known) known.strands.push(...strands);
    else byPair.set(pair, { source, target, strands: [...strands] });
  }
  return [...byPair.values()];
}

export function decodeLevel(level: Level): GraphLevel {
  const places = placesOf(level);
  const edges = level.edgeSources.map((source, row) => {
    return { source, target: at(level.edgeTargets, row), strands: [strandAt(level, row)] };
  });
  return {
    container: level.container,
    nodes: level.ids.map((_, row) => nodeAt(level, row, places)),
    edges: merged(edges),
    rows: level.ids.map((_, row) => row),
  };
}

/** Whether the node's inside is shown: it is unfolded and its level is here. */
export function isOpen(node: GraphNode, levels: Levels, expanded: ReadonlySet<string>): boolean {
  return node.expandable && expanded.has(node.id) && levels.has(node.id);
}

/** Containers that are visible and unfolded, outermost first, the root included. */
export function openContainers(levels: Levels, expanded: ReadonlySet<string>): GraphLevel[] {
  const found: GraphLevel[] = [];
  const queue = [ROOT];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const level = levels.get(id);
    if (!level) continue;
    found.push(level);
    for (const node of level.nodes) if (isOpen(node, levels, expanded)) queue.push(node.id);
  }
  return found;
}

/** Unfolded containers whose level is still to be read, wherever their parents are visible. */
export function missingLevels(levels: Levels, expanded: ReadonlySet<string>): string[] {
  if (!levels.has(ROOT)) return [ROOT, ...expanded];
  const open = openContainers(levels, expanded);
  return open.flatMap((level) =>
    level.nodes
      .filter((node) => node.expandable && expanded.has(node.id) && !levels.has(node.id))
      .map((node) => node.id),
  );
}

/** The node with this id in any level that is here. */
export function findNode(levels: Levels, id: string): GraphNode | null {
  for (const level of levels.values()) {
    const node = level.nodes.find((candidate) => candidate.id === id);
    if (node) return node;
  }
  return null;
}

/** First modules of the nodes among these whose instance stands in several places. */
export function instancesOf(levels: Levels, ids: readonly (string | null)[]): ReadonlySet<number> {
  const nodes = ids.map((id) => (id === null ? null : findNode(levels, id)));
  return new Set(nodes.flatMap((node) => (node?.place ? [node.firstModule] : [])));
}

/** The id of the container of a node that is no module; of a module its own. */
export function containerOf(id: string): string {
  return /^(.+?)::(?:call|pass|parameter|input|output)[:#]/.exec(id)?.[1] ?? id;
}

/** Ports of the inside of a container are no places to stop at. */
export function isPort(node: GraphNode): boolean {
  return node.kind === "input" || node.kind === "output";
}
