/** All kinds of blocks that the page can draw: every file in `kinds/` is one. */
import type { Kind } from "./kind.ts";
import heatmap from "./kinds/heatmap.ts";

const files = import.meta.glob<Kind>("./kinds/*.ts", { eager: true, import: "default" });

export const KINDS: ReadonlyMap<string, Kind> = new Map(
  Object.values(files).map((kind) => [kind.name, kind]),
);

/** A kind that the page does not know is drawn as what most are: cells. */
export function kindOf(name: string): Kind {
  return KINDS.get(name) ?? heatmap;
}
