import { describe, expect, test } from "vitest";
import { decodeLevel, type Levels } from "../../webview/src/store/graph.ts";
import { labelOf, moveBy, type OutlineMove, outlineOf } from "../../webview/src/store/outline.ts";
import { gptRecording } from "./replay/recording.mjs";

const LEVELS: Levels = new Map(
  Object.values(gptRecording({ layers: 2 }).levels).map((level) => [
    level.container,
    decodeLevel(level),
  ]),
);
const ITEMS = outlineOf(LEVELS, new Set(["transformer"]));

function moveAfter(key: string, focused: string, selected: string | null = null): OutlineMove {
  return moveBy(key, ITEMS, focused, selected);
}

describe("the outline", () => {
  test("names modules by path, operations by module and sign, a whole list by its path", () => {
    const labels = ITEMS.map((item) => item.label);
    expect(labels).toContain("transformer.wte");
    expect(labels).toContain("transformer +");
    expect(labels[0]).toBe("input_ids");
    const group = ITEMS.find((item) => item.node.kind === "group");
    expect(group && labelOf({ ...group.node, name: "h", path: "transformer.h" })).toBe(
      "transformer.h",
    );
    const part = group && labelOf({ ...group.node, name: "h.0 – h.5", path: "transformer.h.0" });
    expect(part).toBe("transformer.h.0 – h.5");
  });

  test("puts children after their container, one level deeper, in the order of execution", () => {
    const at = ITEMS.findIndex((item) => item.node.id === "transformer");
    expect(ITEMS[at]).toMatchObject({ open: true, level: 1 });
    expect(ITEMS[at + 1]?.level).toBe(2);
    const names = ITEMS.slice(at + 1).map((item) => item.node.name);
    expect(names.indexOf("wte")).toBeLessThan(names.indexOf("ln_f"));
  });

  test("leaves the ports of containers out", () => {
    expect(ITEMS.some((item) => item.node.container !== "." && item.node.kind === "input")).toBe(
      false,
    );
  });
});

describe("keys of the tree", () => {
  test.each<[string, string, OutlineMove]>([
    ["ArrowDown", "input_ids", { kind: "focus", id: "transformer" }],
    ["ArrowUp", "transformer", { kind: "focus", id: ".#in:input_ids" }],
    ["Home", "lm_head", { kind: "focus", id: ".#in:input_ids" }],
    ["End", "transformer", { kind: "focus", id: ".#out:logits" }],
    ["ArrowRight", "transformer", { kind: "focus", id: ITEMS[2]?.node.id ?? "" }],
    ["ArrowRight", "transformer.h[0:12]", { kind: "toggle", id: "transformer.h[0:12]" }],
    ["ArrowRight", "lm_head", null],
    ["ArrowLeft", "transformer", { kind: "toggle", id: "transformer" }],
    ["ArrowLeft", "transformer.wte", { kind: "focus", id: "transformer" }],
    ["Enter", "transformer.wte", { kind: "select", id: "transformer.wte" }],
    [" ", "transformer", { kind: "select", id: "transformer" }],
    ["x", "transformer", null],
  ])("%s on %s", (key, focused, expected) => {
    const id = focused === "input_ids" ? ".#in:input_ids" : focused;
    expect(moveAfter(key, id)).toEqual(expected);
  });

  test("Enter on what is selected unfolds it", () => {
    expect(moveAfter("Enter", "transformer", "transformer")).toEqual({
      kind: "toggle",
      id: "transformer",
    });
  });
});
