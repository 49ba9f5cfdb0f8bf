/**
 * How large nodes are, from the text on them. The one place that decides fonts and lengths of
 * labels, so that drawing and layout agree.
 */
import { at } from "../store/columns.ts";
import type { GraphEdge, GraphLevel, GraphNode, Levels, Strand } from "../store/graph.ts";
import { findNode, isPort, ROOT } from "../store/graph.ts";
import { flowLines, flowParts, TIMES } from "../store/words.ts";
import {
  type EdgeShape,
  type Extent,
  type FlowLabel,
  GAP,
  type LevelShape,
  type NodeShape,
  type Role,
} from "./shapes.ts";

export interface TextStyle {
  readonly size: number;
  readonly weight: number;
}

export const TEXT = {
  name: { size: 13, weight: 600 },
  type: { size: 11, weight: 400 },
  title: { size: 12.5, weight: 600 },
  operation: { size: 12, weight: 500 },
  port: { size: 10, weight: 400 },
  rootPort: { size: 12, weight: 500 },
  shape: { size: 9.5, weight: 400 },
  badge: { size: 11, weight: 600 },
} as const satisfies Record<string, TextStyle>;

export const CARD = {
  left: 16,
  right: 12,
  chevron: 20,
  badge: 14,
  widest: 300,
  narrowest: 96,
} as const;

export type Measure = (text: string, style: TextStyle) => number;

/** Widths in steps of 4: blocks that differ by a pixel count as equal. */
function step(width: number): number {
  return Math.ceil(width / 4) * 4;
}

export function shortType(node: GraphNode): string {
  return node.type.split(".").at(-1) ?? "";
}

/** What stands below the name: the class, and which place of a shared instance it is. */
export function typeText(node: GraphNode): string {
  const { place } = node;
  return place ? `${shortType(node)} · ${place.number} of ${place.count}` : shortType(node);
}

export function badgeText(node: GraphNode): string {
  return node.repeats > 1 ? `${TIMES} ${node.repeats}` : "";
}

function cardWidth(node: GraphNode, measure: Measure): number {
  const text = Math.max(measure(node.name, TEXT.name), measure(typeText(node), TEXT.type));
  const badge = node.repeats > 1 ? measure(badgeText(node), TEXT.badge) + CARD.badge : 0;
  const chevron = node.expandable ? CARD.chevron : 0;
  const full = text + CARD.left + CARD.right + badge + chevron;
  return step(Math.min(CARD.widest, Math.max(CARD.narrowest, full)));
}

function pillWidth(text: string, style: TextStyle, measure: Measure): number {
  return step(Math.min(220, Math.max(28, measure(text, style) + 20)));
}

/** A port without a name is a dot on the border. */
function portSize(node: GraphNode, measure: Measure): { width: number; height: number } {
  if (node.name === "") return { width: 8, height: 8 };
  return { width: pillWidth(node.name, TEXT.port, measure) - 6, height: 18 };
}

function sizeOf(node: GraphNode, measure: Measure): { width: number; height: number } {
  switch (node.kind) {
    case "module":
    case "group":
      return { width: cardWidth(node, measure), height: 44 };
    case "operation":
    case "parameter": {
      const chevron = node.expandable ? CARD.chevron : 0;
      return { width: pillWidth(node.name, TEXT.operation, measure) + chevron, height: 26 };
    }
    case "input":
    case "output":
      return node.container === ROOT
        ? { width: pillWidth(node.name, TEXT.rootPort, measure) + 8, height: 28 }
        : portSize(node, measure);
    default:
      return node.kind satisfies never;
  }
}

function roleOf(node: GraphNode): Role {
  return isPort(node) ? (node.kind as Role) : "box";
}

/** Room that the visualization blocks of nodes take, by node id. */
export type BlockRoom = ReadonlyMap<string, Extent>;

/** A node grows downwards for its blocks. */
function withBlocks(own: Extent, room: Extent | undefined): Extent {
  if (!room) return own;
  return {
    width: step(Math.max(own.width, room.width + 2 * GAP.block)),
    height: own.height + room.height + GAP.block / 2,
  };
}

/** Height of what stands above the blocks of a folded node: the node as it is without them. */
export function headHeight(height: number, room: Extent | undefined): number {
  if (!room) return height;
  const head = height - room.height - GAP.block / 2;
  return head < 8 ? height : head;
}

/** How far the cards behind a folded stack reach below it. */
const STACKED = 6;

function shapeOf(node: GraphNode, measure: Measure, room: BlockRoom): NodeShape {
  const size = withBlocks(sizeOf(node, measure), room.get(node.id));
  const behind = node.repeats > 1 ? STACKED : 0;
  return { id: node.id, role: roleOf(node), ...size, ...(behind ? { behind } : {}) };
}

function labelOf(strands: readonly Strand[], measure: Measure): FlowLabel | null {
  const parts = flowParts(strands);
  if (parts.length === 0) return null;
  const width = parts.reduce((sum, part) => sum + measure(part.text, TEXT.shape), 0);
  return { parts, width, lines: flowLines(strands) };
}

/** One line for each two ports that something flows between; a folded node has no ports. */
function linesOf(edge: GraphEdge, open: OpenEnds, measure: Measure): EdgeShape[] {
  const { source, target } = edge;
  const byPorts = new Map<string, { output: number; input: number; strands: Strand[] }>();
  for (const strand of edge.strands) {
    const output = open.source?.rows[strand.output] ?? -1;
    const input = open.target?.rows[strand.input] ?? -1;
    const line = byPorts.get(`${output} ${input}`) ?? { output, input, strands: [] };
    line.strands.push(strand);
    byPorts.set(`${output} ${input}`, line);
  }
  return [...byPorts.values()].map(({ output, input, strands }) => {
    return { source, target, output, input, label: labelOf(strands, measure) };
  });
}

/** The insides of an edge's ends, where they are unfolded. */
interface OpenEnds {
  readonly source: GraphLevel | undefined;
  readonly target: GraphLevel | undefined;
}

function titleWidth(node: GraphNode | null, measure: Measure): number {
  if (!node) return 0;
  const name = measure(node.name, TEXT.title);
  const type = measure(typeText(node), TEXT.type);
  return step(Math.min(CARD.widest, name + type + 2 * GAP.padding + CARD.chevron));
}

/** What the layout needs to know of the unfolded levels. */
export function shapesOf(
  open: readonly GraphLevel[],
  levels: Levels,
  measure: Measure,
  room: BlockRoom = new Map(),
): LevelShape[] {
  const unfolded = new Map(open.map((level) => [level.container, level]));
  return open.map((level) => {
    const aside = room.get(level.container);
    const insideOf = (row: number) => unfolded.get(at(level.nodes, row).id);
    return {
      container: level.container,
      nodes: level.nodes.map((node) => shapeOf(node, measure, room)),
      edges: level.edges.flatMap((edge) => {
        const ends = { source: insideOf(edge.source), target: insideOf(edge.target) };
        return linesOf(edge, ends, measure);
      }),
      titleWidth: titleWidth(findNode(levels, level.container), measure),
      ...(aside ? { aside } : {}),
    };
  });
}
