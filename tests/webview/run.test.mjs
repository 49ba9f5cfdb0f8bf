/** Runs and the inspector in a real browser: tokens, predictions, failures, insertion. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  button,
  copy,
  demo,
  item,
  minilm,
  picture,
  requests,
  useBrowser,
  withGraph,
} from "./replay/driven.mjs";

useBrowser();

describe("a run", () => {
  test("shows tokens, and next tokens for any position", () =>
    withGraph(demo, {}, async (page) => {
      await button(page, "Run forward pass").click();
      const table = page.getByRole("table", { name: "Next tokens" });
      await table.getByRole("row").nth(1).waitFor();
      const tokens = page.getByRole("list", { name: "Tokens" });
      assert.equal(await tokens.getByRole("listitem").count(), demo.tokens.ids.length);
      await page.getByText("Observed in run 1").waitFor();
      await picture(page, "run");
      await tokens.getByRole("button").nth(1).click();
      await page.getByText("at position 1").waitFor();
      assert.deepEqual((await requests(page, "prediction/read")).at(-1), {
        modelId: "m1",
        runId: 1,
        position: 1,
        count: 10,
      });
    }));

  test("begins with Control and Enter, with the text that stands in the box", () =>
    withGraph(demo, {}, async (page) => {
      await page.getByRole("textbox", { name: "Text" }).fill("Tom gave Anna");
      await page.keyboard.press("Control+Enter");
      await page.getByText("Run 1:").waitFor();
      assert.equal((await requests(page, "run/start"))[0].text, "Tom gave Anna");
      assert.equal(await page.getByRole("listitem").filter({ hasText: "Anna" }).count(), 1);
    }));

  test("can be cancelled and run again", () =>
    withGraph(demo, {}, async (page) => {
      await page.evaluate(() => (window.replay.stopAt = 20));
      await button(page, "Run forward pass").click();
      await picture(page, "running");
      await button(page, "Cancel").click();
      await page.getByText("Run 1 cancelled").waitFor();
      await page.evaluate(() => delete window.replay.stopAt);
      await button(page, "Run forward pass").click();
      await page.getByText("Run 2:").waitFor();
    }));

  test("of a model that raises says what and where, and leads there", () =>
    withGraph(demo, {}, async (page) => {
      await page.evaluate(() => (window.replay.stopAt = 30));
      await button(page, "Run forward pass").click();
      await page.evaluate(() => {
        const problem = {
          code: "run.raised",
          message: "RuntimeError: shapes do not fit",
          hint: "Look at the red node.",
          action: "openFile",
          node: "transformer.h.1.mlp.c_fc",
          file: "/home/me/block.py",
          line: 7,
        };
        window.replay.emit("run/changed", {
          modelId: "m1",
          runId: 1,
          phase: "failed",
          durationMs: 3,
          eventCount: 30,
          tokens: null,
          predictsTokens: false,
          problem,
        });
      });
      const alert = page.getByRole("alert");
      await alert.getByText("RuntimeError: shapes do not fit").waitFor();
      await alert.getByText("block.py, line 7").waitFor();
      await button(page, "Open file").click();
      assert.deepEqual(await requests(page, "problem/act"), [
        { modelId: "m1", action: "openFile" },
      ]);
      await button(page, "Show node").click();
      await page.getByRole("heading", { name: "c_fc" }).waitFor();
      await picture(page, "failed");
    }));

  test("of an encoder has tokens and no next tokens", () =>
    withGraph(minilm, {}, async (page) => {
      await button(page, "Run forward pass").click();
      await page.getByText("Run 1:").waitFor();
      await page.getByText("it has no next tokens").waitFor();
      assert.equal(await page.getByRole("table", { name: "Next tokens" }).count(), 0);
    }));

  test("of a model without text takes inputs", () => {
    const plain = copy(demo);
    Object.assign(plain.model.summary, {
      takesText: false,
      predictsTokens: false,
      exampleInputs: "x = float32[1, 3, 8, 8]",
    });
    return withGraph(plain, {}, async (page) => {
      assert.equal(await page.getByRole("textbox", { name: "Text" }).count(), 0);
      await page.getByRole("textbox", { name: "Inputs" }).fill("x = float32[2, 3, 8, 8]");
      await button(page, "Run forward pass").click();
      await page.getByText("Run 1:").waitFor();
      assert.equal((await requests(page, "run/start"))[0].inputs, "x = float32[2, 3, 8, 8]");
    });
  });
});

describe("the inspector", () => {
  test("inserts and copies through the host", () =>
    withGraph(demo, {}, async (page) => {
      await item(page, "transformer.wte").click();
      for (const [name, kind] of [
        ["Insert pre hook", "pre"],
        ["Insert post hook", "post"],
        ["Insert both hooks", "both"],
      ]) {
        await button(page, name).click();
        await page.getByText("Inserted into experiment.py").waitFor();
        assert.deepEqual((await requests(page, "hook/insert")).at(-1), {
          modelId: "m1",
          node: "transformer.wte",
          also: [],
          kind,
        });
      }
      await button(page, "Copy path").click();
      await page.getByText("Path copied").waitFor();
      assert.deepEqual((await requests(page, "text/copy")).at(-1), { text: "transformer.wte" });
      await button(page, "Copy hook code").click();
      await page.getByText("Hook code copied").waitFor();
      assert.match(
        (await requests(page, "text/copy")).at(-1).text,
        /^from interpogate import Interpogate\n\nwith interp\.hook/,
      );
      await button(page, "Go to source").click();
      assert.deepEqual(await requests(page, "source/open"), [
        { modelId: "m1", node: "transformer.wte", what: "definition" },
      ]);
    }));

  test("offers no insertion where there is no editor", () => {
    const elsewhere = copy(demo);
    elsewhere.host.canInsert = false;
    return withGraph(elsewhere, {}, async (page) => {
      await item(page, "transformer.wte").click();
      await button(page, "Copy hook code").waitFor();
      assert.equal(await button(page, "Insert pre hook").count(), 0);
    });
  });
});
