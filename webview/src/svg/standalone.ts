/**
 * A drawing without a page: levels as JSON in, SVG out. The Python library runs this bundle in an
 * engine of its own (`python_backend/interpogate/notebook/drawing.py`).
 */
import "./engine.ts";
import { Planner } from "../layout/plan.ts";
import { sceneOf } from "../layout/scene.ts";
import { shapesOf } from "../layout/sizes.ts";
import type { Block, BlockPicture, Level } from "../protocol/messages.generated.ts";
import { type Stacks, stacksOf } from "../render/blocks.ts";
import { openLevels } from "../store/bundles.ts";
import { decodeLevel, type GraphLevel } from "../store/graph.ts";
import { defaultExpansion } from "../store/unfolding.ts";
import { svgOf } from "./drawing.ts";
import { paletteOf, type Theme } from "./palettes.ts";
import { estimatedMeasure } from "./text.ts";

interface Order {
  readonly title: string;
  readonly theme: Theme;
  /** Containers to unfold; null unfolds as the page does at first. */
  readonly expanded: readonly string[] | null;
  /** Node that failed, or null. */
  readonly failed: string | null;
  /** What the graph does not show: one sentence each. */
  readonly notes?: readonly string[];
  /** Width by height to aim at. */
  readonly aspect: number;
  readonly levels: readonly Level[];
  /** Visualization blocks, and what each shows, by its number. */
  readonly blocks?: readonly Block[];
  readonly pictures?: Readonly<Record<number, BlockPicture>>;
}

type Levels = ReadonlyMap<string, GraphLevel>;

function stacks({ blocks = [], pictures = {} }: Order): Stacks {
  return stacksOf(
    blocks.map((block) => {
      return { block, picture: pictures[block.blockId] ?? null, stale: false };
    }),
  );
}

function unfolded(levels: Levels): ReadonlySet<string> {
  const expanded = new Set<string>();
  for (;;) {
    const next = defaultExpansion(levels, expanded);
    if (next === null) return expanded;
    expanded.add(next);
  }
}

export function draw(json: string): string {
  const order: Order = JSON.parse(json);
  const levels: Levels = new Map(
    order.levels.map((level) => [level.container, decodeLevel(level)]),
  );
  const expanded = order.expanded ? new Set(order.expanded) : unfolded(levels);
  const open = openLevels(levels, expanded);
  const own = stacks(order);
  const room = new Map([...own].map(([node, stack]) => [node, stack.room]));
  const request = {
    number: 0,
    levels: shapesOf(open, levels, estimatedMeasure, room),
    aspect: order.aspect,
  };
  return svgOf({
    scene: sceneOf(new Planner(), request),
    levels: new Map(open.map((level) => [level.container, level])),
    states: new Map(order.failed === null ? [] : [[order.failed, "failed"]]),
    palette: paletteOf(order.theme),
    measure: estimatedMeasure,
    title: order.title,
    notes: order.notes ?? [],
    stacks: own,
  });
}
