/** Text of the graph on a 2D canvas above the WebGL one: only what can be read is drawn. */

import { GAP, type PlacedLabel } from "../layout/shapes.ts";
import { badgeText, CARD, type Measure, TEXT, type TextStyle, typeText } from "../layout/sizes.ts";
import { type GraphNode, isPort, ROOT } from "../store/graph.ts";
import { familyOf } from "../store/kinds.ts";
import type { Colour } from "./boxes.ts";
import type { Box, Camera } from "./camera.ts";
import { cssOf, faded, mix } from "./colour.ts";
import type { Palette } from "./palette.ts";

/** Pixels below which text is not drawn, and that names grow to while there is room in the box. */
const LEGIBLE = 6.2;
const GROWN = 8;
/** The name of a container whose title cannot be read, and how large it must be on the screen. */
const FAR = { style: { size: 10.5, weight: 600 }, width: 64, height: 44 } as const;
const ELLIPSIS = "…";

/** Measures text in the page's font; what was measured is kept. */
export function textMeasure(font: () => string): Measure {
  const context = document.createElement("canvas").getContext("2d");
  const known = new Map<string, number>();
  return (text, style) => {
    const key = `${style.weight} ${style.size}px ${font()}`;
    const full = `${key}|${text}`;
    const width = known.get(full);
    if (width !== undefined || !context) return width ?? text.length * style.size * 0.6;
    context.font = key;
    const measured = context.measureText(text).width;
    known.set(full, measured);
    return measured;
  };
}

export class LabelPainter {
  private camera: Camera = { scale: 1, x: 0, y: 0 };
  private palette: Palette | null = null;
  private font = "";
  private fill = "";
  private taken: Box[] = [];
  private readonly cut = new Map<string, string>();

  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly measure: Measure,
  ) {}

  begin(camera: Camera, palette: Palette, ratio: number): void {
    const { context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    const scale = camera.scale * ratio;
    context.setTransform(scale, 0, 0, scale, camera.x * ratio, camera.y * ratio);
    context.textBaseline = "middle";
    this.camera = camera;
    this.palette = palette;
    this.font = "";
    this.fill = "";
    this.taken = [];
  }

  /** The text of one box; `alpha` while it fades in. */
  box(node: GraphNode, rect: Box, open: boolean, alpha: number): void {
    if (alpha < 0.05 || !this.palette) return;
    this.context.globalAlpha = alpha;
    if (open) this.title(node, rect);
    else if (node.kind === "module" || node.kind === "group") this.card(node, rect);
    else this.pill(node, rect);
    this.context.globalAlpha = 1;
  }

  /** What flows along an edge, at its line. */
  flow({ label, x, y }: PlacedLabel, ground: Colour): void {
    const { palette } = this;
    if (!palette || !this.legible(TEXT.shape)) return;
    const { parts, width } = label;
    const box = { x: x - width / 2 - 4, y: y - 7, width: width + 8, height: 14 };
    if (this.taken.some((other) => overlaps(box, other))) return;
    this.taken.push(box);
    this.backdrop(box, ground);
    let left = x - width / 2;
    for (const { text, isToken } of parts) {
      const colour = isToken ? palette.colours.token : palette.colours.muted;
      this.write(text, left, y + 0.5, TEXT.shape, colour, "left");
      left += this.measure(text, TEXT.shape);
    }
  }

  private backdrop(box: Box, ground: Colour, radius = 5): void {
    this.setFill(cssOf(faded(ground, 0.92)));
    this.context.beginPath();
    this.context.roundRect(box.x, box.y, box.width, box.height, radius);
    this.context.fill();
  }

  private legible(style: TextStyle): boolean {
    return style.size * this.camera.scale >= LEGIBLE;
  }

  /** The style, larger in the world while the view is far away; null if the box has no room. */
  private grown(style: TextStyle, text: string, most: number, room: number): TextStyle | null {
    const { scale } = this.camera;
    const wanted = GROWN / scale;
    if (wanted <= style.size) return style;
    if (most * scale < LEGIBLE) return null;
    const fitting = (style.size * room) / Math.max(1, this.measure(text, style));
    const size = Math.max(Math.min(wanted, fitting), LEGIBLE / scale);
    return { ...style, size: Math.round(Math.min(size, most) * 2) / 2 };
  }

  private title(node: GraphNode, rect: Box): void {
    const room = rect.width - CARD.left - CARD.chevron - CARD.right;
    const style = this.grown(TEXT.title, node.name, GAP.header * 0.7, room);
    if (!style) this.farTitle(node, rect);
    if (!style || !this.palette) return;
    const { foreground, muted } = this.palette.colours;
    const middle = rect.y + GAP.header / 2 + 0.5;
    const left = rect.x + CARD.left - 2;
    const name = this.shortened(node.name, style, room);
    this.write(name, left, middle, style, foreground, "left");
    const used = this.measure(name, style) + 8;
    if (used + 30 < room && this.legible(TEXT.type)) {
      const type = this.shortened(typeText(node), TEXT.type, room - used);
      this.write(type, left + used, middle + 0.5, TEXT.type, muted, "left");
    }
    this.chevron(rect.x + rect.width - 17, middle, true);
  }

  /** From far away a large container keeps its name, on a plate of the same size at every zoom. */
  private farTitle(node: GraphNode, rect: Box): void {
    const { palette } = this;
    const unit = 1 / this.camera.scale;
    if (!palette || rect.width < FAR.width * unit || rect.height < FAR.height * unit) return;
    const width = this.measure(node.name, FAR.style) * unit;
    const box = {
      x: rect.x + 4 * unit,
      y: rect.y + 4 * unit,
      width: width + 10 * unit,
      height: 16 * unit,
    };
    if (box.width > rect.width - 8 * unit || this.taken.some((other) => overlaps(box, other)))
      return;
    this.taken.push(box);
    this.backdrop(box, palette.colours.card, 4 * unit);
    const style = { ...FAR.style, size: FAR.style.size * unit };
    const middle = box.y + box.height / 2 + unit / 2;
    this.write(node.name, box.x + 5 * unit, middle, style, palette.colours.foreground, "left");
  }

  private card(node: GraphNode, rect: Box): void {
    const { palette } = this;
    const small = !this.legible(TEXT.type);
    const left = rect.x + (small ? CARD.right : CARD.left);
    const chevron = node.expandable && !small ? CARD.chevron : 0;
    const badge = node.repeats > 1 ? this.badge(node, rect) : 0;
    const room = rect.width - (small ? CARD.left : CARD.left + CARD.right - 2) - chevron - badge;
    const style = small ? this.grown(TEXT.name, node.name, rect.height * 0.6, room) : TEXT.name;
    if (!palette || !style) return;
    const type = small ? "" : typeText(node);
    const middle = rect.y + rect.height / 2;
    const name = this.shortened(node.name, style, room);
    const { foreground, muted } = palette.colours;
    this.write(name, left, type ? middle - 7.5 : middle + 0.5, style, foreground, "left");
    if (type) {
      const text = this.shortened(type, TEXT.type, room);
      this.write(text, left, middle + 9, TEXT.type, muted, "left");
    }
    if (chevron > 0) this.chevron(rect.x + rect.width - 17, middle, false);
  }

  /** `× 12` in the family's colour; returns the room it takes. */
  private badge(node: GraphNode, rect: Box): number {
    const { palette } = this;
    const text = badgeText(node);
    const style = this.grown(TEXT.badge, text, 16, 40) ?? TEXT.badge;
    const width = this.measure(text, style) + CARD.badge;
    if (!palette || !this.legible(style)) return width;
    const right = rect.x + rect.width - CARD.right - CARD.chevron + 6;
    const middle = rect.y + rect.height / 2;
    const family = palette.families[familyOf(node)];
    this.backdrop(
      { x: right - width + 4, y: middle - 9, width: width - 4, height: 18 },
      faded(family, 0.2),
    );
    const colour = mix(family, palette.colours.foreground, 0.35);
    this.write(text, right - width / 2 + 2, middle + 0.5, style, colour, "center");
    return width;
  }

  private pill(node: GraphNode, rect: Box): void {
    const { palette } = this;
    const inner = isPort(node) && node.container !== ROOT;
    const natural = inner ? TEXT.port : isPort(node) ? TEXT.rootPort : TEXT.operation;
    const chevron = node.expandable ? CARD.chevron : 0;
    const room = rect.width - chevron - (this.legible(natural) ? 8 : 4);
    const style = this.grown(natural, node.name, rect.height * 0.7, room);
    if (!palette || !style || node.name === "") return;
    const { foreground, muted } = palette.colours;
    const text = this.shortened(node.name, style, room);
    const middle = rect.y + rect.height / 2;
    const x = rect.x + (rect.width - chevron) / 2;
    this.write(text, x, middle + 0.5, style, inner ? muted : foreground, "center");
    if (chevron > 0) this.chevron(rect.x + rect.width - 15, middle, false);
  }

  private chevron(x: number, y: number, open: boolean): void {
    const { context, palette } = this;
    if (!palette || this.camera.scale < 0.4) return;
    context.strokeStyle = cssOf(palette.colours.muted);
    context.lineWidth = 1.6;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    const [dx, dy] = open ? [4, 2] : [2, 4];
    context.moveTo(x - dx, y - dy);
    context.lineTo(x + (open ? 0 : dx), y + (open ? dy : 0));
    context.lineTo(x + (open ? dx : -dx), y + (open ? -dy : dy));
    context.stroke();
  }

  private write(
    text: string,
    x: number,
    y: number,
    style: TextStyle,
    colour: Colour,
    align: CanvasTextAlign,
  ): void {
    const font = `${style.weight} ${style.size}px ${this.palette?.font ?? "sans-serif"}`;
    if (font !== this.font) this.context.font = this.font = font;
    this.setFill(cssOf(colour));
    this.context.textAlign = align;
    this.context.fillText(text, x, y);
  }

  private setFill(fill: string): void {
    if (fill !== this.fill) this.context.fillStyle = this.fill = fill;
  }

  /** The text, cut to a width; what was cut is kept. */
  private shortened(text: string, style: TextStyle, width: number): string {
    if (this.measure(text, style) <= width) return text;
    const key = `${style.size} ${Math.round(width)} ${text}`;
    const known = this.cut.get(key);
    if (known !== undefined) return known;
    let length = text.length - 1;
    while (length > 1 && this.measure(text.slice(0, length) + ELLIPSIS, style) > width) length--;
    const cut = text.slice(0, length) + ELLIPSIS;
    this.cut.set(key, cut);
    return cut;
  }
}

function overlaps(a: Box, b: Box): boolean {
  const apart = a.x + a.width < b.x || b.x + b.width < a.x;
  return !apart && a.y < b.y + b.height && b.y < a.y + a.height;
}
