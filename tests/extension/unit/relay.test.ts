import { expect, it } from "vitest";
import type { BackendPort, HostHandlers } from "../../../extension/src/methods";
import { problem } from "../../../extension/src/problems";
import { PageRelay } from "../../../extension/src/relay";

interface Setup {
  readonly posted: unknown[];
  readonly asked: unknown[];
  readonly relay: PageRelay;
}

/** A relay whose backend answers with what `answer` gives, and whose host copies into `asked`. */
function setUp(answer: (params: unknown) => unknown = () => ({ ok: true })): Setup {
  const posted: unknown[] = [];
  const asked: unknown[] = [];
  const request = async (method: string, params: unknown) => {
    asked.push([method, params]);
    return answer(params);
  };
  const copy = (params: unknown) => {
    asked.push(["text/copy", params]);
    return {};
  };
  const selected = (params: unknown) => {
    asked.push(["page/selected", params]);
    return null;
  };
  const host = { "text/copy": copy, "page/selected": selected } as unknown as HostHandlers;
  const relay = new PageRelay((m) => posted.push(m), { request } as unknown as BackendPort, host);
  return { posted, asked, relay };
}

const rpc = (id: number | string | undefined, method: string, params: unknown = {}) => ({
  jsonrpc: "2.0",
  ...(id === undefined ? {} : { id }),
  method,
  params,
});

it("passes a worker's request on with its parameters untouched and replies once", async () => {
  const { posted, asked, relay } = setUp(() => ({ levels: [] }));
  const params = { modelId: "m1", containers: ["."], extra: 1 };
  await relay.receive(rpc(7, "graph/read", params));
  expect(asked).toEqual([["graph/read", params]]);
  expect(posted).toEqual([{ jsonrpc: "2.0", id: 7, result: { levels: [] } }]);
});

it("keeps code, message and data of an error that came over the wire", async () => {
  const data = { code: "run.busy", message: "It runs.", hint: "Wait." };
  const { posted, relay } = setUp(() => {
    throw Object.assign(new Error("It runs."), { code: -32001, data });
  });
  await relay.receive(rpc("a", "run/start", { modelId: "m1" }));
  expect(posted).toEqual([
    { jsonrpc: "2.0", id: "a", error: { code: -32001, message: "It runs.", data } },
  ]);
});

it("turns an error of the extension itself into a problem", async () => {
  const { posted, relay } = setUp(() => {
    throw problem("workspace.untrusted", "Not trusted.", "Trust it.");
  });
  await relay.receive(rpc(1, "run/start"));
  expect(posted).toMatchObject([{ id: 1, error: { data: { code: "workspace.untrusted" } } }]);
});

it("answers host methods itself", async () => {
  const { posted, asked, relay } = setUp();
  await relay.receive(rpc(2, "text/copy", { text: "h.0" }));
  expect(asked).toEqual([["text/copy", { text: "h.0" }]]);
  expect(posted).toEqual([{ jsonrpc: "2.0", id: 2, result: {} }]);
});

it("answers no notification, not even one that fails", async () => {
  const { posted, asked, relay } = setUp(() => {
    throw new Error("no");
  });
  await relay.receive(rpc(undefined, "page/selected", { node: "h" }));
  await relay.receive(rpc(undefined, "run/start"));
  expect(asked).toHaveLength(2);
  expect(posted).toEqual([]);
});

it("refuses a method that is in no table, also events and page methods", async () => {
  const { posted, asked, relay } = setUp();
  for (const method of ["model/open", "model/changed", "page/show", "toString", "__proto__"]) {
    await relay.receive(rpc(3, method));
  }
  expect(asked).toEqual([]);
  expect(posted).toHaveLength(5);
  expect(posted).toMatchObject(Array(5).fill({ id: 3, error: { code: -32601 } }));
});

it.each([
  undefined,
  null,
  "text",
  [],
  {},
  { method: "text/copy" },
  { jsonrpc: "2.0", id: {}, method: "text/copy", params: {} },
  { jsonrpc: "2.0", id: 1, method: 5 },
  { jsonrpc: "2.0", id: 1, method: "text/copy", params: [1] },
  { jsonrpc: "2.0", id: 1, result: {} },
])("ignores what is no request: %j", async (message) => {
  const { posted, asked, relay } = setUp();
  await relay.receive(message);
  expect([posted, asked]).toEqual([[], []]);
});

it("tells the page events without an id", () => {
  const { posted, relay } = setUp();
  relay.notify("page/show", { modelId: null });
  expect(posted).toEqual([{ jsonrpc: "2.0", method: "page/show", params: { modelId: null } }]);
});
