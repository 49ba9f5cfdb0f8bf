/** How a node and an edge look: theme, kind and state become a style. Pure. */

import { GAP } from "../layout/shapes.ts";
import { type GraphNode, ROOT } from "../store/graph.ts";
import { familyOf } from "../store/kinds.ts";
import type { NodeMarks } from "../store/marks.ts";
import type { NodeState } from "../store/runs.ts";
import type { BoxStyle, Colour } from "./boxes.ts";
import type { Box } from "./camera.ts";
import { faded, mix } from "./colour.ts";
import type { LineStyle } from "./lines.ts";
import type { Palette } from "./palette.ts";

export interface Mark {
  readonly state: NodeState;
  readonly open: boolean;
  readonly depth: number;
  readonly selected: boolean;
  readonly focused: boolean;
  readonly hovered: boolean;
  /** Another place of an instance that is selected or under the pointer. */
  readonly together: boolean;
  readonly marks: NodeMarks | null;
}

const DIMMED = 0.42;

function isDim(node: GraphNode, state: NodeState): boolean {
  if (state === "skipped") return true;
  return node.kind === "module" && node.calls === 0 && state === "idle";
}

/** The ground on which the inside of a container at this depth stands. */
export function groundOf(depth: number, palette: Palette): Colour {
  const { background, tint } = palette.colours;
  if (palette.highContrast) return background;
  return mix(background, tint, Math.min(0.14, depth * 0.035));
}

function fillOf(node: GraphNode, mark: Mark, palette: Palette): Colour {
  const { card, running, failed } = palette.colours;
  const isPlainPort = (node.kind === "input" || node.kind === "output") && node.container !== ROOT;
  const ground = groundOf(mark.depth + (mark.open ? 1 : 0), palette);
  const base = mark.open || isPlainPort ? ground : card;
  if (node.name === "" && isPlainPort) return palette.colours.edge;
  if (mark.open) return base;
  if (mark.state === "running") return mix(base, running, 0.16);
  if (mark.state === "failed") return mix(base, failed, 0.18);
  return base;
}

const CHANGE_COLOURS = { added: "added", changed: "changed", inside: "changed" } as const;

/** What a reload changed is framed; what the cursor is in is framed as if it were half selected. */
function markedBorder(
  { marks, open }: Mark,
  { colours }: Palette,
): { colour: Colour; width: number } | null {
  if (marks?.cursor)
    return { colour: mix(colours["card-border"], colours.focus, 0.75), width: 1.5 };
  if (!marks?.change || marks.change === "inside" || open) return null;
  return { colour: colours[CHANGE_COLOURS[marks.change]], width: 1.5 };
}

const DOT = 9;

/** A dot on the upper right corner: full for the module itself, a ring for something inside it. */
export function changeDot(
  rect: Box,
  { marks, open, selected }: Mark,
  palette: Palette,
  alpha: number,
): { x: number; y: number; size: number; style: BoxStyle } | null {
  if (!marks?.change || (open && marks.change === "inside")) return null;
  const { colours } = palette;
  const colour = colours[CHANGE_COLOURS[marks.change]];
  const fill = marks.change === "inside" ? colours.background : colour;
  const edge = marks.change === "inside" ? colour : colours.background;
  return {
    x: rect.x + rect.width - DOT * 0.7,
    y: rect.y - DOT * 0.3,
    size: DOT,
    style: {
      fill: faded(fill, alpha),
      border: faded(edge, alpha),
      accent: 0,
      radius: DOT / 2,
      borderWidth: selected ? 2 : 1.5,
      accentWidth: 0,
      glow: 0,
    },
  };
}

function borderOf(
  node: GraphNode,
  mark: Mark,
  palette: Palette,
): { colour: Colour; width: number } {
  const { colours } = palette;
  if (mark.state === "failed") return { colour: colours.failed, width: 2 };
  if (mark.selected || mark.focused) return { colour: colours.focus, width: 2 };
  if (mark.state === "running") return { colour: colours.running, width: mark.open ? 1.5 : 2 };
  const marked = markedBorder(mark, palette);
  if (marked) return marked;
  if (mark.together)
    return { colour: mix(colours["card-border"], colours.focus, 0.75), width: 1.5 };
  if (mark.hovered)
    return { colour: mix(colours["card-border"], colours.foreground, 0.5), width: 1.5 };
  const plain = mark.open ? colours["container-border"] : colours["card-border"];
  if (mark.state === "done") return { colour: mix(plain, colours.done, 0.4), width: 1.25 };
  if (node.kind === "operation") return { colour: mix(plain, colours.foreground, 0.12), width: 1 };
  return { colour: plain, width: 1 };
}

function glowOf(mark: Mark): number {
  if (mark.state === "running" && !mark.open) return 14;
  if (mark.state === "failed") return mark.open ? 0 : 12;
  return mark.selected && !mark.open ? 7 : 0;
}

function radiusOf(node: GraphNode, open: boolean): number {
  if (node.kind === "module" || node.kind === "group") return open ? 12 : 9;
  return node.container === ROOT || node.kind === "operation" ? 14 : 9;
}

function accentOf(node: GraphNode, mark: Mark, palette: Palette): [Colour, number] {
  if (node.kind !== "module" && node.kind !== "group") return [0, 0];
  const family = palette.families[familyOf(node)];
  if (mark.open) return [faded(family, palette.highContrast ? 0 : 0.16), -GAP.header];
  return [family, 5];
}

export function boxStyle(node: GraphNode, mark: Mark, palette: Palette, alpha: number): BoxStyle {
  const seen = isDim(node, mark.state) ? alpha * DIMMED : alpha;
  const border = borderOf(node, mark, palette);
  const [accent, accentWidth] = accentOf(node, mark, palette);
  return {
    fill: faded(fillOf(node, mark, palette), mark.open ? alpha : seen),
    border: faded(border.colour, seen),
    accent: faded(accent, seen),
    radius: radiusOf(node, mark.open),
    borderWidth: border.width,
    accentWidth,
    glow: glowOf(mark),
  };
}

/** A card behind a folded stack. */
export function stackedStyle(style: BoxStyle, palette: Palette): BoxStyle {
  const fill = mix(style.fill, palette.colours.background, palette.highContrast ? 0 : 0.35);
  return { ...style, fill, accent: faded(style.accent, 0.45), borderWidth: 1, glow: 0 };
}

export interface EdgeMark {
  readonly source: NodeState;
  readonly target: NodeState;
  readonly highlighted: boolean;
}

function isIdle(state: NodeState): boolean {
  return state === "idle" || state === "skipped";
}

export function lineStyle(mark: EdgeMark, palette: Palette, alpha: number): LineStyle {
  const { colours } = palette;
  if (mark.highlighted) {
    return { colour: faded(colours.focus, alpha), width: 2.4, flowing: false, raised: true };
  }
  const passed = mark.source === "done";
  if (passed && mark.target === "running") {
    return { colour: faded(colours.running, alpha), width: 2.4, flowing: true, raised: true };
  }
  const base =
    passed && !isIdle(mark.target) ? mix(colours.edge, colours.done, 0.45) : colours.edge;
  const skipped = mark.source === "skipped" || mark.target === "skipped";
  const strength = skipped ? 0.4 : 1;
  return { colour: faded(base, alpha * strength), width: 1.6, flowing: false, raised: false };
}
