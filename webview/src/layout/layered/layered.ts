/**
 * A layered layout for levels of any size: ranks from top to bottom, few crossings, long links
 * straight. Takes time in proportion to what is drawn, and no deep stack. Pure.
 */
import { at } from "../../store/columns.ts";
import { GAP } from "../shapes.ts";
import { columnsOf } from "./columns.ts";
import { isPass, type Layers, layersOf } from "./layers.ts";
import { ordered } from "./order.ts";
import { type Link, type Pin, ranksOf } from "./ranks.ts";

export interface Item {
  readonly width: number;
  readonly height: number;
  readonly pin: Pin;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layered {
  /** The middle of each item. */
  readonly places: readonly Point[];
  /** Where each link passes ranks, from its source on. */
  readonly passed: readonly (readonly Point[])[];
}

/** The middle of each rank, one below the other. */
function middlesOf(layers: Layers, items: readonly Item[]): number[] {
  let top = 0;
  return layers.rows.map((row) => {
    const height = row.reduce((most, item) => Math.max(most, items[item]?.height ?? 0), 0);
    const middle = top + height / 2;
    top += height + GAP.rank;
    return middle;
  });
}

export function layered(items: readonly Item[], links: readonly Link[]): Layered {
  const ranks = ranksOf(
    links,
    items.map(({ pin }) => pin),
  );
  const layers = ordered(layersOf(links, ranks));
  const half = (item: number) =>
    isPass(layers, item) ? GAP.edge / 2 : (at(items, item).width + GAP.node) / 2;
  const x = columnsOf(layers, (left, right) => half(left) + half(right));
  const y = middlesOf(layers, items);
  const pointOf = (item: number) => ({ x: at(x, item), y: at(y, at(layers.rankOf, item)) });
  return {
    places: items.map((_, item) => pointOf(item)),
    passed: layers.passed.map((chain) => chain.map(pointOf)),
  };
}
