import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Level, RunEvents } from "../../webview/src/protocol/messages.generated.ts";
import { withBundledPorts } from "../../webview/src/store/bundles.ts";
import { decodeLevel, type Levels, openContainers } from "../../webview/src/store/graph.ts";
import { familyOfClass } from "../../webview/src/store/kinds.ts";
import { nodeStates, RunTracker, withFailure } from "../../webview/src/store/runs.ts";
import { Session } from "../../webview/src/store/session.svelte.ts";
import { defaultExpansion } from "../../webview/src/store/unfolding.ts";
import {
  countText,
  probabilityText,
  shapeText,
  tokenLabel,
  tokenText,
} from "../../webview/src/store/words.ts";
import { FakeHost } from "./replay/fake-host.ts";
import { gptRecording } from "./replay/recording.mjs";

const RECORDING = gptRecording({ layers: 2 });
const EVENTS = RECORDING.events;

function decoded(levels: Readonly<Record<string, Level>>): Levels {
  return new Map(Object.values(levels).map((level) => [level.container, decodeLevel(level)]));
}

function eventsFrom(first: number, last: number, runId = 1): RunEvents {
  const part = <T>(column: readonly T[]) => column.slice(first, last);
  return {
    modelId: "m1",
    runId,
    first,
    kinds: part(EVENTS.kinds),
    modules: part(EVENTS.modules),
    timesUs: part(EVENTS.timesUs),
  };
}

describe("the state of a run", () => {
  const levels = decoded(RECORDING.levels);
  const open = openContainers(levels, new Set(["transformer", "transformer.h[0:12]"]));

  /** The states after so many events. */
  function statesAfter(
    count: number,
    phase: RunTracker["phase"] = "running",
    failed: string | null = null,
  ) {
    const tracker = new RunTracker(1);
    tracker.phase = phase;
    tracker.failedNode = failed;
    tracker.accept(eventsFrom(0, count));
    return nodeStates(levels, open, tracker);
  }

  const firstEventOf = (node: string) => {
    const all = [...levels.values()].flatMap((level) => level.nodes);
    const module = all.find((candidate) => candidate.id === node)?.firstModule ?? -1;
    return EVENTS.modules.indexOf(module);
  };

  test("is running from a module's start to its end", () => {
    const start = firstEventOf("transformer.wte");
    expect(statesAfter(start).get("transformer.wte")).toBe("idle");
    expect(statesAfter(start + 1).get("transformer.wte")).toBe("running");
    expect(statesAfter(start + 2).get("transformer.wte")).toBe("done");
    expect(statesAfter(start + 2).get("transformer")).toBe("running");
  });

  test("of an operation is done once a later module of its level begins", () => {
    const drop = firstEventOf("transformer.drop");
    const add = [...levels.values()]
      .flatMap((l) => l.nodes)
      .find((n) => n.container === "transformer" && n.name === "+");
    expect(statesAfter(drop).get(add?.id ?? "")).toBe("idle");
    expect(statesAfter(drop + 1).get(add?.id ?? "")).toBe("done");
  });

  test("of a folded stack runs until something behind it begins", () => {
    const folded = openContainers(levels, new Set(["transformer"]));
    const stateAt = (count: number) => {
      const tracker = new RunTracker(1);
      tracker.phase = "running";
      tracker.accept(eventsFrom(0, count));
      return nodeStates(levels, folded, tracker).get("transformer.h[0:12]");
    };
    const second = firstEventOf("transformer.h.1");
    expect(stateAt(firstEventOf("transformer.h.0"))).toBe("idle");
    // between the two blocks nothing of the stack is running
    expect(stateAt(second)).toBe("running");
    expect(stateAt(firstEventOf("transformer.ln_f") + 1)).toBe("done");
  });

  test("is done everywhere in the end, apart from what never ran", () => {
    const all = openContainers(levels, new Set(levels.keys()));
    const tracker = new RunTracker(1);
    tracker.phase = "finished";
    tracker.accept(eventsFrom(0, EVENTS.kinds.length));
    const states = nodeStates(levels, all, tracker);
    expect(states.get("transformer.h.0.attn.attn_dropout")).toBe("idle");
    const others = [...states].filter(([id]) => !id.endsWith("attn_dropout"));
    expect(others.filter(([, state]) => state !== "done")).toEqual([]);
  });

  test("is failed where it failed and skipped behind that", () => {
    const states = statesAfter(firstEventOf("transformer.h.1") + 1, "failed", "transformer.h.1");
    expect(states.get("transformer.h.1")).toBe("failed");
    expect(states.get("transformer.h.0")).toBe("done");
    expect(states.get("lm_head")).toBe("skipped");
  });

  test("takes each event once, whatever overlaps, and notices a gap", () => {
    const tracker = new RunTracker(1);
    expect(tracker.accept(eventsFrom(0, 4))).toBe(true);
    expect(tracker.accept(eventsFrom(2, 6))).toBe(true);
    expect(tracker.next).toBe(6);
    expect(tracker.accept(eventsFrom(8, 10))).toBe(false);
    expect(tracker.next).toBe(6);
  });
});

describe("ports", () => {
  test("that lead to the same nodes become one", () => {
    const level = decodeLevel(masked());
    const bundled = withBundledPorts(level, new Map());
    expect(bundled.nodes.map((node) => node.id)).toEqual(["a", "b", "in0", "in1"]);
    const ends = bundled.edges.map(({ source, target, strands }) => [
      source,
      target,
      strands.length,
    ]);
    expect(ends).toEqual([
      [2, 0, 1],
      [3, 0, 2],
      [3, 1, 2],
      [0, 1, 1],
    ]);
    expect(bundled.rows).toEqual([0, 1, 2, 3, 3]);
  });

  test("that lead to different ports of an unfolded node stay apart", () => {
    const level = { ...masked(), edgeInputs: [-1, 0, 1, 0, 1, -1] };
    const inside = decodeLevel({ ...masked(), container: "a" });
    const ports = (insides: Levels) =>
      withBundledPorts(decodeLevel(level), insides).nodes.map(({ id }) => id);
    expect(ports(new Map())).toEqual(["a", "b", "in0", "in1"]);
    expect(ports(new Map([["a", inside]]))).toEqual(["a", "b", "in0", "in1", "in2"]);
  });

  test("that have names stay apart", () => {
    const level = { ...masked(), names: ["a", "b", "x", "y", "z"] };
    expect(withBundledPorts(decodeLevel(level), new Map()).nodes.length).toBe(5);
  });
});

/** Two modules in a row that both read two masks. */
function masked(): Level {
  const five = <T>(value: T) => Array.from({ length: 5 }, () => value);
  return {
    container: "block",
    ids: ["a", "b", "in0", "in1", "in2"],
    kinds: ["module", "module", "input", "input", "input"],
    names: ["a", "b", "", "", ""],
    types: five(""),
    paths: five("block"),
    repeats: five(1),
    calls: five(1),
    parameterCounts: five(0),
    expandable: five(false),
    firstModules: five(0),
    lastModules: five(0),
    orders: five(0),
    outputs: five(-1),
    edgeSources: [2, 3, 4, 3, 4, 0],
    edgeTargets: [0, 0, 0, 1, 1, 1],
    edgeTensors: [-1, -1, -1, -1, -1, -1],
    edgeCounts: [1, 1, 1, 1, 1, 1],
    edgeOutputs: [-1, -1, -1, -1, -1, -1],
    edgeInputs: [-1, -1, -1, -1, -1, -1],
    tensors: { shapes: [], dtypes: [], tokenDimensions: [] },
  };
}

test("what stands unfolded at first shows a handful of modules, and no stack", () => {
  const levels = decoded(RECORDING.levels);
  expect(defaultExpansion(levels, new Set())).toBe("transformer");
  expect(defaultExpansion(levels, new Set(["transformer"]))).toBeNull();
});

test.each([
  ["GPT2Attention", "attention"],
  ["LlamaRMSNorm", "norm"],
  ["BatchNorm2d", "norm"],
  ["Conv1D", "linear"],
  ["Conv2d", "convolution"],
  ["BertPooler", null],
  ["MaxPool2d", "convolution"],
  ["NewGELUActivation", "activation"],
  ["LlamaRotaryEmbedding", "embedding"],
  ["MyThing", null],
])("%s belongs to the family %s", (className, family) => {
  expect(familyOfClass(className)).toBe(family);
});

test("numbers and tokens are written for reading", () => {
  expect(countText(124439808)).toBe("124 M");
  expect(countText(7_100_000)).toBe("7.1 M");
  expect(countText(12)).toBe("12");
  expect(shapeText([1, 8, 128])).toBe("1×8×128");
  expect(shapeText([])).toBe("scalar");
  expect(tokenText(" park\n")).toBe("·park↵");
  expect(probabilityText(0.41126)).toBe("41.1%");
  expect(probabilityText(0.00000001)).toBe("<0.01%");
});

describe("the session", () => {
  let host: FakeHost;
  let session: Session;

  beforeEach(async () => {
    host = new FakeHost(gptRecording({ layers: 2 }));
    session = new Session(host);
    await session.start();
    await host.settle();
  });

  afterEach(() => vi.useRealTimers());

  test("asks the host first, then for the model and its graph", () => {
    expect(host.methods().slice(0, 2)).toEqual(["page/ready", "model/read"]);
    expect(session.graph.levels.has("transformer")).toBe(true);
  });

  test("asks for the events it missed when it sees a gap", async () => {
    await session.runner.start();
    host.send("run/events", eventsFrom(0, 4));
    host.record = { first: 4, last: 12 };
    host.send("run/events", eventsFrom(10, 12));
    await host.settle();
    const asked = host.requests.find(({ method }) => method === "run/read");
    expect(asked?.params).toMatchObject({ first: 4 });
    expect(session.runner.tracker?.next).toBe(12);
  });

  test("asks for what it missed when the page is seen again", async () => {
    await session.runner.start();
    host.send("run/events", eventsFrom(0, 4));
    host.record = { first: 4, last: EVENTS.kinds.length };
    session.runner.resume();
    await host.settle();
    expect(session.runner.tracker?.next).toBe(EVENTS.kinds.length);
  });

  test("tells the host what is selected and inspects it", async () => {
    session.graph.select("transformer.wte");
    await host.settle();
    expect(host.requests.find(({ method }) => method === "page/selected")?.params).toEqual({
      modelId: "m1",
      node: "transformer.wte",
      path: "transformer.wte",
    });
    expect(session.inspection.details?.path).toBe("transformer.wte");
  });

  test("keeps graph, selection and unfolding when the worker ends, and takes them up after a restart", async () => {
    session.graph.select("transformer.wte");
    await session.graph.toggle("transformer.h[0:12]");
    host.change({
      phase: "stopped",
      problem: { code: "worker.ended", message: "It ended.", hint: "", action: "restart" },
    });
    expect(session.graph.levels.size).toBeGreaterThan(0);
    expect(session.model?.problem?.action).toBe("restart");
    host.change({ phase: "starting", problem: null, graphVersion: 0 });
    const before = host.methods().filter((method) => method === "graph/read").length;
    host.change({ phase: "ready", graphVersion: 1 });
    await host.settle();
    expect(host.methods().filter((method) => method === "graph/read").length).toBeGreaterThan(
      before,
    );
    expect(session.graph.selected).toBe("transformer.wte");
    expect(session.graph.expanded.has("transformer.h[0:12]")).toBe(true);
  });

  test("marks a run as over when its worker ends", async () => {
    await session.runner.start();
    expect(session.runner.running).toBe(true);
    host.change({ phase: "stopped" });
    expect(session.runner.running).toBe(false);
  });

  test("shows a refused request as a problem and stays usable", async () => {
    host.refuse("run/start", {
      code: "inputs.wrong",
      message: "The inputs do not fit.",
      hint: "Give others.",
    });
    await session.runner.start();
    expect(session.runner.problem?.message).toBe("The inputs do not fit.");
    expect(session.runner.running).toBe(false);
  });

  test("reveals a module deep inside: all around it is unfolded, it is selected", async () => {
    host.send("page/reveal", { modelId: "m1", path: "transformer.h.1.attn.c_attn" });
    await host.settle();
    expect(session.graph.selected).toBe("transformer.h.1.attn.c_attn");
    expect(session.graph.levels.has("transformer.h.1.attn")).toBe(true);
  });

  test("marks what the editor's cursor stands for, in its own model only", async () => {
    host.send("page/mark", { modelId: "m1", paths: ["transformer.wte"] });
    host.send("page/mark", { modelId: "another", paths: ["transformer.wpe"] });
    await host.settle();
    expect([...session.marks.cursor]).toEqual(["transformer.wte"]);
    host.send("page/mark", { modelId: "m1", paths: [] });
    await host.settle();
    expect(session.marks.cursor.size).toBe(0);
  });

  test("rejects what waits when the line closes", async () => {
    host.hold("node/inspect");
    session.graph.select("transformer.wte");
    host.close();
    await host.settle();
    expect(session.inspection.problem?.message).toMatch(/closed/);
  });

  test("brings back what was kept, for the same model only", async () => {
    const kept = {
      source: "gpt2",
      expanded: ["transformer"],
      selected: "transformer.wpe",
      text: "Once",
    };
    const same = new FakeHost(gptRecording({ layers: 2 }), kept);
    const back = new Session(same);
    await back.start();
    await same.settle();
    expect(back.graph.selected).toBe("transformer.wpe");
    expect(back.runner.text).toBe("Once");
    const other = new FakeHost(gptRecording({ layers: 2 }), { ...kept, source: "bert" });
    const fresh = new Session(other);
    await fresh.start();
    await other.settle();
    expect(fresh.graph.selected).toBeNull();
    expect(fresh.runner.text).toBe(RECORDING.model.summary?.exampleText);
  });
});

test("a trace that failed inside a fold marks the fold; unfolded, the node itself", () => {
  const levels = decoded(RECORDING.levels);
  const failed = "transformer.h.1.mlp.c_fc";
  const unfolded = (...ids: string[]) => openContainers(levels, new Set(ids));
  const seen = (open: ReturnType<typeof unfolded>) =>
    [...withFailure(new Map(), open, failed)].map(([id]) => id);
  expect(seen(unfolded())).toEqual(["transformer"]);
  expect(seen(unfolded("transformer", "transformer.h[0:12]", "transformer.h.1"))).toEqual([
    "transformer",
    "transformer.h.1",
    "transformer.h.1.mlp",
  ]);
});

test("a token is shown as its vocabulary writes it, as long as that can be read", () => {
  expect(tokenLabel("ĠAnna", " Anna")).toBe("ĠAnna");
  expect(tokenLabel("##ing", "ing")).toBe("##ing");
  expect(tokenLabel("ãģĵ", "こ")).toBe("こ");
});
