/** Layouts of graphs that few models have: recurrences, neighbours of unlike height, stray ports. */
import { expect, test } from "vitest";
import { Planner } from "../../webview/src/layout/plan.ts";
import { sceneOf } from "../../webview/src/layout/scene.ts";
import type { EdgeShape, NodeShape, Role, Scene } from "../../webview/src/layout/shapes.ts";

type Rect = readonly [left: number, top: number, right: number, bottom: number];

function node(id: string, height = 44, role: Role = "box"): NodeShape {
  return { id, width: role === "box" ? 120 : 60, height, role };
}

/** `"0>1 1>2"` */
function edges(text: string): EdgeShape[] {
  return text.split(" ").map((edge) => {
    const [source = 0, target = 0] = edge.split(">").map(Number);
    return { source, target };
  });
}

function layOut(nodes: readonly NodeShape[], flows: readonly EdgeShape[]): Scene {
  const levels = [{ container: ".", nodes, edges: flows, titleWidth: 0 }];
  return sceneOf(new Planner(), { number: 1, levels, aspect: 1.5 });
}

function rectOf({ rects }: Scene, box: number): Rect {
  const [x = 0, y = 0, width = 0, height = 0] = rects.subarray(box * 4, box * 4 + 4);
  return [x, y, x + width, y + height];
}

/** Points of an edge, close enough to each other that none jumps over a box. */
function pathOf({ routeRows, routeStarts, points }: Scene, row: number): [number, number][] {
  const route = routeRows.indexOf(row);
  const path: [number, number][] = [];
  for (let i = routeStarts[route] ?? 0; i + 1 < (routeStarts[route + 1] ?? 0); i++) {
    const [x = 0, y = 0, nextX = 0, nextY = 0] = points.subarray(i * 2, i * 2 + 4);
    for (let t = 0; t <= 1; t += 0.125) path.push([x + (nextX - x) * t, y + (nextY - y) * t]);
  }
  return path;
}

/** `3>4 through 2` for each edge that leads through a box. */
function crossings(scene: Scene, flows: readonly EdgeShape[]): string[] {
  return flows.flatMap(({ source, target }, row) =>
    scene.ids.flatMap((_, box) => {
      const [left, top, right, bottom] = rectOf(scene, box);
      const isInside = ([x, y]: readonly [number, number]) =>
        x > left + 2 && x < right - 2 && y > top + 2 && y < bottom - 2;
      return pathOf(scene, row).some(isInside) ? [`${source}>${target} through ${box}`] : [];
    }),
  );
}

function overlaps(scene: Scene): string[] {
  return scene.ids.flatMap((first, box) =>
    scene.ids.slice(box + 1).flatMap((second, index) => {
      const [a, b] = [rectOf(scene, box), rectOf(scene, box + 1 + index)];
      const isApart = a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
      return isApart ? [] : [`${first} and ${second}`];
    }),
  );
}

test("a recurrence leads back beside the boxes and comes in from above", () => {
  const flows = edges("0>1 1>2 2>3 3>1 2>1 3>4");
  const scene = layOut(
    [0, 1, 2, 3, 4].map((number) => node(String(number))),
    flows,
  );
  expect(crossings(scene, flows)).toEqual([]);
  for (const row of [3, 4]) {
    const [[, before] = [0, 0], [x, y] = [0, 0]] = pathOf(scene, row).slice(-2);
    const [left, top, right] = rectOf(scene, 1);
    expect(before).toBeLessThan(y);
    expect(y).toBeCloseTo(top);
    expect(x > left && x < right).toBe(true);
  }
});

test("a node that is reached only through a cycle keeps its edge to what it reads", () => {
  const nodes = Array.from({ length: 8 }, (_, number) => node(String(number)));
  const flows = edges("0>1 1>2 2>3 3>4 4>1 1>3 1>4 1>5 5>6 6>7 1>7 2>1");
  const scene = layOut(nodes, flows);
  expect(crossings(scene, flows)).toEqual([]);
  expect(overlaps(scene)).toEqual([]);
});

test("an edge leads around a taller box in the rank of its source and of its target", () => {
  const nodes = [node("0"), node("1", 260), node("2"), node("3"), node("4", 260), node("5")];
  const flows = edges("0>3 0>4 1>3 1>4 1>5 2>3 2>4 0>5");
  expect(crossings(layOut(nodes, flows), flows)).toEqual([]);
});

test("a port at the border stands beside the boxes that begin higher than its own chain", () => {
  const nodes = [
    ...["0", "1", "2", "3"].map((id) => node(id)),
    node("x", 28, "input"),
    node("y", 28, "input"),
    node("unused", 28, "input"),
    node("also unused", 28, "input"),
    node("result", 28, "output"),
  ];
  const flows = edges("0>1 1>2 2>3 4>3 5>2 0>2 3>8");
  const scene = layOut(nodes, flows);
  expect(overlaps(scene)).toEqual([]);
  expect(crossings(scene, flows)).toEqual([]);
});

test("no box overlaps and no edge leads through one, whatever small graph without cycles", () => {
  const wrong: string[] = [];
  for (let seed = 1; seed <= 150; seed++) {
    const { nodes, flows } = randomGraph(seed);
    const scene = layOut(nodes, flows);
    const found = [...overlaps(scene), ...crossings(scene, flows)];
    wrong.push(...found.map((one) => `${seed}: ${one}`));
  }
  expect(wrong).toEqual([]);
}, 60_000);

function randomGraph(seed: number): { nodes: NodeShape[]; flows: EdgeShape[] } {
  let state = seed * 7919;
  const below = (count: number) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * count);
  };
  const count = 3 + below(9);
  const nodes = Array.from({ length: count }, (_, id) => node(String(id), below(5) ? 44 : 200));
  const pairs = Array.from({ length: count * 2 }, () => [below(count), below(count)] as const);
  const ahead = pairs.filter(([source, target]) => source !== target);
  const ordered = ahead.map(([one, other]) => `${Math.min(one, other)}>${Math.max(one, other)}`);
  return { nodes, flows: ordered.length > 0 ? edges([...new Set(ordered)].join(" ")) : [] };
}

test("a dozen inputs that each of many steps reads are laid out", () => {
  const [inputs, steps] = [12, 160];
  const nodes = Array.from({ length: inputs + steps }, (_, id) =>
    node(String(id), 44, id < inputs ? "input" : "box"),
  );
  const flows = Array.from({ length: steps }, (_, step) => {
    const read = Array.from({ length: inputs }, (_, input) => `${input}>${inputs + step}`);
    return step === 0 ? read : [...read, `${inputs + step - 1}>${inputs + step}`];
  });
  const scene = layOut(nodes, edges(flows.flat().join(" ")));
  expect(scene.points.every(Number.isFinite)).toBe(true);
}, 60_000);

test("a level of ten thousand nodes is laid out, each edge ahead", () => {
  const nodes = Array.from({ length: 10_000 }, (_, id) => node(String(id), 26));
  const flows = nodes.slice(1).flatMap((_, id) => {
    const next = { source: id, target: id + 1 };
    return id % 2 === 0 && id + 2 < nodes.length ? [next, { source: id, target: id + 2 }] : [next];
  });
  const scene = layOut(nodes, flows);
  expect(scene.routeRows.length).toBe(flows.length);
  expect(scene.points.every(Number.isFinite)).toBe(true);
  expect(scene.width / scene.height).toBeGreaterThan(0.5);
}, 60_000);

test("lines between two unfolded nodes lead from each port to each", () => {
  const port = (id: string, role: Role) => ({ id, width: 8, height: 8, role });
  const inside = (container: string, ports: NodeShape[], lines: EdgeShape[]) => {
    return {
      container,
      nodes: [...ports, node(`${container}-a`), node(`${container}-b`)],
      edges: lines,
      titleWidth: 0,
    };
  };
  const levels = [
    {
      container: ".",
      nodes: [node("left"), node("right")],
      edges: [
        { source: 0, target: 1, output: 0, input: 1 },
        { source: 0, target: 1, output: 1, input: 0 },
      ],
      titleWidth: 0,
    },
    inside("left", [port("o0", "output"), port("o1", "output")], edges("2>0 3>1")),
    inside("right", [port("i0", "input"), port("i1", "input")], edges("0>2 1>3")),
  ];
  const scene = sceneOf(new Planner(), { number: 1, levels, aspect: 1.5 });
  const middle = (id: string) => {
    const [left, , right] = rectOf(scene, scene.ids.indexOf(id));
    return (left + right) / 2;
  };
  const ends = [0, 1].map((row) => {
    const path = pathOf(scene, row);
    return [path[0]?.[0], path.at(-1)?.[0]].map((x) => Math.round(x ?? Number.NaN));
  });
  expect(ends).toEqual([
    [Math.round(middle("o0")), Math.round(middle("i1"))],
    [Math.round(middle("o1")), Math.round(middle("i0"))],
  ]);
});

test("the label of a loop is beside its node, and what a line carries alone is at that line", () => {
  const label = (text: string) => {
    return { parts: [{ text, isToken: false }], width: 40, lines: [] };
  };
  const flows = [
    { source: 0, target: 1, label: label("1×2") },
    { source: 0, target: 2, label: label("1×3") },
    { source: 0, target: 0, label: label("1×4") },
  ];
  const scene = layOut([node("0"), node("1"), node("2")], flows);
  const [, top, right, bottom] = rectOf(scene, 0);
  const placed = scene.labels.map((one) => ({
    text: one?.label.parts[0]?.text,
    x: one?.x ?? 0,
    y: one?.y ?? 0,
  }));
  const loop = placed.find(({ text }) => text === "1×4");
  expect(loop && loop.x - 24 > right && loop.y > top && loop.y < bottom).toBe(true);
  for (const text of ["1×2", "1×3"]) {
    const own = placed.find((one) => one.text === text);
    expect(own?.y).toBeGreaterThan(bottom);
  }
  expect(
    new Set(placed.map(({ x, y }) => `${Math.round(x / 40)} ${Math.round(y / 14)}`)).size,
  ).toBe(3);
});
