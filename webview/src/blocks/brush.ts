/**
 * What drawings of blocks draw with: the theme's colours and fonts, text where it can be read, and a
 * few shapes. On a canvas it is `canvas.ts`, in a saved picture `svg/brush.ts`.
 */
import type { Area } from "./kind.ts";
import type { Pixels } from "./pixels.ts";

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

export type Point = readonly [number, number];

export abstract class Brush {
  constructor(
    readonly theme: Theme,
    /** Pixels of the picture in one unit. */
    readonly scale: number,
    /** CSS pixels in one unit. */
    readonly zoom: number,
  ) {}

  abstract fill(area: Area, colour: string): void;
  /** A rounded surface with a border of one CSS pixel. */
  abstract card(area: Area, radius: number, fill: string, border: string): void;
  /** A disc of so many CSS pixels to each side of its middle. */
  abstract dot(x: number, y: number, pixels: number, colour: string): void;
  /** Colours scaled into an area; as sharp squares where one covers so many pixels or more. */
  abstract image(pixels: Pixels, area: Area, sharpFrom?: number): void;
  /** Draws inside an area only. */
  abstract clipped(area: Area, draw: () => void): void;
  /** Draws with a share of the strength. */
  abstract faded(share: number, draw: () => void): void;
  /** Draws around another origin, turned by an angle. */
  abstract turned(x: number, y: number, angle: number, draw: () => void): void;
  /** Whether nothing of an area can be seen. */
  abstract isOutside(area: Area): boolean;
  abstract width(text: string, writing: Writing): number;

  protected abstract outline(area: Area, colour: string, width: number): void;
  protected abstract path(points: readonly Point[], colour: string, width: number): void;
  protected abstract write(text: string, x: number, y: number, writing: Writing): void;

  isLegible(size: number): boolean {
    return size * this.zoom >= LEGIBLE;
  }

  /** Text with its middle at `y`; left out where it could not be read. */
  text(text: string, x: number, y: number, writing: Writing): void {
    if (text === "" || !this.isLegible(writing.size)) return;
    const cut = this.cut(text, writing);
    if (cut !== "") this.write(cut, x, y, writing);
  }

  /** A border of so many CSS pixels. */
  border(area: Area, colour: string, pixels = 1): void {
    this.outline(area, colour, pixels / this.zoom);
  }

  line(points: readonly Point[], colour: string, pixels = 1): void {
    this.path(points, colour, pixels / this.zoom);
  }

  protected fontOf({ weight = 400, size, mono = false }: Writing): string {
    return `${weight} ${size}px ${mono ? this.theme.monospace : this.theme.font}`;
  }

  private cut(text: string, writing: Writing): string {
    const { room } = writing;
    if (room === undefined) return text;
    const key = `${this.fontOf(writing)} ${room.toFixed(1)} ${text}`;
    const known = cuts.get(key);
    if (known !== undefined) return known;
    if (cuts.size > REMEMBERED) cuts.clear();
    const cut = this.shortened(text, room, writing);
    cuts.set(key, cut);
    return cut;
  }

  private shortened(text: string, room: number, writing: Writing): string {
    if (this.width(text, writing) <= room) return text;
    let length = text.length - 1;
    while (length > 0 && this.width(text.slice(0, length) + ELLIPSIS, writing) > room) length--;
    return length === 0 ? "" : text.slice(0, length) + ELLIPSIS;
  }
}
