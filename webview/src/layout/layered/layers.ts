/** Nodes in layers, one for each rank; a link that passes ranks has an item of its own in each. Pure. */
import { at } from "../../store/columns.ts";
import type { Link, Ranks } from "./ranks.ts";

/** What is placed: nodes, and behind them the places where links pass a rank. */
export interface Layers {
  /** Items by rank, in their order from left to right. */
  readonly rows: number[][];
  /** Rank by item. */
  readonly rankOf: Int32Array;
  /** Items in the rank before and after, by item. */
  readonly above: readonly number[][];
  readonly below: readonly number[][];
  /** Where each of these links meets the item itself, and the one at its other end. */
  readonly ends: Readonly<Record<"above" | "below", readonly (readonly LinkEnds[])[]>>;
  /** The items that each link passes, from its source on; empty for one that leads back. */
  readonly passed: readonly (readonly number[])[];
  /** How many of the items are nodes. */
  readonly nodeCount: number;
}

/** Places on two items, from -0.5 at the left to 0.5 at the right. */
export interface LinkEnds {
  readonly own: number;
  readonly other: number;
}

/** The place of each item in its row. */
export function placesOf(rows: readonly (readonly number[])[], count: number): Int32Array {
  const places = new Int32Array(count);
  for (const row of rows) number(row, places);
  return places;
}

/** Writes down the places of one row. */
export function number(row: readonly number[], places: Int32Array): void {
  row.forEach((item, place) => {
    places[item] = place;
  });
}

export function isPass(layers: Layers, item: number): boolean {
  return item >= layers.nodeCount;
}

class LayersBuilder {
  readonly rankOf: number[];
  readonly above: number[][];
  readonly below: number[][];
  readonly ends: { above: LinkEnds[][]; below: LinkEnds[][] };

  constructor(ranks: Int32Array) {
    this.rankOf = [...ranks];
    this.above = this.rankOf.map(() => []);
    this.below = this.rankOf.map(() => []);
    this.ends = { above: this.rankOf.map(() => []), below: this.rankOf.map(() => []) };
  }

  /** A link as a chain of items; returns those between its ends. */
  chain({ source, target, leaves, arrives }: Link): number[] {
    const passed: number[] = [];
    let [before, from] = [source, leaves];
    for (let rank = at(this.rankOf, source) + 1; rank < at(this.rankOf, target); rank++) {
      const item = this.rankOf.push(rank) - 1;
      for (const lists of [this.above, this.below]) lists.push([]);
      for (const lists of [this.ends.above, this.ends.below]) lists.push([]);
      this.join([before, item], [from, 0]);
      passed.push(item);
      [before, from] = [item, 0];
    }
    this.join([before, target], [from, arrives]);
    return passed;
  }

  private join([upper, lower]: [number, number], [leaves, arrives]: [number, number]): void {
    at(this.below, upper).push(lower);
    at(this.ends.below, upper).push({ own: leaves, other: arrives });
    at(this.above, lower).push(upper);
    at(this.ends.above, lower).push({ own: arrives, other: leaves });
  }
}

/** Items as they are met when links are followed from the first rank on. */
function firstOrder(rankOf: Int32Array, below: readonly (readonly number[])[]): number[][] {
  const ranks = rankOf.reduce((most, rank) => Math.max(most, rank), -1) + 1;
  const rows = Array.from({ length: ranks }, (): number[] => []);
  const seen = new Uint8Array(rankOf.length);
  const starts = [...rankOf.keys()].sort((left, right) => at(rankOf, left) - at(rankOf, right));
  for (const start of starts) {
    const waiting = [start];
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
      if (seen[item]) continue;
      seen[item] = 1;
      at(rows, at(rankOf, item)).push(item);
      for (let next = at(below, item).length - 1; next >= 0; next--) {
        waiting.push(at(at(below, item), next));
      }
    }
  }
  return rows;
}

export function layersOf(links: readonly Link[], { ranks, isBack }: Ranks): Layers {
  const builder = new LayersBuilder(ranks);
  const passed = links.map((link, row) => (isBack[row] ? [] : builder.chain(link)));
  const rankOf = Int32Array.from(builder.rankOf);
  const { above, below, ends } = builder;
  const rows = firstOrder(rankOf, below);
  return { rows, rankOf, above, below, ends, passed, nodeCount: ranks.length };
}
