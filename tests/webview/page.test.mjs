/** The page in a real browser when something is missing or wrong, in every theme and at every width. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  button,
  copy,
  demo,
  isPainted,
  item,
  picture,
  requests,
  useBrowser,
  withGraph,
  withPage,
} from "./replay/driven.mjs";

useBrowser();

describe("what is not ready", () => {
  test("an empty page opens models", () => {
    const empty = copy(demo);
    empty.host.modelId = null;
    return withPage(empty, { width: 300, height: 700 }, async (page) => {
      await button(page, "Open demo model").click();
      await button(page, "Open model…").click();
      assert.deepEqual(await requests(page, "page/open"), [{ source: "demo" }, { source: null }]);
      await picture(page, "empty");
    });
  });

  test("an untrusted workspace says what to do", () => {
    const untrusted = copy(demo);
    Object.assign(untrusted.host, { modelId: null, trusted: false });
    return withPage(untrusted, {}, async (page) => {
      await page.getByText("Trust this workspace first").waitFor();
      assert.equal(await button(page, "Open model…").count(), 0);
    });
  });

  test("a loading model says what is going on, then shows its graph", () => {
    const loading = copy(demo);
    Object.assign(loading.model, {
      phase: "loading",
      message: "Importing torch…",
      graphVersion: 0,
      summary: null,
    });
    return withPage(loading, {}, async (page) => {
      await page.getByText("Importing torch…").first().waitFor();
      await picture(page, "loading");
      await page.evaluate((model) => window.replay.setModel(model), demo.model);
      await item(page, "lm_head").waitFor();
    });
  });

  test("a model that cannot be opened says why, with the one fix as a button", () => {
    const failed = copy(demo);
    const problem = {
      code: "interpreter.noTorch",
      message: "The interpreter has no torch.",
      hint: "Choose another one.",
      action: "selectInterpreter",
      node: null,
      file: null,
      line: null,
    };
    Object.assign(failed.model, { phase: "failed", graphVersion: 0, summary: null, problem });
    return withPage(failed, {}, async (page) => {
      await page.getByRole("alert").getByText("The interpreter has no torch.").waitFor();
      await button(page, "Select interpreter").click();
      assert.deepEqual(await requests(page, "problem/act"), [
        { modelId: "m1", action: "selectInterpreter" },
      ]);
      await picture(page, "no-torch");
    });
  });

  test("a killed worker leaves the graph, and Restart brings model and selection back", () =>
    withGraph(demo, {}, async (page) => {
      await item(page, "transformer.wpe").click();
      await page.evaluate(() => {
        const problem = {
          code: "worker.ended",
          message: "The model's process was killed.",
          hint: "Restart it.",
          action: "restart",
          node: null,
          file: null,
          line: null,
        };
        window.replay.setModel({ phase: "stopped", problem });
      });
      await page.getByRole("alert").getByText("The model's process was killed.").waitFor();
      assert.equal(await button(page, "Run forward pass").isEnabled(), false);
      await button(page, "Restart").click();
      assert.deepEqual(await requests(page, "problem/act"), [{ modelId: "m1", action: "restart" }]);
      await page.evaluate(() =>
        window.replay.setModel({ phase: "starting", problem: null, graphVersion: 0 }),
      );
      await page.evaluate(() => window.replay.setModel({ phase: "ready", graphVersion: 1 }));
      await page.getByRole("alert").waitFor({ state: "detached" });
      assert.equal(await item(page, "transformer.wpe").getAttribute("aria-selected"), "true");
      assert.equal(await button(page, "Run forward pass").isEnabled(), true);
    }));
});

test("a reload brings selection, unfolding and text back", () =>
  withGraph(demo, {}, async (page) => {
    await item(page, "transformer.h").focus();
    await page.keyboard.press("ArrowRight");
    await item(page, "transformer.h.2").click();
    await page.getByRole("textbox", { name: "Text" }).fill("kept words");
    await page.waitForFunction(
      () => JSON.parse(sessionStorage.getItem("state") ?? "{}").text === "kept words",
    );
    await page.reload();
    await item(page, "transformer.h.2").waitFor();
    assert.equal(await item(page, "transformer.h.2").getAttribute("aria-selected"), "true");
    assert.equal(await page.getByRole("textbox", { name: "Text" }).inputValue(), "kept words");
    await page.getByRole("heading", { name: "h.2" }).waitFor();
  }));

test("hostile names are text and nothing else", () => {
  const hostile = copy(demo);
  const name = "<img src=x onerror=alert(1)>";
  hostile.model.summary.title = name;
  hostile.tokens.texts[0] = name;
  hostile.details["transformer.wte"].name = name;
  return withGraph(hostile, {}, async (page) => {
    await item(page, "transformer.wte").click();
    await page.getByRole("heading", { name, exact: true }).nth(1).waitFor();
    assert.equal(await page.locator("img").count(), 0);
  });
});

describe("every theme and width", () => {
  for (const theme of ["light", "dark", "contrast"]) {
    for (const [width, height] of [
      [1400, 860],
      [420, 800],
      [300, 700],
    ]) {
      test(`${theme} at ${width} × ${height}: nothing is cut off at the side`, () =>
        withGraph(
          demo,
          { theme, width, height, scheme: theme === "light" ? "light" : "dark" },
          async (page) => {
            await item(page, "transformer.h").click();
            await button(page, "Run forward pass").click();
            await page
              .getByRole("table", { name: "Next tokens" })
              .getByRole("row")
              .nth(1)
              .waitFor();
            if (width < 700) await page.getByRole("tab", { name: "Node" }).click();
            await page.getByText("num_heads").or(page.getByText("Stands for")).first().waitFor();
            const wide = await page.evaluate(
              () => document.documentElement.scrollWidth - window.innerWidth,
            );
            assert(wide <= 0, `the page is ${wide} px too wide`);
            const stage = await page.locator(".stage").boundingBox();
            assert(stage.height >= 140, "the graph keeps room");
            await isPainted(page, 0.003);
            await picture(page, `${theme}-${width}`);
          },
        ));
    }
  }
});
