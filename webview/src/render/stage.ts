/**
 * The drawn graph: owns both canvases, the camera and the frame loop. It draws on demand only.
 * It knows nodes, states and a scene; who changed them, and what the DOM around it is, it must
 * not know. Used by the graph view component.
 */

import { EMPTY_SCENE, type Scene } from "../layout/shapes.ts";
import type { Measure } from "../layout/sizes.ts";
import type { PageView } from "../protocol/messages.generated.ts";
import { type GraphLevel, type GraphNode, ROOT } from "../store/graph.ts";
import type { NodeMarks } from "../store/marks.ts";
import type { NodeState } from "../store/runs.ts";
import { type BlockMark, blockUnder, type PlacedBlock, type Stacks } from "./blocks.ts";
import type { Box, Camera, Size } from "./camera.ts";
import {
  anchored,
  cameraAt,
  centred,
  fitted,
  framed,
  LEGIBLE,
  onScreen,
  panned,
  placeOf,
  revealed,
  worldPoint,
  zoomed,
} from "./camera.ts";
import { Gliding, rectOf, Unfolding } from "./motion.ts";
import { Painter, type Picture } from "./painter.ts";
import type { Palette } from "./palette.ts";
import { SpatialIndex } from "./spatial.ts";

/** The scale that a node asked for is shown at, at least. */
const READABLE = 0.8;

/** `start`: as a graph is first met; `whole`: all of it; `free`: where the user left it. */
type Framing = "start" | "whole" | "free";

export interface StageOptions {
  readonly graphics: HTMLCanvasElement;
  readonly text: HTMLCanvasElement;
  readonly palette: Palette;
  readonly measure: Measure;
  /** Whether things may move by themselves. */
  readonly motion: () => boolean;
  onCamera(camera: Camera): void;
  /** Which blocks a frame showed, and how many pixels a unit was. */
  onBlocks(blocks: readonly PlacedBlock[], scale: number): void;
}

export class Stage {
  private readonly painter: Painter;
  private scene = EMPTY_SCENE;
  private index = new SpatialIndex(EMPTY_SCENE);
  private view: Size = { width: 1, height: 1 };
  private cameraNow: Camera = { scale: 1, x: 0, y: 0 };
  private unfolding: Unfolding | null = null;
  private gliding: Gliding | null = null;
  private frame = 0;
  private ratio = 1;
  private framing: Framing = "start";
  private byId = new Map<string, number>();
  private picture: Picture;
  /** How long the last frame took to draw, in milliseconds. */
  lastFrameMs = 0;

  constructor(private readonly options: StageOptions) {
    this.painter = new Painter(options.graphics, options.text, options.measure);
    this.picture = {
      scene: EMPTY_SCENE,
      nodes: [],
      levels: new Map(),
      states: new Map(),
      marks: new Map(),
      palette: options.palette,
      selected: null,
      also: [],
      focused: null,
      hovered: null,
      instances: new Set(),
      blocks: new Map(),
      blockMark: null,
    };
    options.graphics.addEventListener("webglcontextrestored", () => this.restore());
  }

  get camera(): Camera {
    return this.cameraNow;
  }

  get size(): Size {
    return this.view;
  }

  get content(): Box {
    return { x: 0, y: 0, width: this.scene.width, height: this.scene.height };
  }

  resize(size: Size, ratio: number): void {
    const before = this.view;
    this.view = size;
    this.ratio = ratio;
    this.painter.resize(size, ratio);
    const [dx, dy] = [(size.width - before.width) / 2, (size.height - before.height) / 2];
    if (this.framing !== "free") this.setCamera(this.fitCamera());
    else this.moveAll(dx, dy);
    this.drawNow(performance.now());
  }

  /** Whether the view still is where it stands by itself. */
  get isFramed(): boolean {
    return this.framing !== "free";
  }

  /** Where the user left the view; null as long as it stands by itself. */
  get place(): PageView | null {
    const node = this.framing === "free" ? this.keeper(new Set(this.scene.ids)) : null;
    const box = node === null ? null : this.boxOf(node);
    return node !== null && box ? { node, ...placeOf(this.cameraNow, box, this.view) } : null;
  }

  /** Looks where the user looked before; nothing if that is gone. */
  private returnTo(place: PageView): void {
    const box = this.boxOf(place.node);
    if (!box) return;
    this.framing = "free";
    this.jump(cameraAt(place, box, this.view));
  }

  /**
   * Shows a new scene; `anchor` is the node that keeps its place on the screen, `place` what the first
   * scene of all is to be shown as.
   */
  setScene(
    scene: Scene,
    levels: readonly GraphLevel[],
    { anchor, place }: { readonly anchor: string | null; readonly place: PageView | null },
  ): void {
    const old = this.scene;
    const kept = anchor ?? this.keeper(new Set(scene.ids));
    const before = kept === null ? null : this.boxOf(kept);
    this.take(scene, levels);
    const after = kept === null ? null : this.boxOf(kept);
    if (old.ids.length === 0) this.framing = "start";
    if (anchor !== null && after) this.framing = "free";
    if (this.framing !== "free") this.jump(this.fitCamera());
    else if (before && after) this.keepPlace(old, before, after);
    if (anchor !== null && after) this.reveal(after);
    if (old.ids.length === 0 && place) this.returnTo(place);
    this.invalidate();
  }

  setStates(states: ReadonlyMap<string, NodeState>): void {
    this.update({ states });
  }

  setModuleMarks(marks: ReadonlyMap<string, NodeMarks>): void {
    this.update({ marks });
  }

  setMarks(marks: Pick<Picture, "selected" | "also" | "focused" | "hovered" | "instances">): void {
    this.update(marks);
  }

  setBlocks(blocks: Stacks): void {
    this.update({ blocks });
  }

  setBlockMark(blockMark: BlockMark | null): void {
    if (blockMark !== this.picture.blockMark) this.update({ blockMark });
  }

  /** The block under a point of the screen, and its entry there. */
  blockAt(x: number, y: number): ReturnType<typeof blockUnder> {
    const [worldX, worldY] = worldPoint(this.cameraNow, x, y);
    return blockUnder(this.painter.seenBlocks, worldX, worldY);
  }

  setPalette(palette: Palette): void {
    this.update({ palette });
  }

  nodeAt(x: number, y: number): GraphNode | null {
    const [worldX, worldY] = worldPoint(this.cameraNow, x, y);
    return this.picture.nodes[this.index.boxAt(worldX, worldY)] ?? null;
  }

  /** The root is no box; what can be shown of it are its blocks. */
  boxOf(id: string): Box | null {
    const room = id === ROOT ? this.picture.blocks.get(ROOT)?.room : undefined;
    if (room) return { x: 0, y: 0, ...room };
    const box = this.byId.get(id);
    return box === undefined ? null : rectOf(this.scene, box);
  }

  isOpen(id: string): boolean {
    const box = this.byId.get(id);
    return box !== undefined && this.scene.open[box] === 1;
  }

  pan(dx: number, dy: number): void {
    this.gliding = null;
    this.framing = "free";
    this.setCamera(panned(this.cameraNow, dx, dy));
  }

  zoom(factor: number, x: number, y: number): void {
    this.gliding = null;
    this.framing = "free";
    this.setCamera(zoomed(this.cameraNow, factor, x, y));
  }

  /** Zooms around the middle, gliding. */
  zoomStep(factor: number): void {
    this.framing = "free";
    this.glide(zoomed(this.cameraNow, factor, this.view.width / 2, this.view.height / 2));
  }

  /** Shows everything, however small. */
  fit(): void {
    this.framing = "whole";
    this.glide(this.fitCamera());
  }

  /** Brings a node into view, near enough to be read. */
  show(id: string): void {
    const box = this.boxOf(id);
    if (!box) return;
    this.framing = "free";
    const { scale } = this.cameraNow;
    const near = centred(box, scale >= LEGIBLE ? scale : READABLE, this.view);
    if (this.isOpen(id)) this.reveal(box, scale >= LEGIBLE ? this.cameraNow : near);
    else if (scale < LEGIBLE || !this.isSeen(box)) this.glide(near);
  }

  invalidate(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame((now) => this.drawNow(now));
  }

  close(): void {
    cancelAnimationFrame(this.frame);
  }

  private update(part: Partial<Picture>): void {
    this.picture = { ...this.picture, ...part };
    this.invalidate();
  }

  private take(scene: Scene, levels: readonly GraphLevel[]): void {
    const nodes = new Map(levels.flatMap((level) => level.nodes.map((node) => [node.id, node])));
    this.scene = scene;
    this.index = new SpatialIndex(scene);
    this.byId = new Map(scene.ids.map((id, box) => [id, box]));
    this.unfolding = null;
    this.picture = {
      ...this.picture,
      scene,
      nodes: scene.ids.map((id) => nodes.get(id) ?? null),
      levels: new Map(levels.map((level) => [level.container, level])),
    };
    this.painter.setScene(scene);
  }

  private fitCamera(): Camera {
    const margin = Math.min(40, this.view.width * 0.05);
    if (this.framing === "whole" || this.scene.ids.length === 0) {
      return fitted(this.content, this.view, margin);
    }
    return framed(this.content, rectOf(this.scene, 0), this.view, margin);
  }

  /** Whether all of a box is in the view. */
  private isSeen(box: Box): boolean {
    const { x, y, width, height } = onScreen(this.cameraNow, box);
    return x > 0 && y > 0 && x + width < this.view.width && y + height < this.view.height;
  }

  /** What keeps its place when the layout changes by itself: the selected node, or the middle. */
  private keeper(next: ReadonlySet<string>): string | null {
    const { selected } = this.picture;
    const box = selected === null || !next.has(selected) ? null : this.boxOf(selected);
    if (box && this.isSeen(box)) return selected;
    const [x, y] = worldPoint(this.cameraNow, this.view.width / 2, this.view.height / 2);
    const near = this.scene.ids.filter((id, row) => next.has(id) && this.scene.open[row] !== 1);
    const distances = near.map((id) => distanceTo(this.boxOf(id), x, y));
    return near[distances.indexOf(Math.min(...distances))] ?? null;
  }

  private keepPlace(old: Scene, before: Box, after: Box): void {
    const from = this.cameraNow;
    this.jump(anchored(from, before, after));
    if (!this.options.motion()) return;
    const { scale } = from;
    const shift = {
      x: (from.x - this.cameraNow.x) / scale,
      y: (from.y - this.cameraNow.y) / scale,
    };
    this.unfolding = new Unfolding(old, performance.now(), shift);
  }

  /** Moves the view and where it is gliding to. */
  private moveAll(dx: number, dy: number): void {
    this.gliding = this.gliding?.moved(dx, dy) ?? null;
    this.setCamera(panned(this.cameraNow, dx, dy));
  }

  private reveal(box: Box, from = this.cameraNow): void {
    const margin = Math.min(40, this.view.width * 0.06);
    const to = revealed(from, box, this.view, margin);
    if (to.x !== this.cameraNow.x || to.y !== this.cameraNow.y) this.glide(to);
  }

  private glide(to: Camera): void {
    if (this.options.motion()) {
      this.gliding = new Gliding(this.cameraNow, to, performance.now());
      this.invalidate();
    } else this.setCamera(to);
  }

  private jump(to: Camera): void {
    this.gliding = null;
    this.setCamera(to);
  }

  private setCamera(camera: Camera): void {
    this.cameraNow = camera;
    this.options.onCamera(camera);
    this.invalidate();
  }

  private restore(): void {
    this.painter.restore();
    this.painter.setScene(this.scene);
    this.invalidate();
  }

  private drawNow(now: number): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.step(now);
    const began = performance.now();
    const flowing = this.painter.draw(this.picture, this.visible(), {
      camera: this.cameraNow,
      unfolding: this.unfolding,
      now,
    });
    this.lastFrameMs = performance.now() - began;
    this.options.onBlocks(this.painter.seenBlocks, this.cameraNow.scale * this.ratio);
    const moving = this.unfolding !== null || this.gliding !== null;
    if (moving || (flowing && this.options.motion())) this.invalidate();
  }

  private step(now: number): void {
    if (this.gliding) {
      const { camera, done } = this.gliding.at(now);
      this.cameraNow = camera;
      this.options.onCamera(camera);
      if (done) this.gliding = null;
    }
    if (this.unfolding && this.unfolding.share(now) >= 1) this.unfolding = null;
  }

  private visible(): { boxes: number[]; routes: number[] } {
    const { scale } = this.cameraNow;
    // While boxes glide, what comes into view is drawn early: half a view around.
    const extra = this.unfolding ? this.view.width / 2 : 24;
    const [left, top] = worldPoint(this.cameraNow, -extra, -extra);
    const [right, bottom] = worldPoint(
      this.cameraNow,
      this.view.width + extra,
      this.view.height + extra,
    );
    const least = 2 / scale;
    return {
      boxes: this.index.boxesIn(left, top, right, bottom, least),
      routes: this.index.routesIn(left, top, right, bottom, least),
    };
  }
}

function distanceTo(box: Box | null, x: number, y: number): number {
  if (!box) return Number.POSITIVE_INFINITY;
  return Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
}
