/** What labels must not cover, in a grid that finds what is near. Pure. */
import type { Rect } from "./arrange.ts";

const CELL = 96;

/** Rectangles by the cells that they touch. */
export class Obstacles {
  private readonly cells = new Map<string, Rect[]>();

  add(rect: Rect): void {
    for (const key of cellsOf(rect)) {
      const cell = this.cells.get(key);
      if (cell) cell.push(rect);
      else this.cells.set(key, [rect]);
    }
  }

  /** How much of a rectangle is covered; what is covered twice counts twice. */
  covered(rect: Rect): number {
    const near = new Set<Rect>();
    for (const key of cellsOf(rect)) for (const other of this.cells.get(key) ?? []) near.add(other);
    let area = 0;
    for (const other of near) area += common(rect, other);
    return area;
  }
}

function common(a: Rect, b: Rect): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

function cellsOf({ x, y, width, height }: Rect): string[] {
  const keys: string[] = [];
  for (let column = Math.floor(x / CELL); column * CELL <= x + width; column++) {
    for (let row = Math.floor(y / CELL); row * CELL <= y + height; row++) {
      keys.push(`${column} ${row}`);
    }
  }
  return keys;
}
