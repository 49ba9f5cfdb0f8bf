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
}

export interface GraphEdge {
  /** Row in the level's nodes. */
  readonly source: number;
  readonly target: number;
  readonly tensor: TensorShape | null;
  readonly count: number;
}

export interface GraphLevel {
  readonly container: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
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

function nodeAt(level: Level, row: number): GraphNode {
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
  };
}

function edgeAt(level: Level, row: number): GraphEdge {
  return {
    source: at(level.edgeSources, row),
    target: at(level.edgeTargets, row),
    tensor: tensorAt(level.tensors, at(level.edgeTensors, row)),
    count: at(level.edgeCounts, row),
  };
}

export function decodeLevel(level: Level): GraphLevel {
  return {
    container: level.container,
    nodes: level.ids.map((_, row) => nodeAt(level, row)),
    edges: level.edgeSources.map((_, row) => edgeAt(level, row)),
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

/** Ports of the inside of a container are no places to stop at. */
export function isPort(node: GraphNode): boolean {
  return node.kind === "input" || node.kind === "output";
}
