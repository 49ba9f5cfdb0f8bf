/** Earlier runs, replay, files and the text of inputs, in the store alone. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvents, RunState } from "../../webview/src/protocol/messages.generated.ts";
import { RpcClient } from "../../webview/src/protocol/rpc.ts";
import { lineAt, withFile } from "../../webview/src/store/arguments.ts";
import { npyOf } from "../../webview/src/store/npy.ts";
import { runOf } from "../../webview/src/store/received.ts";
import { pleasantSlowness, Replay } from "../../webview/src/store/replay.svelte.ts";
import { RunTracker } from "../../webview/src/store/runs.ts";
import { Session } from "../../webview/src/store/session.svelte.ts";
import { clockText, givenText, outcomeText, speedText } from "../../webview/src/store/words.ts";
import { FakeHost } from "./replay/fake-host.ts";
import { gptRecording } from "./replay/recording.mjs";

const RECORDING = gptRecording({ layers: 2 });

function stateOf(runId: number, part: Partial<RunState> = {}): RunState {
  const bare = { modelId: "m1", runId, phase: "finished", durationMs: 3, eventCount: 0 } as const;
  const kept = { tokens: RECORDING.tokens, text: `text ${runId}`, isKept: true };
  return { ...bare, ...kept, ...part };
}

const EVENTS: Omit<RunEvents, "first"> = {
  modelId: "m1",
  runId: 4,
  kinds: ["started", "started", "finished", "started", "failed"],
  modules: [0, 1, 1, 2, 2],
  timesUs: [0, 10, 30, 30, 1000],
};

describe("a replay", () => {
  const requests: unknown[] = [];
  let told = 0;

  /** A replay of five events that come in two messages. */
  async function opened(): Promise<Replay> {
    const client: RpcClient = new RpcClient((message) => {
      const { id, params } = message as { id: number; params: { first: number } };
      requests.push(params);
      const { first } = params;
      const part = <T>(column: readonly T[]) => column.slice(first, first + 3);
      const { kinds, modules, timesUs } = EVENTS;
      const columns = { kinds: part(kinds), modules: part(modules), timesUs: part(timesUs) };
      const events = { modelId: "m1", runId: 4, first, ...columns };
      client.receive({ jsonrpc: "2.0", id, result: { state: stateOf(4), events } });
    });
    const replay = new Replay(client, () => told++);
    const problem = { code: "run.failed", message: "No.", hint: "", node: "two" };
    await replay.open(runOf(stateOf(4, { phase: "failed", eventCount: 5, problem })));
    return replay;
  }

  const states = ({ tracker }: Replay) => [0, 1, 2].map((index) => tracker?.moduleState(index));

  test("stands at its beginning and shows what had happened at each moment", async () => {
    const replay = await opened();
    expect([replay.duration, replay.playing, replay.position]).toEqual([1000, false, 1]);
    expect(states(replay)).toEqual(["running", "idle", "idle"]);
    replay.seek(29);
    expect(states(replay)).toEqual(["running", "running", "idle"]);
    replay.seek(30);
    expect(states(replay)).toEqual(["running", "done", "running"]);
    expect(replay.tracker?.phase).toBe("running");
    replay.seek(5000);
    expect(states(replay)).toEqual(["running", "done", "failed"]);
    expect([replay.tracker?.phase, replay.tracker?.failedNode]).toEqual(["failed", "two"]);
  });

  test("goes back, and from event to event", async () => {
    const replay = await opened();
    replay.seek(1000);
    replay.seek(10);
    expect(states(replay)).toEqual(["running", "running", "idle"]);
    replay.step(1);
    expect([replay.position, replay.time]).toEqual([3, 30]);
    replay.step(-99);
    expect([replay.position, replay.time]).toEqual([0, 0]);
    replay.step(99);
    expect([replay.position, replay.time]).toEqual([5, 1000]);
  });

  test("plays as slowly as it was told, to its end, and anew from there", async () => {
    const replay = await opened();
    replay.slowness = 100;
    replay.play();
    replay.advance(3);
    expect([replay.time, replay.position]).toEqual([30, 4]);
    replay.advance(97.5);
    expect([replay.time, replay.playing]).toEqual([1000, false]);
    replay.advance(50);
    expect(replay.time).toBe(1000);
    replay.play();
    expect([replay.time, replay.playing]).toEqual([0, true]);
  });

  test("is gone without a trace when it is closed", async () => {
    const replay = await opened();
    const before = told;
    replay.close();
    expect([replay.run, replay.tracker, replay.eventCount]).toEqual([null, null, 0]);
    expect(told).toBeGreaterThan(before);
    replay.play();
    expect(replay.playing).toBe(false);
  });

  test("is as slow as one can follow: a flash is stretched, a minute is shortened", () => {
    expect(pleasantSlowness(1)).toBe(2000);
    expect(pleasantSlowness(50)).toBe(100);
    expect(pleasantSlowness(3000)).toBe(2);
    expect(pleasantSlowness(60_000)).toBe(0.1);
    expect([0.1, 1, 100].map(speedText)).toEqual(["10 × faster", "real time", "1/100"]);
  });
});

test("a module is idle again when the root begins another forward pass", () => {
  const tracker = new RunTracker(4);
  const kinds = ["started", "started", "finished", "finished", "started"] as const;
  tracker.accept({ ...EVENTS, first: 0, kinds, modules: [0, 1, 1, 0, 0] });
  expect([tracker.moduleState(0), tracker.moduleState(1)]).toEqual(["running", "idle"]);
});

describe("a file in the inputs", () => {
  test.each([
    ["", 'file("a.png")', true, null, 'x = file("a.png")'],
    ["x = float32[1, 3]", 'npy("x.npy")', false, null, 'x = npy("x.npy")'],
    [
      "ids = int64[1, 5]\npixel_values = float32[1, 3, 8, 8]\nscale = 2",
      'file("a.png")',
      true,
      null,
      'ids = int64[1, 5]\npixel_values = file("a.png")\nscale = 2',
    ],
    [
      'a = int64[2]\nb = file("old.png")',
      'file("new.png")',
      true,
      null,
      'a = int64[2]\nb = file("new.png")',
    ],
    ["a = int64[2]\nb = int64[3]", 'npy("b.npy")', false, 1, 'a = int64[2]\nb = npy("b.npy")'],
    ["scale = 2", 'npy("b.npy")', false, 0, 'scale = 2\nx = npy("b.npy")'],
  ])(
    "takes the place of a line that it may fit: %j",
    (inputs, expression, isImage, cursor, expected) => {
      expect(withFile(inputs, expression, isImage, cursor)).toBe(expected);
    },
  );

  test("takes the example's line where the box is empty", () => {
    const example = "pixel_values = float32[1, 3, 8, 8]";
    const inputs = withFile(" ", 'npy("a.npy")', false, null, example);
    expect(inputs).toBe('pixel_values = npy("a.npy")');
  });

  test("knows the line of a place in the text", () => {
    expect([0, 3, 4, 9].map((offset) => lineAt("abc\ndef\n", offset))).toEqual([0, 0, 1, 2]);
  });

  test("is written as numpy writes it", () => {
    const bytes = npyOf(Uint8Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]);
    const header = new TextDecoder("latin1").decode(bytes.slice(10, -6));
    expect(bytes.slice(0, 8)).toEqual(Uint8Array.of(0x93, 78, 85, 77, 80, 89, 1, 0));
    expect((bytes[8] ?? 0) + 256 * (bytes[9] ?? 0)).toBe(header.length);
    expect((10 + header.length) % 64).toBe(0);
    expect(header.trimEnd()).toBe(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 3,), }",
    );
    expect(bytes.slice(-6)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  });
});

describe("words of a run", () => {
  const run = (part: Partial<RunState>) => runOf(stateOf(3, part));

  test("say how far it is and how it ended", () => {
    expect(outcomeText(run({ phase: "running", step: 2, stepCount: 5 }), true)).toBe(
      "Step 2 of 5…",
    );
    expect(outcomeText(run({ phase: "running" }), true)).toBe("Running…");
    expect(outcomeText(run({}), false)).toBe("Run 3: 3.0 ms");
    const count = RECORDING.tokens.ids.length;
    const made = { phase: "cancelled", promptTokenCount: count - 2, stepCount: 9 } as const;
    expect(outcomeText(run(made), false)).toBe("Run 3 cancelled after 2 of 9 tokens");
  });

  test("say what it was given, in one line, and when", () => {
    expect(givenText(run({ text: "two\n lines" }))).toBe("two ↵ lines");
    expect(givenText(run({ text: null, inputs: "x = 1\ny = 2" }))).toBe("x = 1 ↵ y = 2");
    expect(givenText(run({ text: null }))).toBe("example inputs");
    expect(clockText(0)).toBe("");
    expect(clockText(1.7e9)).toMatch(/^\d\d:\d\d:\d\d$/);
  });
});

describe("the runner", () => {
  let host: FakeHost;
  let session: Session;
  const asked = (method: string) =>
    host.requests.filter((request) => request.method === method).map(({ params }) => params);

  beforeEach(async () => {
    host = new FakeHost(RECORDING);
    session = new Session(host);
    await session.start();
    await host.settle();
    host.answer("run/read", ({ runId }) => ({
      state: stateOf(Number(runId)),
      events: { ...EVENTS, runId: Number(runId), first: 0, kinds: [], modules: [], timesUs: [] },
    }));
  });

  afterEach(() => host.close());

  test("takes over the text of a run that was started elsewhere", () => {
    session.runner.text = "half a sen";
    host.send("run/changed", stateOf(1, { phase: "running", text: "from the palette" }));
    expect([session.runner.text, session.runner.running]).toEqual(["from the palette", true]);
  });

  test("leaves alone what is typed while its own run goes on", async () => {
    await session.runner.start();
    session.runner.text = "typed meanwhile";
    host.send("run/changed", stateOf(1, { text: "text 1" }));
    expect(session.runner.text).toBe("typed meanwhile");
  });

  test("lists runs, and shows an earlier one again with its text", async () => {
    for (const runId of [1, 2, 3]) host.send("run/changed", stateOf(runId));
    await host.settle();
    const { history } = session.runner;
    expect(history.runs.map(({ runId }) => runId)).toEqual([3, 2, 1]);
    host.answer("run/select", ({ runId }) => {
      host.change({ shownRunId: Number(runId), runId: 3, graphVersion: 9 });
      return stateOf(Number(runId));
    });
    const second = history.runs[1];
    if (!second) throw new Error("no run");
    await session.runner.select(second);
    await host.settle();
    expect([session.runner.run?.runId, session.runner.text]).toEqual([2, "text 2"]);
    expect(asked("run/read")).toEqual([]);
    host.send("run/changed", stateOf(4, { phase: "running" }));
    expect([session.runner.run?.runId, session.runner.text]).toEqual([4, "text 4"]);
  });

  test("follows a run that another page has chosen", async () => {
    for (const runId of [1, 2]) host.send("run/changed", stateOf(runId));
    host.change({ shownRunId: 2, runId: 2, graphVersion: 2 });
    await host.settle();
    host.change({ shownRunId: 1, runId: 2, graphVersion: 3 });
    await host.settle();
    expect([session.runner.run?.runId, session.runner.text]).toEqual([1, "text 1"]);
  });

  test("keeps the texts of runs whose worker is gone", async () => {
    host.send("run/changed", stateOf(1));
    host.change({ phase: "starting", runId: 0, graphVersion: 1 });
    host.change({ phase: "ready", runId: 0, graphVersion: 2 });
    await host.settle();
    const [old] = session.runner.history.runs;
    if (!old) throw new Error("no run");
    expect(old.isKept).toBe(false);
    session.runner.text = "";
    await session.runner.select(old);
    expect([session.runner.text, asked("run/select")]).toEqual(["text 1", []]);
  });

  test("generates with what was chosen, and says why it cannot", async () => {
    await session.runner.start({ tokenCount: 5, temperature: 0.5, seed: 3 });
    expect(asked("run/start")[0]).toMatchObject({ tokenCount: 5, temperature: 0.5, seed: 3 });
    host.send("run/changed", stateOf(1));
    const hint = "Open a language model.";
    host.refuse("run/start", { code: "generate.unsupported", message: "It cannot.", hint });
    await session.runner.start({ tokenCount: 5, temperature: 0, seed: 0 });
    expect(session.runner.problem?.message).toBe("It cannot.");
  });

  test("begins with what was run last when the model was open before", async () => {
    const model = { ...RECORDING.model, lastText: "as before", lastInputs: "use_cache = true" };
    const again = new FakeHost({ ...RECORDING, model });
    const back = new Session(again);
    await back.start();
    await again.settle();
    expect([back.runner.text, back.runner.inputs]).toEqual(["as before", "use_cache = true"]);
  });

  test("sends a file in parts, and again to a worker that has lost it", async () => {
    const parts: number[] = [];
    host.answer("input/upload", ({ name, offset, byteLength, data }) => {
      const size = Number(offset) + atob(String(data)).length;
      parts.push(size);
      const isComplete = size === byteLength;
      return {
        name,
        byteLength: size,
        isComplete,
        description: "image",
        expression: 'file("a.png")',
      };
    });
    const content = new Blob([new Uint8Array(1_000_000)], { type: "image/png" });
    const decode = () => Promise.reject(new Error("not asked"));
    const sent = await session.runner.uploads.send("m1", { name: "a.png", content }, decode);
    expect([sent.isComplete, parts]).toEqual([true, [786_432, 1_000_000]]);
    session.runner.inputs = 'pixel_values = file("a.png")';
    host.refuse("run/start", { code: "input.notUploaded", message: "No file.", hint: "" });
    host.answer("input/upload", ({ name, byteLength }) => {
      host.accept("run/start");
      return { name, byteLength, isComplete: true, description: "", expression: "" };
    });
    await session.runner.start();
    expect(asked("run/start").length).toBe(2);
    expect([session.runner.problem, session.runner.run?.runId]).toEqual([null, 1]);
  });

  test("decodes an image that the worker cannot read, and sends its pixels", async () => {
    const names: unknown[] = [];
    host.answer("input/upload", ({ data }) => {
      names.push(atob(String(data)).slice(0, 6));
      return { name: "a.avif", byteLength: 6, isComplete: true, description: "", expression: "x" };
    });
    host.refuse("input/upload", { code: "package.missing", message: "No Pillow.", hint: "" });
    const content = new Blob(["avif"], { type: "image/avif" });
    const decode = () => {
      host.accept("input/upload");
      return Promise.resolve(npyOf(Uint8Array.of(1, 2, 3), [1, 1, 3]));
    };
    await session.runner.uploads.send("m1", { name: "a.avif", content }, decode);
    expect(names).toEqual(["\x93NUMPY"]);
  });

  test("brings back what was typed, and not run, when the page is loaded again", async () => {
    host.send("run/changed", stateOf(1));
    session.runner.text = "half a sen";
    const model = { ...RECORDING.model, runId: 1, shownRunId: 1 };
    const again = new FakeHost({ ...RECORDING, model }, session.pageState);
    again.answer("run/read", () => ({
      state: stateOf(1),
      events: { ...EVENTS, runId: 1, first: 0, kinds: [], modules: [], timesUs: [] },
    }));
    const back = new Session(again);
    await back.start();
    await again.settle();
    expect([back.runner.run?.runId, back.runner.text]).toEqual([1, "half a sen"]);
    const { run } = back.runner;
    if (!run) throw new Error("no run");
    again.answer("run/select", () => stateOf(1));
    await back.runner.select({ ...run, isKept: true });
    expect(back.runner.text).toBe("text 1");
    again.close();
  });

  test("keeps where the user looked, but not for another model", () => {
    const place = { node: "lm_head", scale: 2, x: 3, y: 4 };
    session.view.place = place;
    const back = new Session(new FakeHost(RECORDING, session.pageState));
    expect(back.view.place).toEqual(place);
    session.view.clear();
    expect(session.pageState.view).toBe(null);
  });

  test("keeps the drawer as it was", async () => {
    session.drawer.share = 0.6;
    session.drawer.tab = "node";
    const back = new Session(new FakeHost(RECORDING, session.pageState));
    expect([back.drawer.share, back.drawer.tab]).toEqual([0.6, "node"]);
  });
});
