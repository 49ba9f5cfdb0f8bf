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
  /** The items that each link passes, from its source on; empty for one that leads back. */
  readonly passed: readonly (readonly number[])[];
  /** How many of the items are nodes. */
  readonly nodeCount: number;
}

export function isPass(layers: Layers, item: number): boolean {
  return item >= layers.nodeCount;
}

class LayersBuilder {
  readonly rankOf: number[];
  readonly above: number[][];
  readonly below: number[][];

  constructor(ranks: Int32Array) {
    this.rankOf = [...ranks];
    this.above = this.rankOf.map(() => []);
    this.below = this.rankOf.map(() => []);
  }

  /** A link as a chain of items; returns those between its ends. */
  chain({ source, target }: Link): number[] {
    const passed: number[] = [];
    let before = source;
    for (let rank = at(this.rankOf, source) + 1; rank < at(this.rankOf, target); rank++) {
      const item = this.rankOf.push(rank) - 1;
      this.above.push([]);
      this.below.push([]);
      this.join(before, item);
      passed.push(item);
      before = item;
    }
    this.join(before, target);
    return passed;
  }

  private join(upper: number, lower: number): void {
    at(this.below, upper).push(lower);
    at(this.above, lower).push(upper);
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
  const { above, below } = builder;
  const rows = firstOrder(rankOf, below);
  return { rows, rankOf, above, below, passed, nodeCount: ranks.length };
}
