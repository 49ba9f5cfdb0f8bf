import { expect, test } from "vitest";
import type { Level, Levels, ModelState } from "../../webview/src/protocol/messages.generated.ts";
import { RpcClient } from "../../webview/src/protocol/rpc.ts";
import { GraphStore } from "../../webview/src/store/graphs.svelte.ts";
import { modelOf } from "../../webview/src/store/received.ts";
import { gptRecording } from "./replay/recording.mjs";

const LEVELS: Readonly<Record<string, Level>> = gptRecording({ layers: 2 }).levels;

/** A store whose reads the test answers, in the order it likes. */
class Reads {
  readonly waiting: { id: number; params: { containers: readonly string[] } }[] = [];
  readonly client = new RpcClient((message) => this.waiting.push(message as never));
  readonly store = new GraphStore(this.client, () => undefined);

  async answer(index: number, graphVersion: number): Promise<void> {
    const [request] = this.waiting.splice(index, 1);
    const levels = request?.params.containers.flatMap((id) => {
      const level = LEVELS[id];
      return level
        ? [{ ...level, names: level.names.map((name) => `${name} ${graphVersion}`) }]
        : [];
    });
    const result: Levels = { graphVersion, levels: levels ?? [] };
    this.client.receive({ jsonrpc: "2.0", id: request?.id, result });
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve));
  }

  /** The versions of the levels that are here. */
  get versions(): readonly string[] {
    const names = [...this.store.levels.values()].map((level) => level.nodes[0]?.name ?? "");
    return [...new Set(names.map((name) => name.split(" ").at(-1) ?? ""))];
  }
}

function model(graphVersion: number) {
  const state = { modelId: "m1", source: "demo", phase: "ready", message: "", graphVersion };
  return modelOf(state as ModelState);
}

async function ready(): Promise<Reads> {
  const reads = new Reads();
  void reads.store.follow(model(1));
  while (reads.waiting.length > 0) await reads.answer(0, 1);
  return reads;
}

test("what is unfolded while a newer graph is read does not cost that graph", async () => {
  const reads = await ready();
  await reads.store.foldAll();
  void reads.store.follow(model(2));
  void reads.store.toggle("transformer.h[0:12]");
  while (reads.waiting.length > 0) await reads.answer(0, 2);
  expect(reads.versions).toEqual(["2"]);
  expect(reads.store.levels.has("transformer.h[0:12]")).toBe(true);
  expect([...reads.store.loading]).toEqual([]);
});

test("an answer about an older graph that comes late is dropped", async () => {
  const reads = await ready();
  void reads.store.toggle("transformer.h[0:12]");
  void reads.store.follow(model(2));
  await reads.answer(1, 2);
  await reads.answer(0, 1);
  while (reads.waiting.length > 0) await reads.answer(0, 2);
  expect(reads.versions).toEqual(["2"]);
  expect([...reads.store.loading]).toEqual([]);
});
