/**
 * Frames of the real stage on graphs of many boxes, for `frames.mjs`: how long one takes while the
 * view is panned. Runs in the browser; no part of the shipped page.
 */
import "../src/ui/theme.css";
import type { BlockView } from "../src/blocks/frame.ts";
import type { Scene } from "../src/layout/shapes.ts";
import type { BlockPicture } from "../src/protocol/messages.generated.ts";
import { stacksOf } from "../src/render/blocks.ts";
import { textMeasure } from "../src/render/labels.ts";
import { readPalette } from "../src/render/palette.ts";
import { Stage } from "../src/render/stage.ts";
import { at } from "../src/store/columns.ts";
import type { GraphLevel, GraphNode, Strand } from "../src/store/graph.ts";

const SIZE = { width: 1400, height: 860 };
const STEP = { x: 150, y: 80 };
const NOTHING_KEPT = { anchor: null, place: null };

function nodeAt(index: number): GraphNode {
  const name = `layer.${index}`;
  return {
    id: name,
    kind: "module",
    name,
    type: ["Linear", "LayerNorm", "GPT2Attention", "Embedding"][index % 4] ?? "",
    path: name,
    container: ".",
    repeats: 1,
    calls: 1,
    parameterCount: 0,
    expandable: index % 3 === 0,
    firstModule: index,
    lastModule: index,
    order: index,
    output: { shape: [1, 8, 128], dtype: "float32", tokenDimension: 1 },
  };
}

/** Boxes in columns, each fed by the one above. */
function gridOf(count: number): { scene: Scene; levels: GraphLevel[] } {
  const rows = Math.max(
    1,
    Math.round(Math.sqrt((count * STEP.x * SIZE.height) / (STEP.y * SIZE.width))),
  );
  const nodes = Array.from({ length: count }, (_, index) => nodeAt(index));
  const places = nodes.map((_, i) => [Math.floor(i / rows) * STEP.x, (i % rows) * STEP.y] as const);
  const edges = nodes.flatMap((node, i) =>
    i % rows === 0 ? [] : [{ source: i - 1, target: i, strands: [strandOf(node)] }],
  );
  const label = { parts: [{ text: "1×8×128", isToken: false }], width: 42, lines: [] };
  const points = edges.flatMap(({ source, target }) => {
    const [x = 0, y = 0] = places[source] ?? [];
    return [x + 60, y + 44, x + 60, (places[target]?.[1] ?? 0) - 0];
  });
  const scene: Scene = {
    width: Math.ceil(count / rows) * STEP.x,
    height: rows * STEP.y,
    ids: nodes.map((node) => node.id),
    rects: Float32Array.from(places.flatMap(([x, y]) => [x, y, 120, 44])),
    open: new Uint8Array(count),
    depths: new Uint8Array(count),
    routeContainers: edges.map(() => "."),
    routeRows: Uint32Array.from(edges.keys()),
    routeSources: Uint32Array.from(edges, ({ source }) => source),
    routeTargets: Uint32Array.from(edges, ({ target }) => target),
    labels: edges.map(({ source }) => {
      const [x, y] = at(places, source);
      return { label, x: x + 60, y: y + 57 };
    }),
    routeDepths: new Uint8Array(edges.length),
    routeStarts: Uint32Array.from({ length: edges.length + 1 }, (_, i) => i * 2),
    points: Float32Array.from(points),
  };
  return { scene, levels: [{ container: ".", nodes, edges, rows: [...nodes.keys()] }] };
}

function strandOf(node: GraphNode): Strand {
  return { tensor: node.output, count: 1, output: -1, input: -1 };
}

function canvas(): HTMLCanvasElement {
  const element = document.createElement("canvas");
  element.style.cssText = "position:absolute;inset:0;width:100%;height:100%";
  document.body.append(element);
  return element;
}

const frame = () => new Promise<number>((done) => requestAnimationFrame(done));

interface Times {
  readonly frame: number;
  readonly script: number;
}

/** Milliseconds a frame while panning (median), and those of them spent in scripts. */
async function timed(prepare: (stage: Stage) => void, frames = 60): Promise<Times> {
  const [graphics, text] = [canvas(), canvas()];
  const palette = readPalette(document.body);
  const measure = textMeasure(() => palette.font);
  const stage = new Stage({
    graphics,
    text,
    palette,
    measure,
    motion: () => false,
    onCamera: () => {},
    onBlocks: () => {},
  });
  stage.resize(SIZE, 1);
  prepare(stage);
  const gaps: number[] = [];
  const scripts: number[] = [];
  let last = await frame();
  for (let step = 0; step < frames + 5; step++) {
    stage.pan(step % 2 === 0 ? 3 : -3, step % 2 === 0 ? 2 : -2);
    const now = await frame();
    gaps.push(now - last);
    scripts.push(stage.lastFrameMs);
    last = now;
  }
  stage.close();
  graphics.remove();
  text.remove();
  return { frame: median(gaps.slice(5)), script: median(scripts.slice(5)) };
}

function measureFrames(count: number): Promise<Times> {
  const { scene, levels } = gridOf(count);
  return timed((stage) => {
    if (count > 0) stage.setScene(scene, levels, NOTHING_KEPT);
  });
}

/** Attention of so many heads and tokens, with weights that fall off from the diagonal. */
function attentionOf(heads: number, tokens: number): BlockPicture {
  const axis = (name: string, size: number) => ({ name, size, first: 0, step: 1, count: size });
  const values = new Float32Array(heads * tokens * tokens);
  for (let cell = 0; cell < values.length; cell++) {
    const [query, key] = [Math.floor(cell / tokens) % tokens, cell % tokens];
    values[cell] = key > query ? 0 : 1 / (1 + query - key);
  }
  let text = "";
  for (const byte of new Uint8Array(values.buffer)) text += String.fromCharCode(byte);
  return {
    modelId: "bench",
    blockId: 1,
    runId: 1,
    kind: "attention",
    title: "attention",
    note: "",
    problem: null,
    panels: axis("heads", heads),
    x: axis("key", tokens),
    y: axis("query", tokens),
    scale: "probability",
    low: 0,
    high: 1,
    arrays: [
      { name: "values", dtype: "float32", shape: [heads, tokens, tokens], data: btoa(text) },
    ],
    texts: [],
    statistics: null,
  };
}

/** The same graph with and without blocks, each in a box that is large enough for it. */
async function measureBlocks(blocks: number, zoom: number): Promise<Times> {
  const { scene, levels } = gridOf(60);
  const views = Array.from({ length: blocks }, (_, index): BlockView => {
    const value = { side: "output", keys: [] } as const;
    const block = {
      blockId: index + 1,
      node: `layer.${index}`,
      value,
      kind: "attention",
      roles: [],
    };
    return { block, picture: attentionOf(12, 128), stale: false };
  });
  const stacks = stacksOf(views);
  for (const [index, { room }] of [...stacks.values()].entries()) {
    const column = index % 3;
    const place = [column * 420, Math.floor(index / 3) * 420, room.width + 20, room.height + 49];
    scene.rects.set(place, index * 4);
  }
  return timed((stage) => {
    stage.setScene({ ...scene, width: 1300, height: 800 }, levels, NOTHING_KEPT);
    stage.setBlocks(stacks);
    if (zoom !== 1) stage.zoom(zoom, 300, 300);
  }, 15);
}

/** Another process may take the machine for a moment: the middle one is told, not the mean. */
function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] ?? 0;
}

declare global {
  interface Window {
    measureFrames: typeof measureFrames;
    measureBlocks: typeof measureBlocks;
  }
}

window.measureFrames = measureFrames;
window.measureBlocks = measureBlocks;
