/** The order in each layer with few crossings: each item is moved to the middle of its neighbours. Pure. */
import { at } from "../../store/columns.ts";
import { type Layers, number, placesOf } from "./layers.ts";

/** Sweeps without a gain after which no more are tried. */
const PATIENCE = 4;
const MOST_SWEEPS = 24;
/** From so many items on fewer sweeps are tried: each takes longer. */
const MANY = 20_000;
const FEW_SWEEPS = 6;

type Rows = number[][];

/** Crossings between two layers: pairs of links whose ends are in opposite order. */
function crossingsBelow(row: readonly number[], layers: Layers, places: Int32Array): number {
  const ends = row.flatMap((item) => lowerEnds(item, layers, places));
  const size = ends.reduce((most, end) => Math.max(most, end), 0) + 2;
  const sums = new Uint32Array(size + 1);
  let [crossings, counted] = [0, 0];
  for (const end of ends) {
    let before = 0;
    for (let index = end + 1; index > 0; index -= index & -index) before += at(sums, index);
    crossings += counted - before;
    counted++;
    for (let index = end + 1; index <= size; index += index & -index) {
      sums[index] = at(sums, index) + 1;
    }
  }
  return crossings;
}

/** Parts of an item that links can meet apart from each other. */
const PARTS = 16;

/** Where the links of an item end in the layer below, in the order in which they leave it. */
function lowerEnds(item: number, { below, ends }: Layers, places: Int32Array): number[] {
  const found = at(below, item).map((lower, index) => {
    const { own, other } = at(at(ends.below, item), index);
    return { own, end: at(places, lower) * PARTS + Math.round((other + 0.5) * (PARTS - 1)) };
  });
  found.sort((left, right) => left.own - right.own || left.end - right.end);
  return found.map(({ end }) => end);
}

function crossingsOf(rows: Rows, layers: Layers): number {
  const places = placesOf(rows, layers.rankOf.length);
  return rows.reduce((sum, row) => sum + crossingsBelow(row, layers, places), 0);
}

/** Sorts by the middle of the neighbours; what has none stays where it is. */
function sorted(row: readonly number[], { layers, side, places, toRight }: Sorting): number[] {
  const middles = new Map<number, number>();
  for (const item of row) {
    const [near, ends] = [at(layers[side], item), at(layers.ends[side], item)];
    if (near.length === 0) continue;
    const sum = near.reduce((all, other, index) => {
      return all + at(places, other) + at(ends, index).other - at(ends, index).own * OWN;
    }, 0);
    middles.set(item, sum / near.length);
  }
  const movable = row.filter((item) => middles.has(item));
  const tie = toRight ? -1 : 1;
  const order = new Map(movable.map((item, index) => [item, index * tie]));
  movable.sort(
    (left, right) =>
      (middles.get(left) ?? 0) - (middles.get(right) ?? 0) ||
      (order.get(left) ?? 0) - (order.get(right) ?? 0),
  );
  let next = 0;
  return row.map((item) => (middles.has(item) ? at(movable, next++) : item));
}

/** How much it counts where a link meets the item that is moved. */
const OWN = 0.01;

interface Sorting {
  readonly layers: Layers;
  readonly side: "above" | "below";
  readonly places: Int32Array;
  /** Whether the last of equal ones comes first. */
  readonly toRight: boolean;
}

function swept(rows: Rows, layers: Layers, sweep: number): Rows {
  const result = rows.map((row) => row);
  const places = placesOf(result, layers.rankOf.length);
  const down = sweep % 2 === 0;
  const side = down ? "above" : "below";
  const toRight = sweep % 4 >= 2;
  for (let step = 1; step < result.length; step++) {
    const rank = down ? step : result.length - 1 - step;
    const row = sorted(at(result, rank), { layers, side, places, toRight });
    result[rank] = row;
    number(row, places);
  }
  return result;
}

/** The layers in the best order that was found. */
export function ordered(layers: Layers): Layers {
  const most = layers.rankOf.length > MANY ? FEW_SWEEPS : MOST_SWEEPS;
  let [rows, best] = [layers.rows, layers.rows];
  let least = crossingsOf(rows, layers);
  let idle = 0;
  for (let sweep = 0; sweep < most && idle < PATIENCE && least > 0; sweep++) {
    rows = swept(rows, layers, sweep);
    const crossings = crossingsOf(rows, layers);
    idle = crossings < least ? 0 : idle + 1;
    if (crossings < least) [best, least] = [rows, crossings];
  }
  return { ...layers, rows: best };
}
