/**
 * What many nodes of a level read (a mask, rotary angles) runs as one trunk at the level's side with
 * a branch to each, instead of as many parallel lines through it. Pure.
 */
import { at } from "../store/columns.ts";
import type { LevelShape } from "./shapes.ts";

const MANY_DEPTHS = 3;

function outgoing(level: LevelShape, rows: readonly number[]): number[][] {
  const next = level.nodes.map((): number[] => []);
  for (const row of rows) {
    const { source, target } = at(level.edges, row);
    if (source !== target) at(next, source).push(target);
  }
  return next;
}

/** Longest way from the beginning, by node; nodes on a cycle count from where they were reached. */
function depthsOf(next: readonly (readonly number[])[]): number[] {
  const depths = next.map(() => 0);
  const waiting = next.map(() => 0);
  for (const target of next.flat()) waiting[target] = at(waiting, target) + 1;
  const ready = [...depths.keys()].filter((node) => waiting[node] === 0);
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    for (const target of at(next, node)) {
      depths[target] = Math.max(at(depths, target), at(depths, node) + 1);
      waiting[target] = at(waiting, target) - 1;
      if (waiting[target] === 0) ready.push(target);
    }
  }
  return depths;
}

/** All nodes that can be reached from the given ones without passing one of them. */
function reachable(
  next: readonly (readonly number[])[],
  from: readonly number[],
  without: number,
): Set<number> {
  const found = new Set([...from, without]);
  const waiting = [...from];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const target of at(next, node)) {
      if (found.has(target)) continue;
      found.add(target);
      waiting.push(target);
    }
  }
  return found;
}

/**
 * The targets of one node that a trunk serves: those that also depend on its nearest target, so that
 * they stand below it without this edge. None if few depths are reached.
 */
function served(
  node: number,
  next: readonly (readonly number[])[],
  depths: readonly number[],
): ReadonlySet<number> {
  const targets = at(next, node);
  const reached = new Set(targets.map((target) => at(depths, target)));
  if (reached.size < MANY_DEPTHS) return new Set();
  const least = Math.min(...reached);
  const nearest = targets.filter((target) => at(depths, target) === least);
  const below = reachable(next, nearest, node);
  for (const target of [node, ...nearest]) below.delete(target);
  return below;
}

/** Rows of edges that run in a trunk. Edges to outputs never do. */
export function busRows(level: LevelShape, rows: readonly number[]): Set<number> {
  const next = outgoing(level, rows);
  const depths = depthsOf(next);
  const servedBy = new Map<number, ReadonlySet<number>>();
  const isBus = (row: number) => {
    const { source, target } = at(level.edges, row);
    if (at(level.nodes, target).role === "output") return false;
    const known = servedBy.get(source) ?? served(source, next, depths);
    servedBy.set(source, known);
    return known.has(target);
  };
  return new Set(rows.filter(isBus));
}
