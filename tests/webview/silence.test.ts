import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Session } from "../../webview/src/store/session.svelte.ts";
import { type ConnectionState, WebSocketTransport } from "../../webview/src/transport/websocket.ts";
import { FakeHost } from "./replay/fake-host.ts";
import { gptRecording } from "./replay/recording.mjs";

const STUCK = {
  code: "worker.unresponsive",
  message: "The model does not respond.",
  hint: "",
  action: "restart",
} as const;

/** A socket whose other end is the test. */
class FakeSocket extends EventTarget {
  static readonly OPEN = 1;
  static last: FakeSocket;
  readyState = FakeSocket.OPEN;
  readonly sent: { id?: number | string; method: string }[] = [];

  constructor() {
    super();
    FakeSocket.last = this;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  say(message: unknown): void {
    const event = Object.assign(new Event("message"), { data: JSON.stringify(message) });
    this.dispatchEvent(event);
  }
}

describe("a connection over which nothing comes", () => {
  let transport: WebSocketTransport;
  let received: { id?: number; error?: unknown; result?: unknown }[];
  let states: ConnectionState[];

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    vi.stubGlobal("window", new EventTarget());
    vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
    received = [];
    states = [];
    transport = new WebSocketTransport("ws://host/socket", "token");
    transport.onState((state) => states.push(state));
    transport.onMessage((message) => received.push(message as (typeof received)[number]));
    FakeSocket.last.dispatchEvent(new Event("open"));
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const falls = async () => {
    while (states.at(-1) !== "silent") await vi.advanceTimersToNextTimerAsync();
  };

  test("is silent after some pings, and open with the next word", async () => {
    await falls();
    const pings = FakeSocket.last.sent.filter(({ method }) => method === "session/hello");
    expect(pings.length).toBe(3);
    FakeSocket.last.say({ jsonrpc: "2.0", id: "page-ping", result: {} });
    expect(states).toEqual(["open", "silent", "open"]);
    expect(received).toEqual([]);
  });

  test("refuses what waits, once, also where the reply comes later", async () => {
    transport.send({ jsonrpc: "2.0", id: 7, method: "graph/read", params: {} });
    await falls();
    transport.send({ jsonrpc: "2.0", id: 8, method: "run/cancel", params: {} });
    await Promise.resolve();
    expect(received.map(({ id }) => id)).toEqual([7, 8]);
    expect(FakeSocket.last.sent.at(-1)?.method).toBe("run/cancel");
    FakeSocket.last.say({ jsonrpc: "2.0", id: 7, result: {} });
    FakeSocket.last.say({ jsonrpc: "2.0", id: 8, result: {} });
    expect(received.length).toBe(2);
  });

  test("stays open while the server answers", async () => {
    for (let turn = 0; turn < 20; turn++) {
      await vi.advanceTimersToNextTimerAsync();
      FakeSocket.last.say({ jsonrpc: "2.0", id: "page-ping", result: {} });
    }
    expect(states).toEqual(["open"]);
  });
});

test("what was refused while the model did not respond is asked again once it does", async () => {
  const host = new FakeHost(gptRecording({ layers: 2 }));
  const session = new Session(host);
  await session.start();
  await host.settle();
  host.refuse("graph/read", STUCK);
  host.refuse("run/select", STUCK);
  host.change({ problem: STUCK });
  await session.graph.toggle("transformer.h[0:12]");
  session.runner.problem = { node: null, file: null, line: null, ...STUCK };
  expect(session.graph.levels.has("transformer.h[0:12]")).toBe(false);
  host.accept("graph/read");
  host.change({ problem: null });
  await host.settle();
  expect(session.graph.levels.has("transformer.h[0:12]")).toBe(true);
  expect(session.runner.problem).toBeNull();
});
