/** Where the view looks: world to screen and back, zoom to a point, fit. Pure; CSS pixels. */

export interface Camera {
  /** Pixels a world unit. */
  readonly scale: number;
  /** Screen place of the world's origin. */
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

const SMALLEST = 0.004;
const LARGEST = 4;
const LARGEST_FIT = 1.25;
/** Below this scale names cannot be read: nothing but the user goes there. */
export const LEGIBLE = 0.65;

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export function panned(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy };
}

/** Zooms so that what is under the screen point stays there. */
export function zoomed(camera: Camera, factor: number, x: number, y: number): Camera {
  const scale = within(camera.scale * factor, SMALLEST, LARGEST);
  const ratio = scale / camera.scale;
  return { scale, x: x - (x - camera.x) * ratio, y: y - (y - camera.y) * ratio };
}

/** Shows all of a world box in the middle of the view, never blown up. */
export function fitted(box: Box, view: Size, margin: number): Camera {
  const wide = Math.max(1, view.width - 2 * margin) / Math.max(1, box.width);
  const high = Math.max(1, view.height - 2 * margin) / Math.max(1, box.height);
  const scale = within(Math.min(wide, high), SMALLEST, LARGEST_FIT);
  return {
    scale,
    x: (view.width - box.width * scale) / 2 - box.x * scale,
    y: (view.height - box.height * scale) / 2 - box.y * scale,
  };
}

/** Shows all of a box where it can be read so, else its top at the least scale that can be read. */
export function framed(box: Box, start: Box, view: Size, margin: number): Camera {
  const whole = fitted(box, view, margin);
  if (whole.scale >= LEGIBLE) return whole;
  const { x } = centred(start, LEGIBLE, view);
  const low = view.width - margin - (box.x + box.width) * LEGIBLE;
  const high = margin - box.x * LEGIBLE;
  const free = low > high ? (low + high) / 2 : within(x, low, high);
  const above = Math.max(margin, (view.height - box.height * LEGIBLE) / 2);
  return { scale: LEGIBLE, x: free, y: above - box.y * LEGIBLE };
}

/** Shows the middle of a box in the middle of the view. */
export function centred(box: Box, scale: number, view: Size): Camera {
  const x = view.width / 2 - (box.x + box.width / 2) * scale;
  return { scale, x, y: view.height / 2 - (box.y + box.height / 2) * scale };
}

/** The camera under which a box that moved in the world stays where it was on the screen. */
export function anchored(camera: Camera, before: Box, after: Box): Camera {
  const dx = (before.x + before.width / 2 - after.x - after.width / 2) * camera.scale;
  return panned(camera, dx, (before.y - after.y) * camera.scale);
}

/** Where a box stands, seen from the middle of the view. */
export function placeOf({ scale, x, y }: Camera, box: Box, view: Size): Camera {
  return { scale, x: box.x * scale + x - view.width / 2, y: box.y * scale + y - view.height / 2 };
}

/** The camera under which a box stands so again, in a view that may have another size. */
export function cameraAt({ scale, x, y }: Camera, box: Box, view: Size): Camera {
  return { scale, x: view.width / 2 + x - box.x * scale, y: view.height / 2 + y - box.y * scale };
}

export function onScreen(camera: Camera, box: Box): Box {
  return {
    x: box.x * camera.scale + camera.x,
    y: box.y * camera.scale + camera.y,
    width: box.width * camera.scale,
    height: box.height * camera.scale,
  };
}

export function worldPoint(camera: Camera, x: number, y: number): [number, number] {
  return [(x - camera.x) / camera.scale, (y - camera.y) / camera.scale];
}

/**
 * Moves as little as needed to bring a box into the view. One that is too large is made smaller as
 * long as it can be read; after that its top is what is shown.
 */
export function revealed(camera: Camera, box: Box, view: Size, margin: number): Camera {
  const place = onScreen(camera, box);
  const room = { width: view.width - 2 * margin, height: view.height - 2 * margin };
  if (place.width > room.width || place.height > room.height) {
    return revealedLarge(camera, box, view, margin);
  }
  return panned(
    camera,
    shiftInto(place.x, place.width, view.width, margin),
    shiftInto(place.y, place.height, view.height, margin),
  );
}

function revealedLarge(camera: Camera, box: Box, view: Size, margin: number): Camera {
  const whole = fitted(box, view, margin);
  const scale = Math.min(camera.scale, Math.max(whole.scale, LEGIBLE));
  const middle = centred(box, scale, view);
  return { ...middle, y: Math.max(middle.y, margin - box.y * scale) };
}

function shiftInto(start: number, length: number, room: number, margin: number): number {
  if (start < margin) return margin - start;
  const over = start + length - (room - margin);
  return over > 0 ? -over : 0;
}

/** Between two cameras; the scale changes evenly to the eye. */
export function between(from: Camera, to: Camera, t: number): Camera {
  const mix = (a: number, b: number) => a + (b - a) * t;
  if (Math.abs(from.scale - to.scale) < 1e-6) {
    return { scale: to.scale, x: mix(from.x, to.x), y: mix(from.y, to.y) };
  }
  const scale = from.scale * (to.scale / from.scale) ** t;
  const share = (scale - from.scale) / (to.scale - from.scale);
  return { scale, x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
