/** Draws one frame: containers, edges, boxes, arrow heads, then text. Keeps the GL programs. */

import type { Scene } from "../layout/shapes.ts";
import type { Measure } from "../layout/sizes.ts";
import { at } from "../store/columns.ts";
import type { GraphLevel, GraphNode } from "../store/graph.ts";
import type { NodeMarks } from "../store/marks.ts";
import type { NodeState } from "../store/runs.ts";
import {
  type BlockMark,
  BlockPainter,
  headOf,
  isSeen,
  type PlacedBlock,
  placedAtRoot,
  placedIn,
  type Stacks,
} from "./blocks.ts";
import { BoxProgram, type BoxStyle } from "./boxes.ts";
import type { Box, Camera, Size } from "./camera.ts";
import { SHAPES_FROM_SCALE } from "./flows.ts";
import { GlFailure } from "./gl.ts";
import { LabelPainter } from "./labels.ts";
import { LineProgram, type LineStyle } from "./lines.ts";
import { boxStyle, changeDot, groundOf, lineStyle, type Mark, stackedStyle } from "./looks.ts";
import { eased, rectOf, type Unfolding } from "./motion.ts";
import type { Palette } from "./palette.ts";

/** Everything that can be seen, apart from where one looks. */
export interface Picture {
  readonly scene: Scene;
  /** By box. */
  readonly nodes: readonly (GraphNode | null)[];
  readonly levels: ReadonlyMap<string, GraphLevel>;
  readonly states: ReadonlyMap<string, NodeState>;
  readonly marks: ReadonlyMap<string, NodeMarks>;
  readonly palette: Palette;
  readonly selected: string | null;
  /** Nodes chosen beside it. */
  readonly also: readonly string[];
  readonly focused: string | null;
  readonly hovered: string | null;
  /** First modules of shared instances that are selected or under the pointer. */
  readonly instances: ReadonlySet<number>;
  readonly blocks: Stacks;
  readonly blockMark: BlockMark | null;
}

export interface Moment {
  readonly camera: Camera;
  readonly unfolding: Unfolding | null;
  /** Milliseconds. */
  readonly now: number;
}

interface Visible {
  readonly boxes: readonly number[];
  readonly routes: readonly number[];
}

interface Programs {
  readonly gl: WebGL2RenderingContext;
  readonly containers: BoxProgram;
  readonly lines: LineProgram;
  readonly boxes: BoxProgram;
}

const STACK_STEP = 4;
const HEAD = { width: 8, height: 7 } as const;

export class Painter {
  private programs: Programs;
  private readonly labels: LabelPainter;
  private readonly blocks: BlockPainter;
  private placed: { readonly block: PlacedBlock; readonly alpha: number }[] = [];
  private view: Size = { width: 1, height: 1 };
  private ratio = 1;

  /** Throws `GlFailure` where there is no WebGL2. */
  constructor(
    private readonly graphics: HTMLCanvasElement,
    private readonly text: HTMLCanvasElement,
    measure: Measure,
  ) {
    this.programs = programsOf(graphics);
    const context = text.getContext("2d");
    if (!context) throw new GlFailure("The browser offers no canvas for text.");
    this.labels = new LabelPainter(context, measure);
    this.blocks = new BlockPainter(context);
  }

  /** The blocks that the last frame showed. */
  get seenBlocks(): PlacedBlock[] {
    return this.placed.map(({ block }) => block);
  }

  restore(): void {
    this.programs = programsOf(this.graphics);
  }

  resize(size: Size, ratio: number): void {
    this.view = size;
    this.ratio = ratio;
    for (const canvas of [this.graphics, this.text]) {
      canvas.width = Math.max(1, Math.round(size.width * ratio));
      canvas.height = Math.max(1, Math.round(size.height * ratio));
    }
  }

  setScene(scene: Scene): void {
    this.programs.lines.setRoutes(scene.points, scene.routeStarts);
  }

  /** Returns whether something flows, so that another frame is needed. */
  draw(picture: Picture, visible: Visible, moment: Moment): boolean {
    const { gl, containers, lines, boxes } = this.programs;
    if (gl.isContextLost()) return false;
    gl.viewport(0, 0, this.graphics.width, this.graphics.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const t = moment.unfolding ? eased(moment.unfolding.share(moment.now)) : 1;
    containers.begin();
    boxes.begin();
    this.placed = this.rootBlocks(picture, moment);
    this.labels.begin(moment.camera, picture.palette, this.ratio);
    for (const box of visible.boxes) this.box(picture, box, moment, t);
    const edges = this.edges(picture, visible.routes, moment.camera, t);
    containers.draw(moment.camera, this.view, this.ratio);
    const time = (moment.now / 700) % 1;
    lines.draw(edges.routes, moment.camera, this.view, this.ratio, time);
    boxes.draw(moment.camera, this.view, this.ratio);
    this.drawBlocks(picture, moment.camera);
    return edges.flowing;
  }

  private rootBlocks({ blocks }: Picture, { camera }: Moment): typeof this.placed {
    const seen = placedAtRoot(blocks).filter(({ area }) => isSeen(camera, area, this.view));
    return seen.map((block) => ({ block, alpha: 1 }));
  }

  private drawBlocks({ palette, blockMark }: Picture, camera: Camera): void {
    if (this.placed.length === 0) return;
    this.blocks.begin(camera, palette, this.ratio);
    for (const { block, alpha } of this.placed) this.blocks.draw(block, blockMark, alpha);
  }

  private box(picture: Picture, box: number, moment: Moment, t: number): void {
    const node = picture.nodes[box];
    if (!node) return;
    const { scene, palette } = picture;
    const open = scene.open[box] === 1;
    const after = rectOf(scene, box);
    const rect = moment.unfolding?.place(node.id, after, t) ?? after;
    const alpha = moment.unfolding?.alpha(node.id, t) ?? 1;
    const mark = markOf(picture, node, open, at(scene.depths, box));
    const style = boxStyle(node, mark, palette, alpha);
    const program = open ? this.programs.containers : this.programs.boxes;
    if (node.repeats > 1 && !open) this.stack(rect, style, palette);
    program.add(rect.x, rect.y, rect.width, rect.height, style);
    const dot = changeDot(rect, mark, palette, alpha);
    if (dot) this.programs.boxes.add(dot.x, dot.y, dot.size, dot.size, dot.style);
    const stack = picture.blocks.get(node.id);
    const head = { ...rect, height: headOf(rect, open, stack) };
    this.labels.box(node, head, open, dimmed(style, alpha, open));
    if (!stack) return;
    for (const block of placedIn(rect, open, stack)) {
      if (isSeen(moment.camera, block.area, this.view)) this.placed.push({ block, alpha });
    }
  }

  /** The cards behind a folded stack, the furthest first. */
  private stack(rect: Box, style: BoxStyle, palette: Palette): void {
    const behind = stackedStyle(style, palette);
    for (const layer of [2, 1]) {
      const offset = layer * STACK_STEP;
      this.programs.boxes.add(rect.x + offset, rect.y + offset, rect.width, rect.height, behind);
    }
  }

  /** Styles the edges; those that stand out are drawn last, over the others of their trunk. */
  private edges(picture: Picture, visible: readonly number[], camera: Camera, t: number): Edges {
    const plain: number[] = [];
    const raised: number[] = [];
    let flowing = false;
    for (const route of visible) {
      const ends = endsOf(picture, route);
      if (!ends) continue;
      const style = lineStyle(edgeMark(picture, ends), picture.palette, t);
      this.programs.lines.style(route, style);
      (style.raised ? raised : plain).push(route);
      flowing ||= style.flowing;
      if (camera.scale > 0.3) this.head(picture.scene, route, style);
      if (camera.scale >= SHAPES_FROM_SCALE && t > 0.9) this.flow(picture, route);
    }
    return { routes: [...plain, ...raised], flowing };
  }

  /** An arrow head where the line comes in from above. */
  private head(scene: Scene, route: number, style: LineStyle): void {
    const last = at(scene.routeStarts, route + 1) - 1;
    const x = at(scene.points, last * 2);
    const y = at(scene.points, last * 2 + 1);
    if (y <= at(scene.points, last * 2 - 1)) return;
    const { width, height } = HEAD;
    this.programs.boxes.add(x - width / 2, y - height, width, height, {
      fill: style.colour,
      border: 0,
      accent: 0,
      radius: 0,
      borderWidth: 0,
      accentWidth: 0,
      glow: -1,
    });
  }

  private flow({ scene, palette }: Picture, route: number): void {
    const placed = at(scene.labels, route);
    if (placed) this.labels.flow(placed, groundOf(at(scene.routeDepths, route), palette));
  }
}

function programsOf(canvas: HTMLCanvasElement): Programs {
  const gl = canvas.getContext("webgl2", { antialias: false, depth: false, stencil: false });
  if (!gl) throw new GlFailure("WebGL2 is not available here.");
  return {
    gl,
    containers: new BoxProgram(gl),
    lines: new LineProgram(gl),
    boxes: new BoxProgram(gl),
  };
}

function markOf(picture: Picture, node: GraphNode, open: boolean, depth: number): Mark {
  return {
    state: picture.states.get(node.id) ?? "idle",
    open,
    depth,
    selected: picture.selected === node.id || picture.also.includes(node.id),
    focused: picture.focused === node.id,
    hovered: picture.hovered === node.id,
    together: isTogether(picture, node),
    marks: picture.marks.get(node.id) ?? null,
  };
}

/** Whether the node is another place of the instance that is selected or under the pointer. */
function isTogether({ instances }: Picture, node: GraphNode): boolean {
  return Boolean(node.place) && instances.has(node.firstModule);
}

function dimmed(style: BoxStyle, alpha: number, open: boolean): number {
  return open ? alpha : Math.max(0.5, (style.border >>> 24) / 255) * alpha;
}

interface Edges {
  /** In the order of drawing. */
  readonly routes: readonly number[];
  readonly flowing: boolean;
}

interface Ends {
  readonly source: GraphNode;
  readonly target: GraphNode;
}

function endsOf({ scene, levels }: Picture, route: number): Ends | null {
  const nodes = levels.get(at(scene.routeContainers, route))?.nodes;
  const source = nodes?.[at(scene.routeSources, route)];
  const target = nodes?.[at(scene.routeTargets, route)];
  return source && target ? { source, target } : null;
}

function edgeMark(picture: Picture, { source, target }: Ends) {
  const touched = (id: string | null) => id !== null && (source.id === id || target.id === id);
  const lit = picture.hovered ?? picture.selected;
  return {
    source: picture.states.get(source.id) ?? "idle",
    target: picture.states.get(target.id) ?? "idle",
    highlighted: touched(lit),
  };
}
