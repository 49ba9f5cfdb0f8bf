/** The brush as SVG elements: blocks in a saved picture, drawn by the same code as on the canvas. */
import { Brush, type Point, type Theme, type Writing } from "../blocks/brush.ts";
import type { Area } from "../blocks/kind.ts";
import type { Pixels } from "../blocks/pixels.ts";
import type { Measure } from "../layout/sizes.ts";
import { short } from "./labels.ts";
import { pngAddress } from "./png.ts";
import { escaped } from "./text.ts";

/** Pixels for each unit, as pictures are painted from a drawing. */
const SCALE = 2;
const ANCHORS: Readonly<Record<string, string>> = { right: "end", end: "end", center: "middle" };
/** Browsers read the style, other renderers the attribute. */
const SHARP = ' image-rendering="optimizeSpeed" style="image-rendering:pixelated"';
/** A share of the size below the middle is where the base line of most fonts stands. */
const BASE_LINE = 0.35;

function placeOf({ x, y, width, height }: Area): string {
  return `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
}

export class SvgBrush extends Brush {
  readonly elements: string[] = [];

  constructor(
    theme: Theme,
    private readonly measure: Measure,
  ) {
    super(theme, SCALE, 1);
  }

  width(text: string, { size, weight = 400 }: Writing): number {
    return this.measure(text, { size, weight });
  }

  fill(area: Area, colour: string): void {
    if (area.width <= 0 || area.height <= 0) return;
    this.elements.push(`<rect ${placeOf(area)} fill="${colour}"/>`);
  }

  card(area: Area, radius: number, fill: string, border: string): void {
    const look = `rx="${radius}" fill="${fill}" stroke="${border}"`;
    this.elements.push(`<rect ${placeOf(area)} ${look}/>`);
  }

  dot(x: number, y: number, pixels: number, colour: string): void {
    const place = `cx="${short(x)}" cy="${short(y)}" r="${pixels}"`;
    this.elements.push(`<circle ${place} fill="${colour}"/>`);
  }

  image(pixels: Pixels, area: Area, sharpFrom = 1): void {
    const across = (area.width * SCALE) / pixels.width;
    const down = (area.height * SCALE) / pixels.height;
    const sharp = Math.min(across, down) >= sharpFrom ? SHARP : "";
    const address = pngAddress(pixels, { width: area.width * SCALE, height: area.height * SCALE });
    const look = `preserveAspectRatio="none"${sharp}`;
    this.elements.push(`<image ${placeOf(area)} ${look} href="${address}"/>`);
  }

  /** An inner picture cuts off what reaches over it, and needs no name as a clip path does. */
  clipped(area: Area, draw: () => void): void {
    if (area.width <= 0 || area.height <= 0) return;
    const { x, y, width, height } = area;
    const view = [x, y, width, height].map(short).join(" ");
    this.elements.push(`<svg ${placeOf(area)} viewBox="${view}" preserveAspectRatio="none">`);
    draw();
    this.elements.push("</svg>");
  }

  faded(share: number, draw: () => void): void {
    this.group(share === 1 ? "" : ` opacity="${share}"`, draw);
  }

  turned(x: number, y: number, angle: number, draw: () => void): void {
    const degrees = short((angle * 180) / Math.PI);
    this.group(` transform="translate(${short(x)} ${short(y)}) rotate(${degrees})"`, draw);
  }

  isOutside(): boolean {
    return false;
  }

  protected outline(area: Area, colour: string, width: number): void {
    const look = `fill="none" stroke="${colour}" stroke-width="${short(width)}"`;
    this.elements.push(`<rect ${placeOf(area)} ${look}/>`);
  }

  protected path(points: readonly Point[], colour: string, width: number): void {
    if (points.length === 0) return;
    const pairs = points.map(([x, y]) => `${short(x)} ${short(y)}`).join("L");
    const look = `fill="none" stroke="${colour}" stroke-width="${short(width)}"`;
    this.elements.push(`<path d="M${pairs}" ${look}/>`);
  }

  protected write(text: string, x: number, y: number, writing: Writing): void {
    const { size, weight = 400, colour, align = "left", mono = false } = writing;
    const anchor = ANCHORS[align];
    const look = [
      `font-size="${short(size)}"`,
      ...(weight === 400 ? [] : [`font-weight="${weight}"`]),
      ...(anchor ? [`text-anchor="${anchor}"`] : []),
      ...(mono ? [`font-family="${escaped(this.theme.monospace)}"`] : []),
    ].join(" ");
    const place = `x="${short(x)}" y="${short(y + size * BASE_LINE)}"`;
    this.elements.push(`<text ${place} ${look} fill="${colour}">${escaped(text)}</text>`);
  }

  private group(look: string, draw: () => void): void {
    this.elements.push(`<g${look}>`);
    draw();
    this.elements.push("</g>");
  }
}
