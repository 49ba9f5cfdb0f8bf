/**
 * Moves ways off the boxes beside them, and ports off boxes. The layout keeps the order of a rank but a long edge may
 * touch its neighbour; here the nearest free place in the rank is taken. Pure.
 */
import type { Rect, Stop, Way } from "./arrange.ts";
import { GAP } from "./shapes.ts";

const CLEAR = 7;

function isFree(x: number, boxes: readonly Rect[]): boolean {
  return boxes.every((box) => x <= box.x - CLEAR || x >= box.x + box.width + CLEAR);
}

function nearestFree(x: number, boxes: readonly Rect[]): number {
  if (isFree(x, boxes)) return x;
  const places = boxes
    .flatMap((box) => [box.x - CLEAR, box.x + box.width + CLEAR])
    .filter((place) => isFree(place, boxes))
    .sort((left, right) => Math.abs(left - x) - Math.abs(right - x));
  return places[0] ?? x;
}

/** The left border nearest to a box' own, from 0 on, at which it touches none of the others. */
export function freePlace({ x, y, width, height }: Rect, others: readonly Rect[]): number {
  const beside = others.filter((box) => y < box.y + box.height && box.y < y + height);
  const isClear = (left: number) =>
    beside.every((box) => left + width <= box.x || left >= box.x + box.width);
  if (isClear(x)) return x;
  const places = beside
    .flatMap((box) => [box.x - GAP.node - width, box.x + box.width + GAP.node])
    .filter((left) => left >= 0 && isClear(left))
    .sort((left, right) => Math.abs(left - x) - Math.abs(right - x));
  return places[0] ?? x;
}

/** Boxes by height, so that those beside something are found without a look at all of them. */
export class BoxIndex {
  private readonly rows = new Map<number, Rect[]>();

  constructor(rects: readonly Rect[]) {
    for (const rect of rects) {
      if (rect.width === 0) continue;
      for (let row = rowAt(rect.y); row <= rowAt(rect.y + rect.height); row++) {
        const known = this.rows.get(row);
        if (known) known.push(rect);
        else this.rows.set(row, [rect]);
      }
    }
  }

  /** Boxes that reach into the heights between two; each once. */
  between(top: number, bottom: number): Rect[] {
    const found: Rect[] = [];
    for (let row = rowAt(top); row <= rowAt(bottom); row++) {
      for (const rect of this.rows.get(row) ?? []) {
        const isFirst = row === Math.max(rowAt(rect.y), rowAt(top));
        if (isFirst && rect.y < bottom && rect.y + rect.height > top) found.push(rect);
      }
    }
    return found;
  }
}

const ROW = 128;

function rowAt(y: number): number {
  return Math.floor(y / ROW);
}

/**
 * From where to where a bend between two stops may go: below the boxes beside its beginning, and above
 * those beside its end, which may reach further than what the edge itself leaves or meets.
 */
export function clearBend(from: Stop, to: Stop, boxes: BoxIndex): readonly [number, number] {
  let [leave, arrive] = [from.bottom, to.top];
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  for (const { x, y, width, height } of boxes.between(from.bottom, to.top)) {
    if (x >= right || x + width <= left) continue;
    if (y + height <= to.top) leave = Math.max(leave, y + height);
    else if (y >= from.bottom) arrive = Math.min(arrive, y);
  }
  return leave < arrive ? [leave, arrive] : [from.bottom, to.top];
}

export function clearWays(ways: readonly Way[], rects: readonly Rect[]): void {
  const boxes = new BoxIndex(rects);
  for (const { stops } of ways) {
    for (const stop of stops) stop.x = nearestFree(stop.x, boxes.between(stop.top, stop.bottom));
  }
}
