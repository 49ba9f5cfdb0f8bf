/** The unfolded graph as an outline, and the keys of an ARIA tree on it. Pure. */
import { type GraphNode, isOpen, isPort, type Levels, ROOT } from "./graph.ts";

export interface OutlineItem {
  readonly node: GraphNode;
  /** Depth from 1, as `aria-level` wants it. */
  readonly level: number;
  readonly position: number;
  readonly size: number;
  readonly open: boolean;
  readonly label: string;
}

/** A fold of a whole list is called by its path, another one by its first and last member. */
function labelOfGroup({ name, path }: GraphNode): string {
  const [first, last] = name.split(" – ");
  if (first === undefined || last === undefined) return path;
  return path.endsWith(first) ? path.slice(0, path.length - first.length) + name : name;
}

/** Modules are called by their path; operations by the module that runs them and their own name. */
export function labelOf(node: GraphNode): string {
  if (node.kind === "module") return node.path;
  if (node.kind === "group") return labelOfGroup(node);
  return node.path === ROOT ? node.name : `${node.path} ${node.name}`;
}

/** With which of its places it is, for those who hear the graph. */
function spokenLabel(node: GraphNode): string {
  const { place } = node;
  return place ? `${labelOf(node)}, place ${place.number} of ${place.count}` : labelOf(node);
}

function inOrder(nodes: readonly GraphNode[]): GraphNode[] {
  const rank = (node: GraphNode) => (node.kind === "output" ? Infinity : node.order);
  return [...nodes].sort((left, right) => rank(left) - rank(right));
}

function collect(
  container: string,
  depth: number,
  levels: Levels,
  expanded: ReadonlySet<string>,
  into: OutlineItem[],
): void {
  const all = levels.get(container)?.nodes ?? [];
  const nodes = inOrder(container === ROOT ? all : all.filter((node) => !isPort(node)));
  nodes.forEach((node, index) => {
    const open = isOpen(node, levels, expanded);
    const place = { level: depth, position: index + 1, size: nodes.length };
    into.push({ node, open, label: spokenLabel(node), ...place });
    if (open) collect(node.id, depth + 1, levels, expanded, into);
  });
}

/** Every visible node, in the order of execution, children after their container. */
export function outlineOf(levels: Levels, expanded: ReadonlySet<string>): OutlineItem[] {
  const items: OutlineItem[] = [];
  collect(ROOT, 1, levels, expanded, items);
  return items;
}

export type OutlineMove =
  | { readonly kind: "focus"; readonly id: string }
  | { readonly kind: "toggle"; readonly id: string }
  | { readonly kind: "select"; readonly id: string }
  | null;

function focus(item: OutlineItem | undefined): OutlineMove {
  return item ? { kind: "focus", id: item.node.id } : null;
}

function right(items: readonly OutlineItem[], index: number, item: OutlineItem): OutlineMove {
  if (!item.node.expandable) return null;
  return item.open ? focus(items[index + 1]) : { kind: "toggle", id: item.node.id };
}

function left(items: readonly OutlineItem[], item: OutlineItem): OutlineMove {
  if (item.open) return { kind: "toggle", id: item.node.id };
  return focus(items.find((candidate) => candidate.node.id === item.node.container));
}

/** What a key does while an item has the focus; null if the key is none of the tree's. */
export function moveBy(
  key: string,
  items: readonly OutlineItem[],
  focused: string,
  selected: string | null,
): OutlineMove {
  const index = items.findIndex((item) => item.node.id === focused);
  const item = items[index];
  if (!item) return null;
  switch (key) {
    case "ArrowDown":
      return focus(items[index + 1]);
    case "ArrowUp":
      return focus(items[index - 1]);
    case "Home":
      return focus(items[0]);
    case "End":
      return focus(items.at(-1));
    case "ArrowRight":
      return right(items, index, item);
    case "ArrowLeft":
      return left(items, item);
    case "Enter":
      if (selected === focused && item.node.expandable) return { kind: "toggle", id: focused };
      return { kind: "select", id: focused };
    case " ":
      return { kind: "select", id: focused };
    default:
      return null;
  }
}
