/**
 * The drawn graph: owns both canvases, the camera and the frame loop. It draws on demand only.
 * It knows nodes, states and a scene; who changed them, and what the DOM around it is, it must
 * not know. Used by the graph view component.
 */

import type { Scene } from "../layout/shapes.ts";
import type { Measure } from "../layout/sizes.ts";
import { at } from "../store/columns.ts";
import type { GraphLevel, GraphNode } from "../store/graph.ts";
import type { NodeState } from "../store/runs.ts";
import type { Box, Camera, Size } from "./camera.ts";
import { anchored, centred, fitted, panned, revealed, worldPoint, zoomed } from "./camera.ts";
import { Gliding, rectOf, Unfolding } from "./motion.ts";
import { Painter, type Picture } from "./painter.ts";
import type { Palette } from "./palette.ts";
import { SpatialIndex } from "./spatial.ts";

/** The scale that a node asked for is shown at, at least. */
const READABLE = 0.8;

const EMPTY: Scene = {
  width: 0,
  height: 0,
  ids: [],
  rects: new Float32Array(),
  open: new Uint8Array(),
  depths: new Uint8Array(),
  routeContainers: [],
  routeRows: new Uint32Array(),
  routeDepths: new Uint8Array(),
  routeStarts: new Uint32Array([0]),
  points: new Float32Array(),
};

export interface StageOptions {
  readonly graphics: HTMLCanvasElement;
  readonly text: HTMLCanvasElement;
  readonly palette: Palette;
  readonly measure: Measure;
  /** Whether things may move by themselves. */
  readonly motion: () => boolean;
  onCamera(camera: Camera): void;
}

export class Stage {
  private readonly painter: Painter;
  private scene = EMPTY;
  private index = new SpatialIndex(EMPTY);
  private view: Size = { width: 1, height: 1 };
  private cameraNow: Camera = { scale: 1, x: 0, y: 0 };
  private unfolding: Unfolding | null = null;
  private gliding: Gliding | null = null;
  private frame = 0;
  private fresh = true;
  private byId = new Map<string, number>();
  private picture: Picture;
  /** How long the last frame took to draw, in milliseconds. */
  lastFrameMs = 0;

  constructor(private readonly options: StageOptions) {
    this.painter = new Painter(options.graphics, options.text, options.measure);
    this.picture = {
      scene: EMPTY,
      nodes: [],
      levels: new Map(),
      states: new Map(),
      palette: options.palette,
      selected: null,
      focused: null,
      hovered: null,
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
    const first = this.view.width <= 1;
    const before = this.view;
    this.view = size;
    this.painter.resize(size, ratio);
    if (first || this.fresh) this.setCamera(this.fitCamera());
    else this.setCamera(panned(this.cameraNow, (size.width - before.width) / 2, 0));
    this.drawNow(performance.now());
  }

  /** Shows a new scene; `anchor` is the node that keeps its place on the screen. */
  setScene(scene: Scene, levels: readonly GraphLevel[], anchor: string | null): void {
    const old = this.scene;
    const before = anchor === null ? null : this.boxOf(anchor);
    this.take(scene, levels);
    const after = anchor === null ? null : this.boxOf(anchor);
    if (old.ids.length === 0 || (this.fresh && anchor === null)) {
      this.fit(false);
      this.fresh = true;
      return;
    }
    if (!before || !after) {
      this.invalidate();
      return;
    }
    const from = this.cameraNow;
    this.gliding = null;
    this.setCamera(anchored(from, before, after));
    if (this.options.motion()) {
      const { scale } = from;
      const shift = {
        x: (from.x - this.cameraNow.x) / scale,
        y: (from.y - this.cameraNow.y) / scale,
      };
      this.unfolding = new Unfolding(old, performance.now(), shift);
    }
    this.reveal(after);
    this.invalidate();
  }

  setStates(states: ReadonlyMap<string, NodeState>): void {
    this.update({ states });
  }

  setMarks(marks: Pick<Picture, "selected" | "focused" | "hovered">): void {
    this.update(marks);
  }

  setPalette(palette: Palette): void {
    this.update({ palette });
  }

  nodeAt(x: number, y: number): GraphNode | null {
    const [worldX, worldY] = worldPoint(this.cameraNow, x, y);
    return this.picture.nodes[this.index.boxAt(worldX, worldY)] ?? null;
  }

  boxOf(id: string): Box | null {
    const box = this.byId.get(id);
    return box === undefined ? null : rectOf(this.scene, box);
  }

  isOpen(id: string): boolean {
    const box = this.byId.get(id);
    return box !== undefined && this.scene.open[box] === 1;
  }

  pan(dx: number, dy: number): void {
    this.gliding = null;
    this.fresh = false;
    this.setCamera(panned(this.cameraNow, dx, dy));
  }

  zoom(factor: number, x: number, y: number): void {
    this.gliding = null;
    this.fresh = false;
    this.setCamera(zoomed(this.cameraNow, factor, x, y));
  }

  /** Zooms around the middle, gliding. */
  zoomStep(factor: number): void {
    this.fresh = false;
    this.glide(zoomed(this.cameraNow, factor, this.view.width / 2, this.view.height / 2));
  }

  fit(glide = true): void {
    this.fresh = true;
    if (glide) this.glide(this.fitCamera());
    else this.setCamera(this.fitCamera());
  }

  /** Brings a node into view, near enough to be read. */
  show(id: string): void {
    const box = this.boxOf(id);
    if (!box) return;
    this.fresh = false;
    if (this.cameraNow.scale >= READABLE || this.isOpen(id)) this.reveal(box);
    else this.glide(centred(box, READABLE, this.view));
  }

  /** Centres a world point; the minimap's way to move. */
  centre(x: number, y: number): void {
    this.fresh = false;
    this.gliding = null;
    const point = { x, y, width: 0, height: 0 };
    this.setCamera(centred(point, this.cameraNow.scale, this.view));
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
    return fitted(this.content, this.view, margin);
  }

  private reveal(box: Box): void {
    const margin = Math.min(40, this.view.width * 0.06);
    const to = revealed(this.cameraNow, box, this.view, margin);
    if (to.x !== this.cameraNow.x || to.y !== this.cameraNow.y) this.glide(to);
  }

  private glide(to: Camera): void {
    if (this.options.motion()) {
      this.gliding = new Gliding(this.cameraNow, to, performance.now());
      this.invalidate();
    } else this.setCamera(to);
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

  /** The screen height of a box, for deciding what is worth a DOM element. */
  heightOnScreen(id: string): number {
    const box = this.byId.get(id);
    return box === undefined ? 0 : at(this.scene.rects, box * 4 + 3) * this.cameraNow.scale;
  }
}
