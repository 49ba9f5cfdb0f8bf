/**
 * The graph as an SVG document: the same layout, colours and texts as on the canvas, at full size.
 * Pure; used by the page and, without one, by the Python library (`standalone.ts`).
 */
import { drawBlock } from "../blocks/frame.ts";
import type { Scene } from "../layout/shapes.ts";
import type { Measure } from "../layout/sizes.ts";
import { headOf, placedInScene, type Stacks, themeOf } from "../render/blocks.ts";
import type { BoxStyle } from "../render/boxes.ts";
import type { Box } from "../render/camera.ts";
import { cssOf } from "../render/colour.ts";
import { boxStyle, groundOf, lineStyle, type Mark, stackedStyle } from "../render/looks.ts";
import type { Palette } from "../render/palette.ts";
import { at } from "../store/columns.ts";
import type { GraphNode, Levels } from "../store/graph.ts";
import type { NodeState } from "../store/runs.ts";
import { SvgBrush } from "./brush.ts";
import { LabelWriter, short } from "./labels.ts";
import { notesUnder } from "./notes.ts";
import { escaped } from "./text.ts";

export interface Drawing {
  readonly scene: Scene;
  readonly levels: Levels;
  readonly states: ReadonlyMap<string, NodeState>;
  readonly palette: Palette;
  readonly measure: Measure;
  readonly title: string;
  /** What the graph does not show, written under it. */
  readonly notes?: readonly string[];
  /** Visualization blocks by node; the scene has room for them. */
  readonly stacks?: Stacks;
}

const MARGIN = 24;
const STACK_STEP = 4;
const HEAD = { width: 9, height: 7 } as const;

export function svgOf(drawing: Drawing): string {
  const { scene, palette, title } = drawing;
  const notes = notesUnder(drawing);
  const [width, height] = [notes.width + 2 * MARGIN, scene.height + notes.height + 2 * MARGIN];
  const ground = cssOf(palette.colours.background);
  const view = `viewBox="${-MARGIN} ${-MARGIN} ${short(width)} ${short(height)}"`;
  const size = `width="${short(width)}" height="${short(height)}"`;
  const font = escaped(palette.font);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${view} font-family="${font}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="100%" height="100%" fill="${ground}"/>`,
    ...parts(drawing),
    ...notes.elements,
    "</svg>\n",
  ].join("\n");
}

/** Containers lie under the lines, cards over them. */
function parts(drawing: Drawing): string[] {
  const boxes = drawing.scene.ids.map((_, box) => box);
  const isOpen = (box: number) => at(drawing.scene.open, box) === 1;
  const writer = new LabelWriter(drawing.palette, drawing.measure);
  const nodes = nodesById(drawing.levels);
  const draw = (box: number) => {
    const node = nodes.get(at(drawing.scene.ids, box));
    return node ? boxOf(drawing, writer, box, node) : [];
  };
  const flows = lines(drawing, writer);
  return [
    ...boxes.filter(isOpen).flatMap(draw),
    ...flows.flatMap((flow) => flow.line),
    ...flows.flatMap((flow) => flow.label),
    ...boxes.filter((box) => !isOpen(box)).flatMap(draw),
    ...blocks(drawing),
  ];
}

function blocks({ scene, palette, measure, stacks }: Drawing): string[] {
  if (!stacks) return [];
  const brush = new SvgBrush(themeOf(palette), measure);
  for (const { view, area } of placedInScene(scene, stacks)) {
    drawBlock(brush, view, area, { cell: null, hovered: false });
  }
  return brush.elements;
}

function rectAt(scene: Scene, box: number): Box {
  const [x = 0, y = 0, width = 0, height = 0] = scene.rects.subarray(box * 4, box * 4 + 4);
  return { x, y, width, height };
}

function nodesById(levels: Levels): Map<string, GraphNode> {
  const all = [...levels.values()].flatMap((level) => level.nodes);
  return new Map(all.map((node) => [node.id, node]));
}

function boxOf(drawing: Drawing, writer: LabelWriter, box: number, node: GraphNode): string[] {
  const { scene, palette } = drawing;
  const rect = rectAt(scene, box);
  const mark = markOf(drawing, node, at(scene.open, box) === 1, at(scene.depths, box));
  const style = boxStyle(node, mark, palette, 1);
  const behind = node.repeats > 1 && !mark.open ? stack(rect, style, palette) : [];
  const height = headOf(rect, mark.open, drawing.stacks?.get(node.id));
  const head = { ...rect, height };
  return [...behind, ...card(rect, style, mark.open), ...writer.box(node, head, mark.open)];
}

function markOf(drawing: Drawing, node: GraphNode, open: boolean, depth: number): Mark {
  const state = drawing.states.get(node.id) ?? "idle";
  const plain = { selected: false, focused: false, hovered: false, together: false, marks: null };
  return { state, open, depth, ...plain };
}

function stack(rect: Box, style: BoxStyle, palette: Palette): string[] {
  const behind = stackedStyle(style, palette);
  return [2, 1].flatMap((layer) => {
    const offset = layer * STACK_STEP;
    return card({ ...rect, x: rect.x + offset, y: rect.y + offset }, behind, false);
  });
}

/** A rounded box; a card has its accent at the left, an open container at the top. */
function card(rect: Box, style: BoxStyle, open: boolean): string[] {
  const { x, y, width, height } = rect;
  const radius = Math.min(style.radius, height / 2);
  const shape = `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" rx="${short(radius)}"`;
  const border = `stroke="${cssOf(style.border)}" stroke-width="${style.borderWidth}"`;
  const box = `<rect ${shape} fill="${cssOf(style.fill)}" ${border}/>`;
  if (style.accentWidth === 0) return [box];
  const accent = open
    ? topAccent(rect, radius, -style.accentWidth)
    : leftAccent(rect, radius, style);
  return [box, `<path d="${accent}" fill="${cssOf(style.accent)}"/>`];
}

function leftAccent({ x, y, height }: Box, radius: number, style: BoxStyle): string {
  const wide = style.accentWidth;
  const inner = Math.sqrt(Math.max(0, radius * radius - (radius - wide) * (radius - wide)));
  const top = short(y + radius - inner);
  const bottom = short(y + height - radius + inner);
  const arc = `A${radius} ${radius} 0 0`;
  const start = `M${short(x + wide)} ${top} ${arc} 0 ${short(x)} ${short(y + radius)}`;
  return `${start} V${short(y + height - radius)} ${arc} 0 ${short(x + wide)} ${bottom} Z`;
}

function topAccent({ x, y, width }: Box, radius: number, high: number): string {
  const arc = `A${radius} ${radius} 0 0 1`;
  const start = `M${short(x)} ${short(y + high)} V${short(y + radius)}`;
  const left = `${arc} ${short(x + radius)} ${short(y)} H${short(x + width - radius)}`;
  return `${start} ${left} ${arc} ${short(x + width)} ${short(y + radius)} V${short(y + high)} Z`;
}

interface Flow {
  readonly line: string[];
  readonly label: string[];
}

function lines(drawing: Drawing, writer: LabelWriter): Flow[] {
  const { scene, palette, levels, states } = drawing;
  return scene.routeContainers.flatMap((container, route) => {
    const nodes = levels.get(container)?.nodes;
    const source = nodes?.[at(scene.routeSources, route)];
    const target = nodes?.[at(scene.routeTargets, route)];
    if (!source || !target) return [];
    const stateOf = (node: GraphNode) => states.get(node.id) ?? "idle";
    const ends = { source: stateOf(source), target: stateOf(target), highlighted: false };
    const style = lineStyle(ends, palette, 1);
    const points = [...scene.points.subarray(...span(scene, route))];
    const ground = groundOf(at(scene.routeDepths, route), palette);
    const placed = at(scene.labels, route);
    const label = placed ? writer.flow(placed, ground) : [];
    return [{ line: line(points, cssOf(style.colour), style.width), label }];
  });
}

function span(scene: Scene, route: number): [number, number] {
  return [at(scene.routeStarts, route) * 2, at(scene.routeStarts, route + 1) * 2];
}

function line(points: readonly number[], colour: string, width: number): string[] {
  const pairs: string[] = [];
  for (let index = 0; index < points.length; index += 2) {
    pairs.push(`${short(at(points, index))} ${short(at(points, index + 1))}`);
  }
  const path = `<path d="M${pairs.join("L")}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
  return [path, ...head(points, colour)];
}

function head(points: readonly number[], colour: string): string[] {
  const [x = 0, y = 0] = points.slice(-2);
  const before = points.at(-3) ?? y;
  if (y <= before) return [];
  const top = y - HEAD.height;
  const corners = [
    [x - HEAD.width / 2, top],
    [x + HEAD.width / 2, top],
    [x, y],
  ];
  const text = corners.map((corner) => corner.map(short).join(",")).join(" ");
  return [`<polygon points="${text}" fill="${colour}"/>`];
}
