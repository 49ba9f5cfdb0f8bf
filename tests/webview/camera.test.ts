import { describe, expect, test } from "vitest";
import {
  anchored,
  between,
  type Camera,
  cameraAt,
  fitted,
  framed,
  LEGIBLE,
  onScreen,
  placeOf,
  revealed,
  worldPoint,
  zoomed,
} from "../../webview/src/render/camera.ts";
import { isNotched, wheelFactor } from "../../webview/src/ui/gestures.ts";

const CAMERA: Camera = { scale: 0.8, x: 40, y: -30 };
const VIEW = { width: 800, height: 600 };

describe("the camera", () => {
  test("zooms to the cursor: what is under it stays there", () => {
    const before = worldPoint(CAMERA, 333, 222);
    const after = worldPoint(zoomed(CAMERA, 1.7, 333, 222), 333, 222);
    expect(after[0]).toBeCloseTo(before[0]);
    expect(after[1]).toBeCloseTo(before[1]);
  });

  test("finds a node's place again, from the middle of a view of another size", () => {
    const box = { x: 100, y: 200, width: 80, height: 40 };
    const moved = { ...box, x: 900, y: -50 };
    const other = { width: 500, height: 700 };
    const there = onScreen(cameraAt(placeOf(CAMERA, box, VIEW), moved, other), moved);
    const before = onScreen(CAMERA, box);
    expect(there.x - other.width / 2).toBeCloseTo(before.x - VIEW.width / 2);
    expect(there.y - other.height / 2).toBeCloseTo(before.y - VIEW.height / 2);
    expect(there.width).toBeCloseTo(before.width);
  });

  test("keeps an unfolded node's place on the screen", () => {
    const before = { x: 100, y: 200, width: 80, height: 40 };
    const after = { x: 20, y: 260, width: 400, height: 900 };
    const camera = anchored(CAMERA, before, after);
    const [old, now] = [onScreen(CAMERA, before), onScreen(camera, after)];
    expect(now.y).toBeCloseTo(old.y);
    expect(now.x + now.width / 2).toBeCloseTo(old.x + old.width / 2);
    expect(camera.scale).toBe(CAMERA.scale);
  });

  test("fits everything into the view and blows nothing up", () => {
    const wide = onScreen(fitted({ x: -50, y: 9, width: 4000, height: 100 }, VIEW, 20), {
      x: -50,
      y: 9,
      width: 4000,
      height: 100,
    });
    expect(wide.x).toBeCloseTo(20);
    expect(wide.width).toBeCloseTo(760);
    expect(fitted({ x: 0, y: 0, width: 10, height: 10 }, VIEW, 20).scale).toBeLessThanOrEqual(1.25);
  });

  test("moves no further than needed to show a box", () => {
    const seen = { x: 100, y: 100, width: 50, height: 50 };
    expect(revealed(CAMERA, seen, VIEW, 10)).toEqual(CAMERA);
    const right = { x: 2000, y: 100, width: 50, height: 50 };
    const place = onScreen(revealed(CAMERA, right, VIEW, 10), right);
    expect(place.x + place.width).toBeCloseTo(790);
  });

  test("first shows all where that can be read, else the top where it can be", () => {
    const start = { x: 400, y: 0, width: 100, height: 30 };
    const small = { x: 0, y: 0, width: 900, height: 700 };
    expect(framed(small, start, VIEW, 20)).toEqual(fitted(small, VIEW, 20));
    const tall = { x: 0, y: 0, width: 900, height: 9000 };
    const camera = framed(tall, start, VIEW, 20);
    expect(camera.scale).toBe(LEGIBLE);
    expect(onScreen(camera, tall).y).toBeCloseTo(20);
    const place = onScreen(camera, start);
    expect(place.x + place.width / 2).toBeCloseTo(VIEW.width / 2);
  });

  test("shows the top of a box that is too large, and makes nothing illegible", () => {
    const large = { x: 0, y: 300, width: 700, height: 5000 };
    const camera = revealed(CAMERA, large, VIEW, 20);
    expect(camera.scale).toBe(LEGIBLE);
    expect(onScreen(camera, large).y).toBeCloseTo(20);
    expect(revealed({ ...CAMERA, scale: 0.2 }, large, VIEW, 20).scale).toBe(0.2);
  });

  test("glides from one place to the other", () => {
    const to = { scale: 2, x: 0, y: 10 };
    expect(between(CAMERA, to, 0)).toEqual(CAMERA);
    expect(between(CAMERA, to, 1).x).toBeCloseTo(to.x);
    expect(between(CAMERA, to, 0.5).scale).toBeCloseTo(Math.sqrt(1.6));
  });
});

describe("the wheel", () => {
  test("with notches zooms, a trackpad's smooth one pans", () => {
    expect(isNotched({ deltaMode: 0, deltaX: 0, deltaY: 120 })).toBe(true);
    expect(isNotched({ deltaMode: 1, deltaX: 0, deltaY: 3 })).toBe(true);
    expect(isNotched({ deltaMode: 0, deltaX: 0, deltaY: 3.5 })).toBe(false);
    expect(isNotched({ deltaMode: 0, deltaX: 12, deltaY: 80 })).toBe(false);
  });

  test("zooms in upwards and is never violent", () => {
    expect(wheelFactor(-120, false)).toBeGreaterThan(1);
    expect(wheelFactor(5000, false)).toBeGreaterThan(0.5);
  });
});
