/** Finds what is in a rectangle or under a point without looking at everything. */
import Flatbush from "flatbush";
import type { Scene } from "../layout/shapes.ts";
import { at } from "../store/columns.ts";

export class SpatialIndex {
  private readonly boxes: Flatbush | null;
  private readonly routes: Flatbush | null;

  constructor(private readonly scene: Scene) {
    this.boxes = boxIndex(scene);
    this.routes = routeIndex(scene);
  }

  /** Boxes that touch the rectangle, outer ones first; nothing narrower than `least`. */
  boxesIn(left: number, top: number, right: number, bottom: number, least: number): number[] {
    if (!this.boxes) return [];
    const { rects } = this.scene;
    const large = (box: number) => at(rects, box * 4 + 2) >= least;
    return this.boxes.search(left, top, right, bottom, large).sort((a, b) => a - b);
  }

  routesIn(left: number, top: number, right: number, bottom: number, least: number): number[] {
    if (!this.routes) return [];
    const large = (_: number, x0: number, y0: number, x1: number, y1: number) =>
      x1 - x0 + y1 - y0 >= least;
    return this.routes.search(left, top, right, bottom, large).sort((a, b) => a - b);
  }

  /** The innermost box at a point, or -1. */
  boxAt(x: number, y: number): number {
    return this.boxes?.search(x, y, x, y).reduce((a, b) => Math.max(a, b), -1) ?? -1;
  }
}

function boxIndex({ ids, rects }: Scene): Flatbush | null {
  if (ids.length === 0) return null;
  const index = new Flatbush(ids.length, 16, Float32Array);
  for (let box = 0; box < ids.length; box++) {
    const [x, y] = [at(rects, box * 4), at(rects, box * 4 + 1)];
    index.add(x, y, x + at(rects, box * 4 + 2), y + at(rects, box * 4 + 3));
  }
  index.finish();
  return index;
}

function routeIndex({ routeStarts, points }: Scene): Flatbush | null {
  const count = routeStarts.length - 1;
  if (count === 0) return null;
  const index = new Flatbush(count, 16, Float32Array);
  for (let route = 0; route < count; route++) {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = at(routeStarts, route); i < at(routeStarts, route + 1); i++) {
      left = Math.min(left, at(points, i * 2));
      right = Math.max(right, at(points, i * 2));
      top = Math.min(top, at(points, i * 2 + 1));
      bottom = Math.max(bottom, at(points, i * 2 + 1));
    }
    index.add(left, top, right, bottom);
  }
  index.finish();
  return index;
}
