/**
 * The middles of a level's connected nodes, and where its edges pass other ranks. Ports are in the
 * first and last rank. Pure.
 */
import { at } from "../store/columns.ts";
import { type Item, layered, type Point } from "./layered/layered.ts";
import type { Link } from "./layered/ranks.ts";
import { LOOP } from "./returns.ts";
import { GAP, type LevelShape, type NodeShape } from "./shapes.ts";

export interface Placement {
  /** By node; null for one without edges. */
  readonly middles: readonly (Point | null)[];
  /** By row of its edge: the places between its ends, from its source on. */
  readonly paths: ReadonlyMap<number, readonly Point[]>;
}

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

/** The nodes that edges connect, with the room that each needs, by their rows. */
function connectedItems(level: LevelShape, rows: readonly number[]): Map<number, Item> {
  const own = ownLines(level, rows);
  const items = new Map<number, Item>();
  const connected = new Set(rows.flatMap((row) => endsOf(level, row)));
  for (const [row, node] of level.nodes.entries()) {
    if (!connected.has(row)) continue;
    const width = roomOf(node, at(own, row));
    items.set(row, { width, height: node.height, pin: PINS[node.role] });
  }
  return items;
}

function endsOf({ edges }: LevelShape, row: number): [number, number] {
  const { source, target } = at(edges, row);
  return [source, target];
}

/** Places the nodes that the edges of these rows connect. */
export function placed(level: LevelShape, rows: readonly number[]): Placement {
  const items = connectedItems(level, rows);
  const places = new Map([...items.keys()].map((row, place) => [row, place]));
  const between = rows.filter((row) => new Set(endsOf(level, row)).size === 2);
  const links = between.map((row): Link => {
    const { source, target, leaves = 0, arrives = 0 } = at(level.edges, row);
    const [from, to] = [places.get(source) ?? 0, places.get(target) ?? 0];
    return { source: from, target: to, leaves, arrives };
  });
  const found = layered([...items.values()], links);
  const paths = new Map(rows.map((row): [number, readonly Point[]] => [row, []]));
  between.forEach((row, link) => {
    paths.set(row, at(found.passed, link));
  });
  const middles = level.nodes.map((_, row) => found.places[places.get(row) ?? -1] ?? null);
  return { middles, paths };
}
