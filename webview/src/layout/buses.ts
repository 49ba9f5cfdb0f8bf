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

/** Rows of edges that run in a trunk: of sources read at many depths, all but the nearest. */
export function busRows(level: LevelShape, rows: readonly number[]): Set<number> {
  const next = outgoing(level, rows);
  const depths = depthsOf(next);
  const depthOf = (node: number) => at(depths, node);
  const nearest = next.map((targets) => {
    const reached = new Set(targets.map(depthOf));
    return reached.size >= MANY_DEPTHS ? Math.min(...reached) : Infinity;
  });
  const isBus = (row: number) => {
    const { source, target } = at(level.edges, row);
    return depthOf(target) > at(nearest, source);
  };
  return new Set(rows.filter(isBus));
}
