/**
 * Frames of the real stage on graphs of many boxes, for `frames.mjs`: how long one takes while the
 * view is panned. Runs in the browser; no part of the shipped page.
 */
import "../src/ui/theme.css";
import type { Scene } from "../src/layout/shapes.ts";
import { textMeasure } from "../src/render/labels.ts";
import { readPalette } from "../src/render/palette.ts";
import { Stage } from "../src/render/stage.ts";
import type { GraphLevel, GraphNode } from "../src/store/graph.ts";

const SIZE = { width: 1400, height: 860 };
const STEP = { x: 150, y: 80 };

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
    i % rows === 0 ? [] : [{ source: i - 1, target: i, tensor: node.output, count: 1 }],
  );
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
    routeDepths: new Uint8Array(edges.length),
    routeStarts: Uint32Array.from({ length: edges.length + 1 }, (_, i) => i * 2),
    points: Float32Array.from(points),
  };
  return { scene, levels: [{ container: ".", nodes, edges }] };
}

function canvas(): HTMLCanvasElement {
  const element = document.createElement("canvas");
  element.style.cssText = "position:absolute;inset:0;width:100%;height:100%";
  document.body.append(element);
  return element;
}

const frame = () => new Promise<number>((done) => requestAnimationFrame(done));

/** Milliseconds a frame while panning (mean), and those of them spent in scripts. */
async function measureFrames(count: number): Promise<{ frame: number; script: number }> {
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
  const { scene, levels } = gridOf(count);
  if (count > 0) stage.setScene(scene, levels, null);
  const gaps: number[] = [];
  const scripts: number[] = [];
  let last = await frame();
  for (let step = 0; step < 65; step++) {
    stage.pan(step % 2 === 0 ? 3 : -3, step % 2 === 0 ? 2 : -2);
    const now = await frame();
    gaps.push(now - last);
    scripts.push(stage.lastFrameMs);
    last = now;
  }
  stage.close();
  graphics.remove();
  text.remove();
  return { frame: mean(gaps.slice(5)), script: mean(scripts.slice(5)) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

declare global {
  interface Window {
    measureFrames: typeof measureFrames;
  }
}

window.measureFrames = measureFrames;
