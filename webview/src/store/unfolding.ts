/** What stands unfolded when a model is first shown: enough to see its shape, no more. Pure. */
import { type GraphNode, isOpen, type Levels, openContainers } from "./graph.ts";

const ENOUGH = 5;

function modulesInside(node: GraphNode): number {
  return node.lastModule - node.firstModule;
}

/** The container to unfold next: as long as few modules are visible, the one that holds most. */
export function defaultExpansion(levels: Levels, expanded: ReadonlySet<string>): string | null {
  const nodes = openContainers(levels, expanded).flatMap((level) => level.nodes);
  const closed = nodes.filter((node) => node.firstModule >= 0 && !isOpen(node, levels, expanded));
  if (closed.length >= ENOUGH) return null;
  const candidates = closed.filter((node) => node.expandable && node.kind === "module");
  candidates.sort((left, right) => modulesInside(right) - modulesInside(left));
  const largest = candidates[0];
  return largest && !expanded.has(largest.id) ? largest.id : null;
}
