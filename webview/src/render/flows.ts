/** Which label of a line is under a point. Pure. */
import type { FlowLabel, Scene } from "../layout/shapes.ts";
import { type Camera, worldPoint } from "./camera.ts";

/** The scale from which labels of lines are drawn. */
export const SHAPES_FROM_SCALE = 0.66;
const MARGIN = 4;
const HALF_HEIGHT = 7;

/** The label under a point of the screen, where it sums several tensors up. */
export function severalUnder(scene: Scene, camera: Camera, x: number, y: number): FlowLabel | null {
  if (camera.scale < SHAPES_FROM_SCALE) return null;
  const [worldX, worldY] = worldPoint(camera, x, y);
  for (const placed of scene.labels) {
    if (!placed || placed.label.lines.length === 0) continue;
    const across = Math.abs(placed.x - worldX) <= placed.label.width / 2 + MARGIN;
    if (across && Math.abs(placed.y - worldY) <= HALF_HEIGHT) return placed.label;
  }
  return null;
}
