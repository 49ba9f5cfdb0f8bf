/**
 * The brush on a canvas. Pixels are kept as small bitmaps, one pixel a cell, which the canvas scales:
 * sharp squares from near, smoothed from afar.
 */
import { Brush, type Point, type Theme, type Writing } from "./brush.ts";
import type { Area } from "./kind.ts";
import type { Pixels } from "./pixels.ts";

/** The whole bitmap, then each half as wide and high as the one before. */
const bitmaps = new WeakMap<Pixels, ImageBitmap[]>();

function wholeOf(pixels: Pixels): ImageBitmap | null {
  if (pixels.width * pixels.height === 0) return null;
  const canvas = new OffscreenCanvas(pixels.width, pixels.height);
  const image = new ImageData(pixels.paint(), pixels.width, pixels.height);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  // A bitmap never changes: the browser keeps it as it draws it, a canvas is copied for each frame.
  return canvas.transferToImageBitmap();
}

/** Half as wide and high, each pixel the mean of four. */
function halved(bitmap: ImageBitmap): ImageBitmap | null {
  const canvas = new OffscreenCanvas(Math.ceil(bitmap.width / 2), Math.ceil(bitmap.height / 2));
  const context = canvas.getContext("2d");
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return context && canvas.transferToImageBitmap();
}

/** Halved so often; the browser would reduce every bitmap anew for each frame. */
function bitmapOf(pixels: Pixels, level: number): ImageBitmap | null {
  const known = bitmaps.get(pixels) ?? [];
  bitmaps.set(pixels, known);
  while (known.length <= level) {
    const last = known.at(-1);
    const next = last ? halved(last) : wholeOf(pixels);
    if (!next) return null;
    known.push(next);
  }
  return known[level] ?? null;
}

export class CanvasBrush extends Brush {
  constructor(
    readonly context: CanvasRenderingContext2D,
    scale: number,
    theme: Theme,
    zoom: number = scale,
  ) {
    super(theme, scale, zoom);
  }

  width(text: string, writing: Writing): number {
    this.context.font = this.fontOf(writing);
    return this.context.measureText(text).width;
  }

  fill(area: Area, colour: string): void {
    this.context.fillStyle = colour;
    this.context.fillRect(area.x, area.y, area.width, area.height);
  }

  card(area: Area, radius: number, fill: string, border: string): void {
    const { context } = this;
    context.fillStyle = fill;
    context.beginPath();
    context.roundRect(area.x, area.y, area.width, area.height, radius);
    context.fill();
    context.strokeStyle = border;
    context.lineWidth = 1 / this.zoom;
    context.stroke();
  }

  dot(x: number, y: number, pixels: number, colour: string): void {
    this.context.fillStyle = colour;
    this.context.beginPath();
    this.context.arc(x, y, pixels / this.zoom, 0, 2 * Math.PI);
    this.context.fill();
  }

  image(pixels: Pixels, area: Area, sharpFrom = 1): void {
    const across = (area.width * this.scale) / pixels.width;
    const down = (area.height * this.scale) / pixels.height;
    // No more than about two pixels of the bitmap fall on one of the canvas.
    const level = Math.max(0, Math.floor(-Math.log2(Math.min(across, down))));
    const bitmap = bitmapOf(pixels, Number.isFinite(level) ? level : 0);
    if (!bitmap) return;
    this.context.imageSmoothingEnabled = Math.min(across, down) < sharpFrom;
    this.context.imageSmoothingQuality = "low";
    this.context.drawImage(bitmap, area.x, area.y, area.width, area.height);
  }

  clipped(area: Area, draw: () => void): void {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(area.x, area.y, area.width, area.height);
    context.clip();
    draw();
    context.restore();
  }

  faded(share: number, draw: () => void): void {
    const before = this.context.globalAlpha;
    this.context.globalAlpha = before * share;
    draw();
    this.context.globalAlpha = before;
  }

  turned(x: number, y: number, angle: number, draw: () => void): void {
    this.context.save();
    this.context.translate(x, y);
    this.context.rotate(angle);
    draw();
    this.context.restore();
  }

  isOutside(area: Area): boolean {
    const { a, d, e, f } = this.context.getTransform();
    const { width, height } = this.context.canvas;
    const outsideX = (area.x + area.width) * a + e < 0 || area.x * a + e > width;
    return outsideX || (area.y + area.height) * d + f < 0 || area.y * d + f > height;
  }

  protected outline(area: Area, colour: string, width: number): void {
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.context.strokeRect(area.x, area.y, area.width, area.height);
  }

  protected path(points: readonly Point[], colour: string, width: number): void {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    points.forEach(([x, y], index) => {
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.stroke();
  }

  protected write(text: string, x: number, y: number, writing: Writing): void {
    const { context } = this;
    context.font = this.fontOf(writing);
    context.textAlign = writing.align ?? "left";
    context.textBaseline = "middle";
    context.fillStyle = writing.colour;
    context.fillText(text, x, y);
  }
}
