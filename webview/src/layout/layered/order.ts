/** The order in each layer with few crossings: each item is moved to the middle of its neighbours. Pure. */
import { at } from "../../store/columns.ts";
import type { Layers } from "./layers.ts";

/** Sweeps without a gain after which no more are tried. */
const PATIENCE = 4;
const MOST_SWEEPS = 24;
/** From so many items on fewer sweeps are tried: each takes longer. */
const MANY = 20_000;
const FEW_SWEEPS = 6;

type Rows = number[][];

function placesOf(rows: Rows, count: number): Int32Array {
  const places = new Int32Array(count);
  for (const row of rows) row.forEach((item, place) => (places[item] = place));
  return places;
}

/** Crossings between two layers: pairs of links whose ends are in opposite order. */
function crossingsBelow(row: readonly number[], layers: Layers, places: Int32Array): number {
  const ends = row.flatMap((item) =>
    at(layers.below, item)
      .map((lower) => at(places, lower))
      .sort((left, right) => left - right),
  );
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

function crossingsOf(rows: Rows, layers: Layers): number {
  const places = placesOf(rows, layers.rankOf.length);
  return rows.reduce((sum, row) => sum + crossingsBelow(row, layers, places), 0);
}

/** Sorts by the middle of the neighbours; what has none stays where it is. */
function sorted(
  row: readonly number[],
  neighbours: Layers["above"],
  { places, toRight }: { places: Int32Array; toRight: boolean },
): number[] {
  const middles = new Map<number, number>();
  for (const item of row) {
    const near = at(neighbours, item);
    if (near.length === 0) continue;
    middles.set(item, near.reduce((sum, other) => sum + at(places, other), 0) / near.length);
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

function swept(rows: Rows, layers: Layers, sweep: number): Rows {
  const result = rows.map((row) => row);
  const places = placesOf(result, layers.rankOf.length);
  const down = sweep % 2 === 0;
  const neighbours = down ? layers.above : layers.below;
  const toRight = sweep % 4 >= 2;
  for (let step = 1; step < result.length; step++) {
    const rank = down ? step : result.length - 1 - step;
    const row = sorted(at(result, rank), neighbours, { places, toRight });
    result[rank] = row;
    row.forEach((item, place) => (places[item] = place));
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
