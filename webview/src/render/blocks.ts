/**
 * Visualization blocks in the graph: where they stand in a frame, and their drawing on the canvas that
 * carries text. What they look like is decided in `blocks/`.
 */
import type { Theme } from "../blocks/brush.ts";
import { CanvasBrush } from "../blocks/canvas.ts";
import type { Cell } from "../blocks/figure.ts";
import { type BlockView, cellUnder, drawBlock, stackAreas, stackSize } from "../blocks/frame.ts";
import type { Area, Size } from "../blocks/kind.ts";
import { GAP, type Scene } from "../layout/shapes.ts";
import { headHeight } from "../layout/sizes.ts";
import { ROOT } from "../store/graph.ts";
import type { Colour } from "./boxes.ts";
import type { Box, Camera } from "./camera.ts";
import { onScreen } from "./camera.ts";
import { cssOf, mix } from "./colour.ts";
import { rectOf } from "./motion.ts";
import type { Palette } from "./palette.ts";

/** Blocks by node, with the room that each stack takes. */
export interface Stack {
  readonly views: readonly BlockView[];
  readonly room: Size;
}

export type Stacks = ReadonlyMap<string, Stack>;

/** A block, and the entry of it that is marked. */
export interface BlockMark {
  readonly blockId: number;
  readonly cell: Cell | null;
}

export interface PlacedBlock {
  readonly view: BlockView;
  readonly area: Area;
}

/** Pixels below which a block is not worth drawing. */
const LEAST = 6;

export function stacksOf(views: readonly BlockView[]): Stacks {
  const byNode = new Map<string, BlockView[]>();
  for (const view of views) {
    byNode.set(view.block.node, [...(byNode.get(view.block.node) ?? []), view]);
  }
  const stacks = new Map<string, Stack>();
  for (const [node, own] of byNode) stacks.set(node, { views: own, room: stackSize(own) });
  return stacks;
}

/** Height of the part of a node's box that belongs to the node itself. */
export function headOf(rect: Box, open: boolean, stack: Stack | undefined): number {
  return open || !stack ? rect.height : headHeight(rect.height, stack.room);
}

/** Folded nodes have their blocks below their name, unfolded ones left of their inside. */
export function placedIn(rect: Box, open: boolean, stack: Stack): PlacedBlock[] {
  const head = headOf(rect, open, stack);
  if (!open && head === rect.height) return [];
  const place = open
    ? { x: rect.x + GAP.padding, y: rect.y + GAP.header + GAP.inset, width: stack.room.width }
    : { x: rect.x, y: rect.y + head, width: rect.width };
  return placed(stack, stackAreas(stack.views, place, open ? "left" : "middle"));
}

function placed({ views }: Stack, areas: readonly Area[]): PlacedBlock[] {
  return views.flatMap((view, index) => {
    const area = areas[index];
    return area ? [{ view, area }] : [];
  });
}

/** Blocks of the whole model stand in the upper left corner; the layout leaves room for them. */
export function placedAtRoot(stacks: Stacks): PlacedBlock[] {
  const stack = stacks.get(ROOT);
  if (!stack) return [];
  return placed(stack, stackAreas(stack.views, { x: 0, y: 0, width: stack.room.width }, "left"));
}

/** All blocks of a scene, whether in view or not. */
export function placedInScene(scene: Scene, stacks: Stacks): PlacedBlock[] {
  if (stacks.size === 0) return [];
  const own = scene.ids.flatMap((id, box) => {
    const stack = stacks.get(id);
    return stack ? placedIn(rectOf(scene, box), scene.open[box] === 1, stack) : [];
  });
  return [...placedAtRoot(stacks), ...own];
}

/** The block under a point in the world, and its entry there. */
export function blockUnder(
  placed: readonly PlacedBlock[],
  x: number,
  y: number,
): (PlacedBlock & { readonly cell: Cell | null }) | null {
  for (const { view, area } of placed) {
    const inside = x >= area.x && x <= area.x + area.width;
    if (!inside || y < area.y || y > area.y + area.height) continue;
    return { view, area, cell: cellUnder(view, area, x, y) };
  }
  return null;
}

export function isSeen(camera: Camera, area: Area, view: Size): boolean {
  const place = onScreen(camera, area);
  const across = place.x + place.width > 0 && place.x < view.width;
  return across && place.y + place.height > 0 && place.y < view.height && place.width >= LEAST;
}

function isDark(background: Colour): boolean {
  const [red, green, blue] = [
    background & 255,
    (background >>> 8) & 255,
    (background >>> 16) & 255,
  ];
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

export function themeOf({ colours, families, font, monospace, highContrast }: Palette): Theme {
  const { background, foreground } = colours;
  return {
    dark: isDark(background),
    highContrast,
    foreground: cssOf(foreground),
    muted: cssOf(colours.muted),
    line: cssOf(highContrast ? colours["card-border"] : mix(background, foreground, 0.2)),
    ground: cssOf(background),
    accent: cssOf(families.linear),
    second: cssOf(families.embedding),
    warning: cssOf(colours.failed),
    token: cssOf(colours.token),
    font,
    monospace,
  };
}

export class BlockPainter {
  private palette: Palette | null = null;
  private brush: CanvasBrush | null = null;

  constructor(private readonly context: CanvasRenderingContext2D) {}

  begin(camera: Camera, palette: Palette, ratio: number): void {
    const theme = palette === this.palette && this.brush ? this.brush.theme : themeOf(palette);
    this.palette = palette;
    this.brush = new CanvasBrush(this.context, camera.scale * ratio, theme, camera.scale);
  }

  draw({ view, area }: PlacedBlock, mark: BlockMark | null, alpha: number): void {
    if (!this.brush || alpha < 0.05) return;
    this.context.globalAlpha = alpha;
    const own = mark?.blockId === view.block.blockId ? mark : null;
    drawBlock(this.brush, view, area, { cell: own?.cell ?? null, hovered: own !== null });
    this.context.globalAlpha = 1;
  }
}
