/**
 * Moves ways off the boxes beside them. dagre keeps the order of a rank but now and then lets a long
 * edge touch its neighbour; here the nearest free place in the rank is taken. Pure.
 */
import type { Rect, Stop, Way } from "./arrange.ts";

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

function boxesBeside(stop: Stop, rects: readonly Rect[]): Rect[] {
  return rects.filter(
    ({ y, width, height }) => width > 0 && y < stop.bottom && y + height > stop.top,
  );
}

export function clearWays(ways: readonly Way[], rects: readonly Rect[]): void {
  for (const { stops } of ways) {
    for (const stop of stops) stop.x = nearestFree(stop.x, boxesBeside(stop, rects));
  }
}
