import { describe, expect, test } from "vitest";
import type { GraphLevel, GraphNode } from "../../webview/src/store/graph.ts";
import { Marks } from "../../webview/src/store/marks.svelte.ts";
import { type MarkedPaths, marksOf } from "../../webview/src/store/marks.ts";

function node(id: string, more: Partial<GraphNode> = {}): GraphNode {
  return {
    id,
    kind: "module",
    name: id,
    type: "Linear",
    path: id,
    container: ".",
    repeats: 1,
    calls: 1,
    parameterCount: 0,
    expandable: true,
    firstModule: 1,
    lastModule: 1,
    order: 0,
    output: null,
    ...more,
  };
}

const level = (...nodes: GraphNode[]): GraphLevel[] => [
  { container: ".", nodes, edges: [], rows: [] },
];

function marked(paths: Partial<Record<keyof MarkedPaths, string[]>>): MarkedPaths {
  const of = (kind: keyof MarkedPaths) => new Set(paths[kind] ?? []);
  return {
    added: of("added"),
    changed: of("changed"),
    removed: of("removed"),
    cursor: of("cursor"),
  };
}

const RUN = node(".::h.2…h.11", { kind: "group", path: "h.2", repeats: 10 });
const LIST = node("h", { kind: "group", repeats: 12 });

describe("marks on nodes", () => {
  test("a module is marked by its own path, its container by what is inside", () => {
    const found = marksOf(level(node("a"), node("a.b"), node("ab")), marked({ changed: ["a.b"] }));
    expect([...found]).toEqual([
      ["a", { change: "inside", cursor: false }],
      ["a.b", { change: "changed", cursor: false }],
    ]);
  });

  test("all that is in an added module is new", () => {
    const found = marksOf(level(node("a.b.c")), marked({ added: ["a"] }));
    expect(found.get("a.b.c")?.change).toBe("added");
  });

  test("what is gone shows in what it was in", () => {
    const found = marksOf(level(node("a")), marked({ removed: ["a.b"] }));
    expect(found.get("a")?.change).toBe("inside");
  });

  test.each([
    ["h.1", null],
    ["h.2", "changed"],
    ["h.7", "changed"],
    ["h.11", "changed"],
    ["h.12", null],
    ["h.7.attn", "inside"],
    ["h.1.attn", null],
    ["h.70", null],
    ["h.70.attn", null],
  ])("a fold of h.2 to h.11 with %s changed is marked %s", (path, change) => {
    const found = marksOf(level(RUN), marked({ changed: [path] }));
    expect(found.get(RUN.id)?.change ?? null).toBe(change);
  });

  test("a fold shows the cursor for each of its members", () => {
    for (const fold of [RUN, LIST]) {
      expect(marksOf(level(fold), marked({ cursor: ["h.3"] })).get(fold.id)?.cursor).toBe(true);
    }
  });

  test("operations and ports are never marked", () => {
    const operation = node("a.b", { kind: "operation" });
    expect(marksOf(level(operation), marked({ changed: ["a.b"] })).size).toBe(0);
  });
});

describe("the difference that is shown", () => {
  const difference = (graphVersion: number) => ({
    graphVersion,
    addedCount: 1,
    removedCount: 0,
    changedCount: 0,
    changes: [{ kind: "added", path: "x", className: "Linear" } as const],
  });

  test("stays away once dismissed, until another one comes", () => {
    const marks = new Marks();
    marks.follow("m", difference(2));
    expect([...marks.added]).toEqual(["x"]);
    marks.dismiss("m");
    marks.follow("m", difference(2));
    expect(marks.difference).toBeNull();
    marks.follow("m", difference(5));
    expect(marks.difference?.graphVersion).toBe(5);
    marks.follow("m", null);
    expect(marks.difference).toBeNull();
  });
});
