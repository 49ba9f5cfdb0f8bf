/**
 * Which nodes stand for modules that are marked: new or different since a reload, or of the class at
 * the editor's cursor. Pure; marks name modules, nodes may be folds of many.
 */
import type { GraphLevel, GraphNode } from "./graph.ts";

/** `added`, `changed`: the module itself; `inside`: only something in it. */
export type ChangeMark = "added" | "changed" | "inside";

export interface NodeMarks {
  readonly change: ChangeMark | null;
  /** Whether the node is, or folds, an instance of the class at the cursor. */
  readonly cursor: boolean;
}

/** Paths of the modules that are marked. */
export interface MarkedPaths {
  readonly added: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
  /** Paths that are no more; they show where they were. */
  readonly removed: ReadonlySet<string>;
  readonly cursor: ReadonlySet<string>;
}

const NUMBERED = /^(.*?)(\d+)$/;

/** `h.0` to `h.11`: what stands before the number, and the numbers. */
function rangeOf(node: GraphNode): readonly [prefix: string, first: number, last: number] | null {
  const [first, last] = node.id.slice(node.id.indexOf("::") + 2).split("…");
  const low = NUMBERED.exec(first ?? "");
  const high = NUMBERED.exec(last ?? "");
  if (!low || !high || low[1] !== high[1]) return null;
  return [low[1] ?? "", Number(low[2]), Number(high[2])];
}

/** Whether a module is the node itself or, in a fold, one of its members. */
function isSelf(node: GraphNode, path: string): boolean {
  if (node.kind === "module") return path === node.path;
  if (!node.id.includes("::")) return path === node.id;
  const range = rangeOf(node);
  const own = NUMBERED.exec(path);
  if (!range || !own) return path === node.path;
  const number = Number(own[2]);
  return own[1] === range[0] && number >= range[1] && number <= range[2];
}

/** Whether a module is anywhere inside of the node. */
function isInside(node: GraphNode, path: string): boolean {
  if (path.startsWith(`${node.kind === "module" ? node.path : node.id}.`)) return true;
  const range = node.kind === "group" && node.id.includes("::") ? rangeOf(node) : null;
  if (!range || !path.startsWith(range[0])) return false;
  const number = Number.parseInt(path.slice(range[0].length), 10);
  return number >= range[1] && number <= range[2];
}

function some(paths: ReadonlySet<string>, test: (path: string) => boolean): boolean {
  for (const path of paths) if (test(path)) return true;
  return false;
}

/** Whether an added module is around the node, or is the node. */
function isAdded(node: GraphNode, added: ReadonlySet<string>): boolean {
  return some(added, (path) => isSelf(node, path) || node.path.startsWith(`${path}.`));
}

function changeOf(node: GraphNode, marked: MarkedPaths): ChangeMark | null {
  if (isAdded(node, marked.added)) return "added";
  if (some(marked.changed, (path) => isSelf(node, path))) return "changed";
  const inside = (path: string) => isInside(node, path);
  const { added, changed, removed } = marked;
  return some(added, inside) || some(changed, inside) || some(removed, inside) ? "inside" : null;
}

/** A folded list stands for its members, so that a member's mark is its own. */
function isAtCursor(node: GraphNode, cursor: ReadonlySet<string>, isOpen: boolean): boolean {
  const isFold = node.kind === "group" && !isOpen;
  return some(cursor, (path) => isSelf(node, path) || (isFold && isInside(node, path)));
}

/** The marks of every module node of these levels that has any, by node id. */
export function marksOf(
  open: readonly GraphLevel[],
  marked: MarkedPaths,
): ReadonlyMap<string, NodeMarks> {
  const found = new Map<string, NodeMarks>();
  const opened = new Set(open.map(({ container }) => container));
  if (Object.values(marked).every((paths: ReadonlySet<string>) => paths.size === 0)) return found;
  for (const node of open.flatMap((level) => level.nodes)) {
    if (node.kind !== "module" && node.kind !== "group") continue;
    const cursor = isAtCursor(node, marked.cursor, opened.has(node.id));
    const marks = { change: changeOf(node, marked), cursor };
    if (marks.change !== null || marks.cursor) found.set(node.id, marks);
  }
  return found;
}

const CHANGE_WORDS: Readonly<Record<ChangeMark, string>> = {
  added: "new since the reload",
  changed: "changed by the reload",
  inside: "changed inside by the reload",
};

/** The marks of a node in words, for those who hear the graph; nothing without any. */
export function markWords(marks: NodeMarks | undefined): string | undefined {
  if (marks === undefined) return undefined;
  const change = marks.change === null ? [] : [CHANGE_WORDS[marks.change]];
  return [...change, ...(marks.cursor ? ["at the cursor"] : [])].join(", ");
}
