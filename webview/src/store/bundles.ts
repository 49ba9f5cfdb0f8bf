/**
 * Ports that lead to the same nodes become one: a mask that a model hands on in four tensors enters
 * a block at one place. Pure; applied to each level as it arrives.
 */
import { at } from "./columns.ts";
import { type GraphLevel, merged } from "./graph.ts";

/** Rows of unnamed ports by the nodes at the other end of their edges. */
function bundles(level: GraphLevel): number[][] {
  const ends = new Map<number, number[]>();
  for (const { source, target } of level.edges) {
    if (at(level.nodes, source).kind === "input") push(ends, source, target);
    if (at(level.nodes, target).kind === "output") push(ends, target, source);
  }
  const alike = new Map<string, number[]>();
  for (const [port, others] of ends) {
    const node = at(level.nodes, port);
    if (node.name === "") push(alike, `${node.kind} ${others.sort((a, b) => a - b).join()}`, port);
  }
  return [...alike.values()].filter((ports) => ports.length > 1);
}

function push<K>(map: Map<K, number[]>, key: K, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

export function withBundledPorts(level: GraphLevel): GraphLevel {
  const into = new Map<number, number>();
  for (const [first, ...others] of bundles(level)) {
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
