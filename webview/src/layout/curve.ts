/** Builds one smooth line as a polyline: runs straight down, bends between, round corners. Pure. */

const STEPS = 14;
const CORNER = 8;
const CORNER_STEPS = 5;

export class Curve {
  readonly points: number[] = [];
  private x = 0;
  private y = 0;

  constructor(x: number, y: number) {
    this.push(x, y);
  }

  /** Goes on to a point, leaving and arriving vertically. */
  bendTo(x: number, y: number): void {
    if (Math.abs(x - this.x) < 0.5) {
      this.push(x, y);
      return;
    }
    const { x: x0, y: y0 } = this;
    const middle = (y0 + y) / 2;
    for (let step = 1; step <= STEPS; step++) {
      const t = step / STEPS;
      const u = 1 - t;
      const near = 3 * u * u * t;
      const far = 3 * u * t * t;
      const px = (u * u * u + near) * x0 + (far + t * t * t) * x;
      const py = u * u * u * y0 + (near + far) * middle + t * t * t * y;
      this.push(px, py);
    }
  }

  lineTo(x: number, y: number): void {
    if (x !== this.x || y !== this.y) this.push(x, y);
  }

  /** Goes through corners at right angles, each one rounded; the last point is reached. */
  corners(stops: readonly (readonly [number, number])[]): void {
    stops.forEach(([x, y], index) => {
      const next = stops[index + 1];
      if (next) this.corner([x, y], next);
      else this.lineTo(x, y);
    });
  }

  private corner([x, y]: readonly [number, number], next: readonly [number, number]): void {
    const before = towards(x, y, this.x, this.y);
    const after = towards(x, y, next[0], next[1]);
    this.lineTo(before[0], before[1]);
    for (let step = 1; step <= CORNER_STEPS; step++) {
      const t = step / CORNER_STEPS;
      const u = 1 - t;
      const px = u * u * before[0] + 2 * u * t * x + t * t * after[0];
      const py = u * u * before[1] + 2 * u * t * y + t * t * after[1];
      this.push(px, py);
    }
  }

  private push(x: number, y: number): void {
    this.points.push(x, y);
    this.x = x;
    this.y = y;
  }
}

/** The point on the way from a corner to another point where the rounding begins. */
function towards(x: number, y: number, toX: number, toY: number): [number, number] {
  const length = Math.hypot(toX - x, toY - y);
  if (length === 0) return [x, y];
  const reach = Math.min(CORNER, length / 2) / length;
  return [x + (toX - x) * reach, y + (toY - y) * reach];
}
