/** A 2D context with the theme's colours and fonts: what drawings of blocks draw with. */
import type { Area } from "./kind.ts";

/** CSS colours and fonts of the page. */
export interface Theme {
  readonly dark: boolean;
  readonly highContrast: boolean;
  readonly foreground: string;
  readonly muted: string;
  readonly line: string;
  readonly ground: string;
  readonly accent: string;
  readonly second: string;
  readonly warning: string;
  readonly token: string;
  readonly font: string;
  readonly monospace: string;
}

export interface Writing {
  readonly size: number;
  readonly colour: string;
  readonly align?: CanvasTextAlign;
  readonly weight?: number;
  readonly mono?: boolean;
  /** Longest extent, in the brush's units; what is longer is cut. */
  readonly room?: number;
}

/** Pixels below which text is not drawn. */
const LEGIBLE = 6;
const ELLIPSIS = "…";
const REMEMBERED = 4000;

const cuts = new Map<string, string>();

export class Brush {
  constructor(
    readonly context: CanvasRenderingContext2D,
    /** Pixels of the canvas in one unit. */
    readonly scale: number,
    readonly theme: Theme,
    /** CSS pixels in one unit. */
    readonly zoom: number = scale,
  ) {}

  isLegible(size: number): boolean {
    return size * this.zoom >= LEGIBLE;
  }

  /** Text with its middle at `y`; left out where it could not be read. */
  text(text: string, x: number, y: number, writing: Writing): void {
    if (text === "" || !this.isLegible(writing.size)) return;
    const { context, theme } = this;
    const family = writing.mono ? theme.monospace : theme.font;
    context.font = `${writing.weight ?? 400} ${writing.size}px ${family}`;
    context.textAlign = writing.align ?? "left";
    context.textBaseline = "middle";
    context.fillStyle = writing.colour;
    context.fillText(this.cut(text, writing), x, y);
  }

  width(text: string, writing: Writing): number {
    const family = writing.mono ? this.theme.monospace : this.theme.font;
    this.context.font = `${writing.weight ?? 400} ${writing.size}px ${family}`;
    return this.context.measureText(text).width;
  }

  fill(area: Area, colour: string): void {
    this.context.fillStyle = colour;
    this.context.fillRect(area.x, area.y, area.width, area.height);
  }

  /** A border of so many CSS pixels. */
  border(area: Area, colour: string, pixels = 1): void {
    const width = pixels / this.zoom;
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.context.strokeRect(area.x, area.y, area.width, area.height);
  }

  line(points: readonly (readonly [number, number])[], colour: string, pixels = 1): void {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = pixels / this.zoom;
    context.beginPath();
    points.forEach(([x, y], index) => {
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.stroke();
  }

  /** Draws inside an area only. */
  clipped(area: Area, draw: () => void): void {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(area.x, area.y, area.width, area.height);
    context.clip();
    draw();
    context.restore();
  }

  private cut(text: string, writing: Writing): string {
    const { room } = writing;
    if (room === undefined) return text;
    const key = `${this.context.font} ${room.toFixed(1)} ${text}`;
    const known = cuts.get(key);
    if (known !== undefined) return known;
    if (cuts.size > REMEMBERED) cuts.clear();
    const cut = this.shortened(text, room);
    cuts.set(key, cut);
    return cut;
  }

  private shortened(text: string, room: number): string {
    const { context } = this;
    if (context.measureText(text).width <= room) return text;
    let length = text.length - 1;
    while (length > 0 && context.measureText(text.slice(0, length) + ELLIPSIS).width > room)
      length--;
    return length === 0 ? "" : text.slice(0, length) + ELLIPSIS;
  }
}
