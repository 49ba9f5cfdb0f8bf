/** One module instance in several places: what the page makes of it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { typeText } from "../../webview/src/layout/sizes.ts";
import type { Level } from "../../webview/src/protocol/messages.generated.ts";
import {
  containerOf,
  decodeLevel,
  type GraphLevel,
  instancesOf,
  ROOT,
} from "../../webview/src/store/graph.ts";
import { outlineOf } from "../../webview/src/store/outline.ts";
import { nodeStates, RunTracker } from "../../webview/src/store/runs.ts";
import { Session } from "../../webview/src/store/session.svelte.ts";
import { FakeHost } from "./replay/fake-host.ts";
import { gptRecording } from "./replay/recording.mjs";

const POOLS = ["pool", "pool#2", "pool#3"];

function column<T>(pick: (id: string, row: number) => T): T[] {
  return POOLS.map(pick);
}

const LEVEL: Level = {
  container: ROOT,
  ids: POOLS,
  kinds: column(() => "module"),
  names: column(() => "pool"),
  types: column(() => "MaxPool2d"),
  paths: column(() => "pool"),
  repeats: column(() => 1),
  calls: column(() => 1),
  parameterCounts: column(() => 0),
  expandable: column(() => false),
  firstModules: column(() => 4),
  lastModules: column(() => 4),
  orders: column((_, row) => row),
  outputs: column(() => -1),
  edgeSources: [],
  edgeTargets: [],
  edgeTensors: [],
  edgeCounts: [],
  edgeOutputs: [],
  edgeInputs: [],
  tensors: { shapes: [], dtypes: [], tokenDimensions: [] },
  places: column((_, row) => [row, row + 1, POOLS.length] as const),
};

const level: GraphLevel = decodeLevel(LEVEL);
const levels = new Map([[ROOT, level]]);

test("a box says which place of its instance it is", () => {
  expect(level.nodes.map(typeText)).toEqual([
    "MaxPool2d · 1 of 3",
    "MaxPool2d · 2 of 3",
    "MaxPool2d · 3 of 3",
  ]);
  const alone = decodeLevel({ ...LEVEL, places: [] });
  expect(alone.nodes.map(typeText)).toEqual(["MaxPool2d", "MaxPool2d", "MaxPool2d"]);
});

test("the outline says it too", () => {
  const labels = outlineOf(levels, new Set()).map(({ label }) => label);
  expect(labels).toEqual(["pool, place 1 of 3", "pool, place 2 of 3", "pool, place 3 of 3"]);
});

test("places of the instance that is selected are known by their module", () => {
  expect(instancesOf(levels, ["pool#2", null])).toEqual(new Set([4]));
  expect(instancesOf(levels, ["gone"])).toEqual(new Set());
});

test("while it runs each place waits for its own call", () => {
  const tracker = new RunTracker(1);
  tracker.phase = "running";
  const events = { modelId: "m1", runId: 1, timesUs: [] };
  const state = () => {
    const states = nodeStates(levels, [level], tracker);
    return POOLS.map((id) => states.get(id));
  };
  tracker.accept({ ...events, first: 0, kinds: ["started", "started"], modules: [0, 4] });
  expect(state()).toEqual(["running", "idle", "idle"]);
  tracker.accept({ ...events, first: 2, kinds: ["finished"], modules: [4] });
  expect(state()).toEqual(["done", "idle", "idle"]);
  tracker.accept({ ...events, first: 3, kinds: ["started"], modules: [4] });
  expect(state()).toEqual(["done", "running", "idle"]);
});

test.each([
  ["pool#2", "pool#2"],
  ["encoder#2::call:mul#0", "encoder#2"],
  ["around::module:attention::parameter:weight", "around::module:attention"],
  ["around::module:attention", "around::module:attention"],
  [".::output:logits", "."],
])("the container of %s is %s", (id, container) => {
  expect(containerOf(id)).toBe(container);
});

describe("the inspector", () => {
  let host: FakeHost;
  let session: Session;
  const calls = () =>
    host.requests
      .filter(({ method }) => method === "node/inspect")
      .map(({ params }) => params["call"]);

  beforeEach(async () => {
    host = new FakeHost(gptRecording({ layers: 2 }));
    session = new Session(host);
    await session.start();
    await host.settle();
  });

  afterEach(() => host.close());

  test("begins with the first call of a node and shows the one asked for", async () => {
    session.graph.select("transformer.wte");
    await host.settle();
    await session.inspection.showCall(3);
    session.graph.select("transformer.wpe");
    await host.settle();
    expect(calls()).toEqual([1, 3, 1]);
  });

  test("keeps the call when a newer graph is here", async () => {
    session.graph.select("transformer.wte");
    await host.settle();
    await session.inspection.showCall(2);
    host.change({ graphVersion: 9 });
    await host.settle();
    expect(calls()).toEqual([1, 2, 2]);
  });
});
