/**
 * Ports that lead to the same nodes become one: a mask that a model hands on in four tensors enters
 * a block at one place. Where one of these nodes is unfolded, its ports count instead of it. Pure.
 */
import { at } from "./columns.ts";
import { type GraphLevel, type Levels, merged, openContainers } from "./graph.ts";

/** Rows of unnamed ports by what is at the other end of their edges. */
function bundles(level: GraphLevel, insides: Levels): number[][] {
  const ends = new Map<number, Set<string>>();
  const add = (port: number, other: number, inner: number) => {
    const inside = insides.get(at(level.nodes, other).id);
    const known = ends.get(port) ?? new Set();
    ends.set(port, known.add(inside ? `${other}:${inside.rows[inner]}` : `${other}`));
  };
  for (const { source, target, strands } of level.edges) {
    for (const { output, input } of strands) {
      if (at(level.nodes, source).kind === "input") add(source, target, input);
      if (at(level.nodes, target).kind === "output") add(target, source, output);
    }
  }
  const alike = new Map<string, number[]>();
  for (const [port, others] of ends) {
    const node = at(level.nodes, port);
    if (node.name === "") push(alike, `${node.kind} ${[...others].sort().join()}`, port);
  }
  return [...alike.values()].filter((ports) => ports.length > 1);
}

function push<K>(map: Map<K, number[]>, key: K, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** The level with fewer ports; `insides` are its unfolded containers, with theirs bundled. */
export function withBundledPorts(level: GraphLevel, insides: Levels): GraphLevel {
  const into = new Map<number, number>();
  for (const [first, ...others] of bundles(level, insides)) {
    for (const port of others) into.set(port, first ?? port);
  }
  if (into.size === 0) return level;
  const kept = level.nodes.map((_, row) => row).filter((row) => !into.has(row));
  const place = new Map(kept.map((row, index) => [row, index]));
  const moved = (row: number) => place.get(into.get(row) ?? row) ?? 0;
  const edges = level.edges.map((edge) => ({
    ...edge,
    source: moved(edge.source),
    target: moved(edge.target),
  }));
  return {
    ...level,
    nodes: kept.map((row) => at(level.nodes, row)),
    edges: merged(edges),
    rows: level.rows.map(moved),
  };
}

/** Containers that are visible and unfolded, outermost first, each with its ports bundled. */
export function openLevels(levels: Levels, expanded: ReadonlySet<string>): GraphLevel[] {
  const open = openContainers(levels, expanded);
  const bundled = new Map<string, GraphLevel>();
  for (const level of [...open].reverse()) {
    bundled.set(level.container, withBundledPorts(level, bundled));
  }
  return open.map(({ container }) => bundled.get(container)).filter((level) => level !== undefined);
}
