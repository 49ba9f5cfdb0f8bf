/**
 * Moves ways off the boxes beside them, and ports off boxes. dagre keeps the order of a rank but now and then lets a long
 * edge touch its neighbour; here the nearest free place in the rank is taken. Pure.
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

function boxesBeside(stop: Stop, rects: readonly Rect[]): Rect[] {
  return rects.filter(
    ({ y, width, height }) => width > 0 && y < stop.bottom && y + height > stop.top,
  );
}

/**
 * From where to where a bend between two stops may go: below the boxes beside its beginning, and above
 * those beside its end, which may reach further than what the edge itself leaves or meets.
 */
export function clearBend(from: Stop, to: Stop, rects: readonly Rect[]): readonly [number, number] {
  let [leave, arrive] = [from.bottom, to.top];
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  for (const { x, y, width, height } of rects) {
    if (width === 0 || x >= right || x + width <= left) continue;
    if (y >= to.top || y + height <= from.bottom) continue;
    if (y + height <= to.top) leave = Math.max(leave, y + height);
    else if (y >= from.bottom) arrive = Math.min(arrive, y);
  }
  return leave < arrive ? [leave, arrive] : [from.bottom, to.top];
}

export function clearWays(ways: readonly Way[], rects: readonly Rect[]): void {
  for (const { stops } of ways) {
    for (const stop of stops) stop.x = nearestFree(stop.x, boxesBeside(stop, rects));
  }
}
