/**
 * The rank of each node: edges lead to a later one, apart from those that close a cycle. Without
 * recursion, so that a chain may be of any length. Pure.
 */
import { at } from "../../store/columns.ts";

export interface Link {
  readonly source: number;
  readonly target: number;
  /** Where it leaves its source and meets its target: from -0.5 at the left to 0.5 at the right. */
  readonly leaves: number;
  readonly arrives: number;
}

/** Where a node has to be: among the first, among the last, or anywhere. */
export type Pin = "first" | "last" | null;

export interface Ranks {
  /** By node. */
  readonly ranks: Int32Array;
  /** By link; one that closes a cycle leads back. */
  readonly isBack: readonly boolean[];
}

const ROUNDS = 3;

type Neighbours = readonly (readonly number[])[];

/** Rows of links by the node at one of their ends. */
function linksBy(links: readonly Link[], count: number, end: "source" | "target"): number[][] {
  const found = Array.from({ length: count }, (): number[] => []);
  links.forEach((link, row) => {
    at(found, link[end]).push(row);
  });
  return found;
}

/** Links to a node that is being visited, when everything is walked from what nothing leads to. */
function backLinks(links: readonly Link[], outgoing: Neighbours, incoming: Neighbours): boolean[] {
  const isBack = links.map(() => false);
  const state = new Uint8Array(outgoing.length);
  const next = new Uint32Array(outgoing.length);
  const walk = (start: number) => {
    const path = [start];
    state[start] = VISITING;
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const row = at(outgoing, node)[at(next, node)];
      next[node] = at(next, node) + 1;
      if (row === undefined) {
        state[node] = DONE;
        path.pop();
        continue;
      }
      const { target } = at(links, row);
      if (state[target] === VISITING) isBack[row] = true;
      if (state[target] !== 0) continue;
      state[target] = VISITING;
      path.push(target);
    }
  };
  const nodes = [...outgoing.keys()];
  for (const node of nodes) if (at(incoming, node).length === 0) walk(node);
  for (const node of nodes) if (state[node] === 0) walk(node);
  return isBack;
}

const VISITING = 1;
const DONE = 2;

/** Nodes such that links lead from earlier to later ones. */
function inOrder(links: readonly Link[], outgoing: Neighbours, incoming: Neighbours): number[] {
  const waiting = Uint32Array.from(incoming, (rows) => rows.length);
  const order = [...waiting.keys()].filter((node) => waiting[node] === 0);
  for (let place = 0; place < order.length; place++) {
    for (const row of at(outgoing, at(order, place))) {
      const { target } = at(links, row);
      waiting[target] = at(waiting, target) - 1;
      if (waiting[target] === 0) order.push(target);
    }
  }
  return order;
}

/** Moves nodes within what their neighbours leave free, to where most of their links end. */
class Tightening {
  constructor(
    private readonly links: readonly Link[],
    private readonly outgoing: Neighbours,
    private readonly incoming: Neighbours,
    private readonly ranks: Int32Array,
  ) {}

  /** From the end on, so that what leads to one place late comes down as a whole. */
  down(order: readonly number[], isFixed: (node: number) => boolean): void {
    for (let place = order.length - 1; place >= 0; place--) {
      const node = at(order, place);
      const [before, after] = [at(this.incoming, node), at(this.outgoing, node)];
      if (after.length === 0 || before.length > after.length || isFixed(node)) continue;
      const next = after.reduce(
        (least, row) => Math.min(least, at(this.ranks, at(this.links, row).target)),
        Number.POSITIVE_INFINITY,
      );
      this.ranks[node] = Math.max(at(this.ranks, node), next - 1);
    }
  }

  up(order: readonly number[], isFixed: (node: number) => boolean): void {
    for (const node of order) {
      const [before, after] = [at(this.incoming, node), at(this.outgoing, node)];
      if (before.length === 0 || after.length > before.length || isFixed(node)) continue;
      const last = before.reduce(
        (most, row) => Math.max(most, at(this.ranks, at(this.links, row).source)),
        Number.NEGATIVE_INFINITY,
      );
      this.ranks[node] = Math.min(at(this.ranks, node), last + 1);
    }
  }
}

/** Ranks without gaps between them. */
function compressed(ranks: Int32Array): Int32Array {
  const used = [...new Set(ranks)].sort((left, right) => left - right);
  const place = new Map(used.map((rank, index) => [rank, index]));
  return ranks.map((rank) => place.get(rank) ?? 0);
}

export function ranksOf(links: readonly Link[], pins: readonly Pin[]): Ranks {
  const count = pins.length;
  const isBack = backLinks(links, linksBy(links, count, "source"), linksBy(links, count, "target"));
  const ahead = links.filter((_, row) => !isBack[row]);
  const [outgoing, incoming] = [linksBy(ahead, count, "source"), linksBy(ahead, count, "target")];
  const order = inOrder(ahead, outgoing, incoming);
  const ranks = new Int32Array(count);
  for (const node of order) {
    for (const row of at(outgoing, node)) {
      const { target } = at(ahead, row);
      ranks[target] = Math.max(at(ranks, target), at(ranks, node) + 1);
    }
  }
  const last = ranks.reduce((most, rank) => Math.max(most, rank), 0);
  pins.forEach((pin, node) => {
    if (pin === "last") ranks[node] = Math.max(last, at(ranks, node));
  });
  const tightening = new Tightening(ahead, outgoing, incoming, ranks);
  const isFixed = (node: number) => pins[node] !== null;
  for (let round = 0; round < ROUNDS; round++) {
    tightening.down(order, isFixed);
    tightening.up(order, isFixed);
  }
  return { ranks: compressed(ranks), isBack };
}
