/**
 * Where items are from left to right: four times packed to one side, each time with chains of items
 * straight, then the middle of the four (Brandes and Köpf, Fast and simple horizontal coordinate
 * assignment, 2001). Pure.
 */
import { at } from "../../store/columns.ts";
import { isPass, type Layers, placesOf } from "./layers.ts";

/** The least distance of the middles of two neighbours. */
export type Gap = (left: number, right: number) => number;

interface Side {
  readonly rows: readonly (readonly number[])[];
  readonly neighbours: readonly (readonly number[])[];
  readonly places: Int32Array;
}

/** Links from or to a node that cross one which only passes: those give way. */
class Conflicts {
  private readonly pairs = new Set<number>();
  constructor(private readonly count: number) {}

  add(one: number, other: number): void {
    this.pairs.add(this.key(one, other));
  }

  has(one: number, other: number): boolean {
    return this.pairs.has(this.key(one, other));
  }

  private key(one: number, other: number): number {
    return Math.min(one, other) * this.count + Math.max(one, other);
  }
}

function conflictsOf(layers: Layers, places: Int32Array): Conflicts {
  const conflicts = new Conflicts(layers.rankOf.length);
  layers.rows.forEach((row, rank) => {
    const upper = layers.rows[rank - 1];
    if (!upper) return;
    let [left, from] = [0, 0];
    row.forEach((item, index) => {
      const passing = passingAbove(item, layers);
      if (passing === undefined && index < row.length - 1) return;
      const right = passing === undefined ? upper.length : at(places, passing);
      const isClear = (other: number) => at(places, other) >= left && at(places, other) <= right;
      for (const one of row.slice(from, index + 1)) addConflicts(one, layers, isClear, conflicts);
      [left, from] = [right, index + 1];
    });
  });
  return conflicts;
}

/** The place above where the same link passes too. */
function passingAbove(item: number, layers: Layers): number | undefined {
  if (!isPass(layers, item)) return undefined;
  return at(layers.above, item).find((upper) => isPass(layers, upper));
}

function addConflicts(
  item: number,
  layers: Layers,
  isClear: (other: number) => boolean,
  conflicts: Conflicts,
): void {
  for (const other of at(layers.above, item)) {
    const isInner = isPass(layers, item) && isPass(layers, other);
    if (!isInner && !isClear(other)) conflicts.add(item, other);
  }
}

/** Which item each one stands straight below: the first of its block. */
function blocksOf({ rows, neighbours, places }: Side, conflicts: Conflicts): Int32Array {
  const root = Int32Array.from(places.keys());
  const next = Int32Array.from(places.keys());
  for (const row of rows) {
    let used = -1;
    for (const item of row) {
      const near = [...at(neighbours, item)].sort((a, b) => at(places, a) - at(places, b));
      if (near.length === 0) continue;
      const middle = (near.length - 1) / 2;
      for (let index = Math.floor(middle); index <= Math.ceil(middle); index++) {
        const other = at(near, index);
        if (next[item] !== item || used >= at(places, other) || conflicts.has(item, other))
          continue;
        next[other] = item;
        root[item] = at(root, other);
        next[item] = at(root, item);
        used = at(places, other);
      }
    }
  }
  return root;
}

/** The least distances between blocks that are neighbours in some layer. */
class BlockGraph {
  private readonly lefts: number[] = [];
  private readonly rights: number[] = [];
  private readonly gaps: number[] = [];

  constructor(
    { rows }: Side,
    private readonly root: Int32Array,
    gap: Gap,
  ) {
    for (const row of rows) {
      for (let place = 1; place < row.length; place++) {
        const [left, right] = [at(row, place - 1), at(row, place)];
        this.lefts.push(at(root, left));
        this.rights.push(at(root, right));
        this.gaps.push(gap(left, right));
      }
    }
  }

  /** As far left as possible, then right as far as what follows allows. */
  packed(): Float64Array {
    const x = new Float64Array(this.root.length);
    const [after, before] = [this.pairsBy(this.lefts), this.pairsBy(this.rights)];
    const order = this.inOrder(after);
    for (const block of order) {
      for (const pair of before.of(block)) {
        x[block] = Math.max(at(x, block), at(x, at(this.lefts, pair)) + at(this.gaps, pair));
      }
    }
    for (const block of order.reverse()) {
      let most = Number.POSITIVE_INFINITY;
      for (const pair of after.of(block)) {
        most = Math.min(most, at(x, at(this.rights, pair)) - at(this.gaps, pair));
      }
      if (most !== Number.POSITIVE_INFINITY) x[block] = Math.max(at(x, block), most);
    }
    return x.map((_, item) => at(x, at(this.root, item)));
  }

  private pairsBy(ends: readonly number[]): Grouped {
    return new Grouped(ends, this.root.length);
  }

  private inOrder(after: Grouped): number[] {
    const waiting = new Uint32Array(this.root.length);
    for (const block of this.rights) waiting[block] = at(waiting, block) + 1;
    const order = [...waiting.keys()].filter((block) => waiting[block] === 0);
    for (let place = 0; place < order.length; place++) {
      for (const pair of after.of(at(order, place))) {
        const right = at(this.rights, pair);
        waiting[right] = at(waiting, right) - 1;
        if (waiting[right] === 0) order.push(right);
      }
    }
    return order;
  }
}

/** Rows of a column by its value, without a list for each. */
class Grouped {
  private readonly starts: Uint32Array;
  private readonly rows: Uint32Array;

  constructor(values: readonly number[], count: number) {
    this.starts = new Uint32Array(count + 1);
    for (const value of values) this.starts[value + 1] = at(this.starts, value + 1) + 1;
    for (let value = 0; value < count; value++) {
      this.starts[value + 1] = at(this.starts, value + 1) + at(this.starts, value);
    }
    this.rows = new Uint32Array(values.length);
    const next = this.starts.slice();
    values.forEach((value, row) => {
      this.rows[at(next, value)] = row;
      next[value] = at(next, value) + 1;
    });
  }

  of(value: number): Uint32Array {
    return this.rows.subarray(at(this.starts, value), at(this.starts, value + 1));
  }
}

/** The layers as seen from one of the four corners. */
function sideOf(layers: Layers, down: boolean, left: boolean): Side {
  const turned = down ? [...layers.rows].reverse() : layers.rows;
  const rows = left ? turned : turned.map((row) => [...row].reverse());
  const places = placesOf(rows, layers.rankOf.length);
  return { rows, neighbours: down ? layers.below : layers.above, places };
}

function extent(x: Float64Array): readonly [number, number] {
  return [
    x.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
    x.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  ];
}

interface Packing {
  readonly x: Float64Array;
  readonly left: boolean;
}

/** The narrowest stays; the others are moved to its side. */
function aligned(packings: readonly Packing[]): Float64Array[] {
  const extents = packings.map(({ x }) => extent(x));
  const narrowest = extents.reduce((best, one) =>
    one[1] - one[0] < best[1] - best[0] ? one : best,
  );
  return packings.map(({ x, left }, index) => {
    const [least, most] = at(extents, index);
    const shift = left ? narrowest[0] - least : narrowest[1] - most;
    return x.map((value) => value + shift);
  });
}

/** The middle of each item from left to right. */
export function columnsOf(layers: Layers, gap: Gap): Float64Array {
  const conflicts = conflictsOf(layers, sideOf(layers, false, true).places);
  const packings = [true, false].flatMap((left) =>
    [true, false].map((down): Packing => {
      const side = sideOf(layers, down, left);
      const root = blocksOf(side, conflicts);
      const own: Gap = left ? gap : (one, other) => gap(other, one);
      const x = new BlockGraph(side, root, own).packed();
      return { x: left ? x : x.map((value) => -value), left };
    }),
  );
  const four = aligned(packings);
  return at(four, 0).map((_, item) => {
    const places = four.map((x) => at(x, item)).sort((one, other) => one - other);
    return (at(places, 1) + at(places, 2)) / 2;
  });
}
