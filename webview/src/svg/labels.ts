/** The texts of a drawing, placed as `render/labels.ts` places them on the canvas at full size. */
import { GAP, type PlacedLabel } from "../layout/shapes.ts";
import { badgeText, CARD, type Measure, TEXT, type TextStyle, typeText } from "../layout/sizes.ts";
import type { Colour } from "../render/boxes.ts";
import type { Box } from "../render/camera.ts";
import { cssOf, faded, mix } from "../render/colour.ts";
import type { Palette } from "../render/palette.ts";
import { type GraphNode, isPort, ROOT } from "../store/graph.ts";
import { familyOf } from "../store/kinds.ts";
import { escaped, shortened } from "./text.ts";

type Anchor = "start" | "middle" | "end";

interface Place {
  readonly x: number;
  readonly y: number;
  readonly anchor?: Anchor;
}

/** Two decimals are finer than any screen. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export class LabelWriter {
  constructor(
    private readonly palette: Palette,
    private readonly measure: Measure,
  ) {}

  /** All texts of one box. */
  box(node: GraphNode, rect: Box, open: boolean): string[] {
    if (open) return this.title(node, rect);
    if (node.kind === "module" || node.kind === "group") return this.card(node, rect);
    return this.pill(node, rect);
  }

  /** What flows along an edge, at its line; several tensors are listed where the pointer rests. */
  flow({ label, x, y }: PlacedLabel, ground: Colour): string[] {
    const { parts, width, lines } = label;
    const text = parts.map((part) => part.text).join("");
    const box = { x: x - width / 2 - 4, y: y - 7, width: width + 8, height: 14 };
    const written = this.text(text, { x, y: y + 0.5, anchor: "middle" }, TEXT.shape, this.muted);
    const drawn = [plate(box, faded(ground, 0.92), 5), written];
    if (lines.length === 0) return drawn;
    return ["<g>", `<title>${escaped(lines.join("\n"))}</title>`, ...drawn, "</g>"];
  }

  private get muted(): Colour {
    return this.palette.colours.muted;
  }

  private title(node: GraphNode, rect: Box): string[] {
    const room = rect.width - CARD.left - CARD.chevron - CARD.right;
    const name = shortened(node.name, TEXT.title, room, this.measure);
    const [left, middle] = [rect.x + CARD.left - 2, rect.y + GAP.header / 2 + 0.5];
    const found = [
      this.text(name, { x: left, y: middle }, TEXT.title, this.palette.colours.foreground),
    ];
    const used = this.measure(name, TEXT.title) + 8;
    if (used + 30 >= room) return found;
    const type = shortened(typeText(node), TEXT.type, room - used, this.measure);
    return [...found, this.text(type, { x: left + used, y: middle }, TEXT.type, this.muted)];
  }

  private card(node: GraphNode, rect: Box): string[] {
    const badge = node.repeats > 1 ? this.badge(node, rect) : [];
    const taken = badge.length > 0 ? this.measure(badgeText(node), TEXT.badge) + CARD.badge : 0;
    const room = rect.width - CARD.left - CARD.right + 2 - taken;
    const type = shortened(typeText(node), TEXT.type, room, this.measure);
    const name = shortened(node.name, TEXT.name, room, this.measure);
    const [x, middle] = [rect.x + CARD.left, rect.y + rect.height / 2];
    const y = type ? middle - 7.5 : middle;
    const { foreground } = this.palette.colours;
    const below = type ? [this.text(type, { x, y: middle + 9 }, TEXT.type, this.muted)] : [];
    return [...badge, this.text(name, { x, y }, TEXT.name, foreground), ...below];
  }

  private badge(node: GraphNode, rect: Box): string[] {
    const text = badgeText(node);
    const width = this.measure(text, TEXT.badge) + CARD.badge;
    const right = rect.x + rect.width - 6;
    const middle = rect.y + rect.height / 2;
    const family = this.palette.families[familyOf(node)];
    const colour = mix(family, this.palette.colours.foreground, 0.35);
    const box = { x: right - width + 4, y: middle - 9, width: width - 4, height: 18 };
    const place: Place = { x: right - width / 2 + 2, y: middle, anchor: "middle" };
    return [plate(box, faded(family, 0.2), 5), this.text(text, place, TEXT.badge, colour)];
  }

  private pill(node: GraphNode, rect: Box): string[] {
    if (node.name === "") return [];
    const inner = isPort(node) && node.container !== ROOT;
    const style = inner ? TEXT.port : isPort(node) ? TEXT.rootPort : TEXT.operation;
    const text = shortened(node.name, style, rect.width - 8, this.measure);
    const place: Place = {
      x: rect.x + rect.width / 2,
      y: rect.y + rect.height / 2,
      anchor: "middle",
    };
    return [this.text(text, place, style, inner ? this.muted : this.palette.colours.foreground)];
  }

  private text(text: string, place: Place, style: TextStyle, colour: Colour): string {
    const anchor = place.anchor ? ` text-anchor="${place.anchor}"` : "";
    const weight = style.weight === 400 ? "" : ` font-weight="${style.weight}"`;
    // A third of the size below the middle is where the base line of most fonts stands.
    const y = short(place.y + style.size * 0.35);
    const font = `font-size="${style.size}"${weight}${anchor}`;
    return `<text x="${short(place.x)}" y="${y}" ${font} fill="${cssOf(colour)}">${escaped(text)}</text>`;
  }
}

function plate({ x, y, width, height }: Box, fill: Colour, radius: number): string {
  const size = `width="${short(width)}" height="${short(height)}"`;
  return `<rect x="${short(x)}" y="${short(y)}" ${size} rx="${radius}" fill="${cssOf(fill)}"/>`;
}
