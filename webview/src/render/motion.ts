/** What moves: boxes from an old scene to a new one, and the camera. Time comes from outside. */

import type { Scene } from "../layout/shapes.ts";
import { at } from "../store/columns.ts";
import { type Box, between, type Camera, panned } from "./camera.ts";

export const UNFOLD_MS = 220;
export const GLIDE_MS = 260;

export function rectOf(scene: Scene, box: number): Box {
  const { rects } = scene;
  return {
    x: at(rects, box * 4),
    y: at(rects, box * 4 + 1),
    width: at(rects, box * 4 + 2),
    height: at(rects, box * 4 + 3),
  };
}

/** Slow at both ends. */
export function eased(t: number): number {
  return t < 0.5 ? 4 * t * t * t : 1 - (-2 * t + 2) ** 3 / 2;
}

/** Boxes that were there before glide from their old places; others fade in. */
export class Unfolding {
  private readonly before = new Map<string, Box>();

  constructor(
    old: Scene,
    private readonly began: number,
    shift: { readonly x: number; readonly y: number },
  ) {
    old.ids.forEach((id, box) => {
      const rect = rectOf(old, box);
      this.before.set(id, { ...rect, x: rect.x + shift.x, y: rect.y + shift.y });
    });
  }

  share(now: number): number {
    return Math.min(1, Math.max(0, (now - this.began) / UNFOLD_MS));
  }

  place(id: string, after: Box, t: number): Box {
    const before = this.before.get(id);
    if (!before) return after;
    const mix = (from: number, to: number) => from + (to - from) * t;
    return {
      x: mix(before.x, after.x),
      y: mix(before.y, after.y),
      width: mix(before.width, after.width),
      height: mix(before.height, after.height),
    };
  }

  alpha(id: string, t: number): number {
    return this.before.has(id) ? 1 : Math.max(0, t * 2 - 1);
  }
}

export class Gliding {
  constructor(
    private readonly from: Camera,
    private readonly to: Camera,
    private readonly began: number,
  ) {}

  at(now: number): { camera: Camera; done: boolean } {
    const t = Math.min(1, Math.max(0, (now - this.began) / GLIDE_MS));
    return { camera: between(this.from, this.to, eased(t)), done: t >= 1 };
  }

  /** The same way in a view whose origin has moved. */
  moved(dx: number, dy: number): Gliding {
    return new Gliding(panned(this.from, dx, dy), panned(this.to, dx, dy), this.began);
  }
}
