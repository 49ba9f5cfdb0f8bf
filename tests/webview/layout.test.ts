import { describe, expect, test } from "vitest";
import type { Rect } from "../../webview/src/layout/arrange.ts";
import { Planner } from "../../webview/src/layout/plan.ts";
import { sceneOf } from "../../webview/src/layout/scene.ts";
import type { LevelShape, Scene } from "../../webview/src/layout/shapes.ts";
import { shapesOf } from "../../webview/src/layout/sizes.ts";
import { openLevels } from "../../webview/src/store/bundles.ts";
import { decodeLevel, type Levels } from "../../webview/src/store/graph.ts";
import { type Recording, readRecording } from "./replay/read.ts";
import { gptRecording } from "./replay/recording.mjs";

const REAL = readRecording("minilm.recording");
const DEMO = readRecording("demo.recording");
const WRITTEN: Recording = gptRecording({ layers: 12 });

function levelsOf(recording: Recording, detail: "essential" | "all" = "essential"): Levels {
  const columns = detail === "all" ? (recording.allLevels ?? {}) : recording.levels;
  return new Map(Object.values(columns).map((level) => [level.container, decodeLevel(level)]));
}

const measure = (text: string, style: { size: number }) => text.length * style.size * 0.6;

function shapes(levels: Levels, expanded: readonly string[]): LevelShape[] {
  return shapesOf(openLevels(levels, new Set(expanded)), levels, measure);
}

function layOut(levels: readonly LevelShape[], aspect = 1.5, planner = new Planner()): Scene {
  return sceneOf(planner, { number: 1, levels, aspect });
}

function rectOf(scene: Scene, id: string): Rect {
  const box = scene.ids.indexOf(id);
  const [x = 0, y = 0, width = 0, height = 0] = scene.rects.subarray(box * 4, box * 4 + 4);
  return { x, y, width, height };
}

function pointsOf(scene: Scene, route: number): [number, number][] {
  const first = scene.routeStarts[route] ?? 0;
  const last = scene.routeStarts[route + 1] ?? 0;
  return Array.from({ length: last - first }, (_, i) => [
    scene.points[(first + i) * 2] ?? Number.NaN,
    scene.points[(first + i) * 2 + 1] ?? Number.NaN,
  ]);
}

function overlap(a: Rect, b: Rect): boolean {
  const across = a.x < b.x + b.width - 0.5 && b.x < a.x + a.width - 0.5;
  return across && a.y < b.y + b.height - 0.5 && b.y < a.y + a.height - 0.5;
}

/** Pairs of sibling boxes that overlap. */
function overlaps(scene: Scene, levels: readonly LevelShape[]): string[] {
  return levels.flatMap(({ nodes }) =>
    nodes.flatMap((node, index) =>
      nodes
        .slice(index + 1)
        .filter((other) => overlap(rectOf(scene, node.id), rectOf(scene, other.id)))
        .map((other) => `${node.id} and ${other.id}`),
    ),
  );
}

/** The line with points between, at most four units apart. */
function finely(points: readonly [number, number][]): [number, number][] {
  return points.flatMap(([x, y], index) => {
    const [toX, toY] = points[index + 1] ?? [x, y];
    const steps = Math.ceil(Math.hypot(toX - x, toY - y) / 4);
    return Array.from({ length: steps + 1 }, (_, step): [number, number] => {
      const share = steps === 0 ? 0 : step / steps;
      return [x + (toX - x) * share, y + (toY - y) * share];
    });
  });
}

/** Routes that run through a box of their own level, other than their ends. */
function collisions(scene: Scene, levels: readonly LevelShape[]): string[] {
  const found: string[] = [];
  const byId = new Map(levels.map((level) => [level.container, level]));
  scene.routeContainers.forEach((container, route) => {
    const level = byId.get(container);
    const edge = level?.edges[scene.routeRows[route] ?? 0];
    level?.nodes.forEach((node, row) => {
      if (row === edge?.source || row === edge?.target) return;
      const rect = rectOf(scene, node.id);
      const inside = ([x, y]: [number, number]) =>
        x > rect.x + 1 &&
        x < rect.x + rect.width - 1 &&
        y > rect.y + 1 &&
        y < rect.y + rect.height - 1;
      if (finely(pointsOf(scene, route)).some(inside)) {
        found.push(
          `${level.nodes[edge?.source ?? 0]?.id} → ${level.nodes[edge?.target ?? 0]?.id} through ${node.id}`,
        );
      }
    });
  });
  return found;
}

const allContainers = (recording: Recording) => Object.keys(recording.levels);

describe.each([
  ["a recorded encoder", levelsOf(REAL), allContainers(REAL)],
  [
    "a recorded encoder with all operations",
    levelsOf(REAL, "all"),
    Object.keys(REAL.allLevels ?? {}),
  ],
  ["the recorded demo model", levelsOf(DEMO), allContainers(DEMO)],
  [
    "the recorded demo model with all operations",
    levelsOf(DEMO, "all"),
    Object.keys(DEMO.allLevels ?? {}),
  ],
  ["a written GPT", levelsOf(WRITTEN), allContainers(WRITTEN)],
])("the layout of %s", (_name, levels, containers) => {
  test.each([
    ["folded", []],
    ["unfolded at one place", containers.slice(0, 4)],
    ["unfolded everywhere", containers],
  ])("has no overlapping boxes when %s", (_state, expanded) => {
    const given = shapes(levels, expanded);
    expect(overlaps(layOut(given), given)).toEqual([]);
  });

  test("leads no edge through a box", () => {
    const given = shapes(levels, containers);
    expect(collisions(layOut(given), given)).toEqual([]);
  });

  test("keeps everything inside its container", () => {
    const given = shapes(levels, containers);
    const scene = layOut(given);
    for (const { container, nodes } of given) {
      if (container === ".") continue;
      const outer = rectOf(scene, container);
      for (const node of nodes) {
        const rect = rectOf(scene, node.id);
        expect(rect.x, node.id).toBeGreaterThanOrEqual(outer.x);
        expect(rect.y + rect.height, node.id).toBeLessThanOrEqual(outer.y + outer.height + 0.5);
      }
    }
  });
});

describe("edges", () => {
  const levels = levelsOf(WRITTEN);
  const expanded = ["transformer", "transformer.h[0:12]", "transformer.h.3"];
  const given = shapes(levels, expanded);
  const scene = layOut(given);

  test("go on inside a container where they met its border", () => {
    const ends = new Map<string, { outer: number[]; inner: number[] }>();
    for (const id of expanded) ends.set(id, { outer: [], inner: [] });
    scene.routeContainers.forEach((container, route) => {
      const level = given.find((candidate) => candidate.container === container);
      const edge = level?.edges[scene.routeRows[route] ?? 0];
      const target = level?.nodes[edge?.target ?? 0]?.id ?? "";
      const source = level?.nodes[edge?.source ?? 0];
      const points = pointsOf(scene, route);
      ends.get(target)?.outer.push(points.at(-1)?.[0] ?? Number.NaN);
      if (source?.role === "input") ends.get(container)?.inner.push(points[0]?.[0] ?? Number.NaN);
    });
    for (const [id, { outer, inner }] of ends) {
      for (const x of outer) expect(inner.map(Math.round), id).toContain(Math.round(x));
    }
  });

  test("begin and end on the borders of their nodes", () => {
    scene.routeContainers.forEach((container, route) => {
      const level = given.find((candidate) => candidate.container === container);
      const edge = level?.edges[scene.routeRows[route] ?? 0];
      const target = rectOf(scene, level?.nodes[edge?.target ?? 0]?.id ?? "");
      const [x, y] = pointsOf(scene, route).at(-1) ?? [0, 0];
      expect(y).toBeCloseTo(target.y, 1);
      expect(x).toBeGreaterThanOrEqual(target.x);
      expect(x).toBeLessThanOrEqual(target.x + target.width);
    });
  });
});

describe("a long chain", () => {
  const levels = levelsOf(WRITTEN);
  const given = shapes(levels, ["transformer", "transformer.h[0:12]"]);

  test.each([0.6, 1, 1.6, 2.4])("fills a view of aspect %f in columns", (aspect) => {
    const stack = rectOf(layOut(given, aspect), "transformer.h[0:12]");
    const ratio = stack.width / stack.height;
    expect(ratio).toBeGreaterThan(aspect / 3);
    expect(ratio).toBeLessThan(aspect * 3);
  });

  test("has more columns in a wider view", () => {
    const columns = (aspect: number) => {
      const scene = layOut(given, aspect);
      const blocks = scene.ids.filter((id) => /^transformer\.h\.\d+$/.test(id));
      return new Set(blocks.map((id) => Math.round(rectOf(scene, id).x))).size;
    };
    expect(columns(2.4)).toBeGreaterThan(columns(0.6));
  });
});

test("a graph with much unfolded is no strip", () => {
  const levels = levelsOf(DEMO);
  const expanded = ["transformer", "transformer.h", "transformer.h.1"];
  const inner = ["transformer.h.1.attn", "transformer.h.1.mlp"];
  const scene = layOut(shapes(levels, [...expanded, ...inner]), 1.5);
  expect(scene.height / scene.width).toBeLessThan(2);
});

describe("equal insides", () => {
  test("are laid out once", () => {
    const levels = levelsOf(WRITTEN);
    const planner = new Planner();
    layOut(shapes(levels, allContainers(WRITTEN)), 1.5, planner);
    // root, transformer, stack, block, attention, mlp, in both ways of wrapping; not twelve of each
    expect(planner.laidOut).toBeLessThanOrEqual(12);
  });

  test("are remembered when something else is unfolded", () => {
    const levels = levelsOf(WRITTEN);
    const planner = new Planner();
    layOut(shapes(levels, ["transformer", "transformer.h[0:12]", "transformer.h.1"]), 1.5, planner);
    const before = planner.laidOut;
    layOut(
      shapes(levels, ["transformer", "transformer.h[0:12]", "transformer.h.1", "transformer.h.2"]),
      1.5,
      planner,
    );
    expect(planner.laidOut - before).toBeLessThanOrEqual(2 * 3);
  });
});

test("a level without any data flow stands in rows", () => {
  const nodes = Array.from({ length: 9 }, (_, index) => {
    return { id: `n${index}`, width: 100, height: 40, role: "box" as const };
  });
  const given = [{ container: ".", nodes, edges: [], titleWidth: 0 }];
  const scene = layOut(given);
  expect(overlaps(scene, given)).toEqual([]);
  expect(scene.width / scene.height).toBeGreaterThan(1);
});

test("a node that feeds itself has a loop beside it", () => {
  const nodes = [{ id: "cell", width: 100, height: 40, role: "box" as const }];
  const edges = [{ source: 0, target: 0 }];
  const scene = layOut([{ container: ".", nodes, edges, titleWidth: 0 }]);
  const cell = rectOf(scene, "cell");
  expect(Math.max(...pointsOf(scene, 0).map(([x]) => x))).toBeGreaterThan(cell.x + cell.width);
});

test("a tensor that every block reads runs in one trunk", () => {
  const box = (id: string, role: "box" | "input" = "box") => ({ id, width: 100, height: 40, role });
  const nodes = [
    box("x", "input"),
    box("mask", "input"),
    ...[0, 1, 2, 3, 4].map((i) => box(`h${i}`)),
  ];
  const chain = [0, 2, 3, 4, 5, 6]
    .slice(1)
    .map((row, i) => ({ source: [0, 2, 3, 4, 5][i] ?? 0, target: row }));
  const mask = [2, 3, 4, 5, 6].map((row) => ({ source: 1, target: row }));
  const scene = layOut([{ container: ".", nodes, edges: [...chain, ...mask], titleWidth: 0 }]);
  const lefts = [...scene.routeRows].flatMap((row, route) =>
    row > chain.length ? [Math.min(...pointsOf(scene, route).map(([x]) => x))] : [],
  );
  expect(lefts.length).toBe(4);
  expect(new Set(lefts.slice(1).map(Math.round)).size).toBe(1);
});
