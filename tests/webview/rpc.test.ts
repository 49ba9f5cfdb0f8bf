import { expect, test } from "vitest";
import { RequestFailed, RpcClient } from "../../webview/src/protocol/rpc.ts";

interface Sent {
  id?: number;
  method: string;
}

function connected(): { client: RpcClient; sent: Sent[] } {
  const sent: Sent[] = [];
  return { client: new RpcClient((message) => sent.push(message as Sent)), sent };
}

test("a request settles with its own reply, whatever the order", async () => {
  const { client, sent } = connected();
  const first = client.request("model/read", { modelId: "a" });
  const second = client.request("model/read", { modelId: "b" });
  client.receive({ jsonrpc: "2.0", id: sent[1]?.id, result: "second" });
  client.receive({ jsonrpc: "2.0", id: sent[0]?.id, result: "first" });
  expect([await first, await second]).toEqual(["first", "second"]);
});

test("an error reply carries its problem", async () => {
  const { client, sent } = connected();
  const request = client.request("model/read", { modelId: "a" });
  const data = {
    code: "model.unknown",
    message: "No such model.",
    hint: "Open it.",
    action: "openModel",
  };
  client.receive({ jsonrpc: "2.0", id: sent[0]?.id, error: { code: -32000, message: "x", data } });
  await expect(request).rejects.toMatchObject({ code: -32000, problem: data });
});

test("an error reply without a problem becomes one", async () => {
  const { client, sent } = connected();
  const request = client.request("page/ready", {});
  client.receive({ jsonrpc: "2.0", id: sent[0]?.id, error: { code: -32601, message: "Unknown." } });
  await expect(request).rejects.toMatchObject({ problem: { message: "Unknown.", hint: "" } });
});

test("what waits is rejected when the line closes, and so is what comes after", async () => {
  const { client } = connected();
  const waiting = client.request("page/ready", {});
  client.close();
  await expect(waiting).rejects.toBeInstanceOf(RequestFailed);
  await expect(client.request("page/ready", {})).rejects.toBeInstanceOf(RequestFailed);
});

test("a transport that throws rejects the request", async () => {
  const client = new RpcClient(() => {
    throw new Error("cannot clone");
  });
  await expect(client.request("page/ready", {})).rejects.toMatchObject({ message: "cannot clone" });
});

test("messages that are no JSON-RPC, or answer nothing, disturb nothing", () => {
  const { client } = connected();
  for (const message of [
    null,
    3,
    "x",
    {},
    { jsonrpc: "2.0", id: 99, result: 1 },
    { type: "vscode" },
  ]) {
    expect(() => client.receive(message)).not.toThrow();
  }
});
