/** The graph in a real browser: painted, clicked, unfolded, panned; with and without WebGL. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { until } from "../../scripts/workbench/waiting.mjs";
import {
  button,
  demo,
  isPainted,
  item,
  picture,
  placeOf,
  requests,
  useBrowser,
  withGraph,
  withPage,
} from "./replay/driven.mjs";
import { gptRecording } from "./replay/recording.mjs";

useBrowser();

/** Share of light pixels in a part of the page. */
async function lightShare(page, clip) {
  const image = await page.screenshot({ clip });
  return page.evaluate(
    async (bytes) => {
      const { width, height } = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const context = new OffscreenCanvas(width, height).getContext("2d");
      context.drawImage(await createImageBitmap(new Blob([new Uint8Array(bytes)])), 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const isLight = (_, pixel) => data[4 * pixel] + data[4 * pixel + 1] > 255;
      return Array.from({ length: width * height }).filter(isLight).length / (width * height);
    },
    [...image],
  );
}

describe("the graph", () => {
  test("is painted, and its twin names what is in it", () =>
    withGraph(demo, {}, async (page) => {
      await item(page, "transformer.wte").waitFor();
      await item(page, "transformer.h").waitFor();
      await item(page, "lm_head").waitFor();
      await isPainted(page, 0.005);
      await picture(page, "demo");
    }));

  test("selects the node whose item is clicked, and inspects it", () =>
    withGraph(demo, {}, async (page) => {
      await item(page, "transformer.wte").click();
      assert.equal(await item(page, "transformer.wte").getAttribute("aria-selected"), "true");
      const inspector = page.getByRole("region", { name: "Inspector" });
      await inspector.getByRole("heading", { name: "wte" }).waitFor();
      await inspector.getByText("transformer.wte", { exact: true }).waitFor();
      await inspector.getByText("num_embeddings").waitFor();
      const told = await requests(page, "page/selected");
      assert.deepEqual(told.at(-1), {
        modelId: "m1",
        node: "transformer.wte",
        path: "transformer.wte",
      });
    }));

  test("selects what the mouse is pressed on", () =>
    withGraph(demo, {}, async (page) => {
      const box = await placeOf(page, "lm_head");
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await page.getByRole("heading", { name: "lm_head" }).waitFor();
    }));

  test("unfolds and folds by keyboard, and a node deep inside can be clicked", () =>
    withGraph(gptRecording({ layers: 12 }), {}, async (page) => {
      await item(page, "transformer.h.0 – h.11").or(item(page, "h.0 – h.11")).first().focus();
      await page.keyboard.press("ArrowRight");
      await item(page, "transformer.h.7").focus();
      await page.keyboard.press("ArrowRight");
      await item(page, "transformer.h.7.attn").click();
      await page
        .getByRole("region", { name: "Inspector" })
        .getByText("transformer.h.7.attn", { exact: true })
        .waitFor();
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await item(page, "transformer.h.7.attn").waitFor({ state: "detached" });
    }));

  test("unfolds with a double click and keeps the node's place", () =>
    withGraph(demo, {}, async (page) => {
      const before = await item(page, "transformer.h").boundingBox();
      await item(page, "transformer.h").dblclick();
      await item(page, "transformer.h.1").waitFor();
      await button(page, "Zoom in").waitFor();
      const after = await item(page, "transformer.h").boundingBox();
      assert(Math.abs(after.y - before.y) < 120, `${before.y} became ${after.y}`);
    }));

  test("pans by drag, zooms to the cursor, fits again", () =>
    withGraph(demo, {}, async (page) => {
      const start = await item(page, "lm_head").boundingBox();
      await page.mouse.move(200, 300);
      await page.mouse.down();
      await page.mouse.move(260, 330, { steps: 4 });
      await page.mouse.up();
      const dragged = await item(page, "lm_head").boundingBox();
      assert(Math.abs(dragged.x - start.x - 60) < 2 && Math.abs(dragged.y - start.y - 30) < 2);
      const cursor = { x: dragged.x + dragged.width / 2, y: dragged.y + dragged.height / 2 };
      await page.mouse.move(cursor.x, cursor.y);
      await page.mouse.wheel(0, -240);
      await page.waitForFunction(
        (width) =>
          document.querySelector('[data-node="lm_head"]').getBoundingClientRect().width >
          width * 1.2,
        dragged.width,
      );
      const zoomed = await item(page, "lm_head").boundingBox();
      assert(
        Math.abs(zoomed.x + zoomed.width / 2 - cursor.x) < 2,
        "what is under the cursor stays",
      );
      await button(page, "Fit").click();
      const fitted = await item(page, "lm_head").boundingBox();
      assert(Math.abs(fitted.x - start.x) < 2 && Math.abs(fitted.y - start.y) < 2);
    }));

  test("brings an item into view that has the focus outside", () =>
    withGraph(gptRecording({ layers: 12 }), {}, async (page) => {
      for (let step = 0; step < 8; step++) await page.keyboard.press("+");
      await item(page, "lm_head").focus();
      await page.waitForFunction(() => {
        const box = document.querySelector('[data-node="lm_head"]').getBoundingClientRect();
        const stage = document.querySelector(".stage").getBoundingClientRect();
        return box.top >= stage.top - 1 && box.bottom <= stage.bottom + 1;
      });
    }));

  test("reveals a module that the host asks for", () =>
    withGraph(demo, {}, async (page) => {
      await page.evaluate(() =>
        window.replay.emit("page/reveal", { modelId: "m1", path: "transformer.h.1.mlp.c_fc" }),
      );
      await page
        .getByRole("region", { name: "Inspector" })
        .getByText("transformer.h.1.mlp.c_fc", { exact: true })
        .waitFor();
    }));

  test("shows more operations on demand", () =>
    withGraph(demo, {}, async (page) => {
      const few = await page.getByRole("treeitem").count();
      await button(page, "All operations").click();
      await page.waitForFunction(
        (count) => document.querySelectorAll('[role="treeitem"]').length > count,
        few,
      );
    }));

  test("is said to be impossible without WebGL, and its outline works on", () =>
    withPage(demo, {}, async (page) => {
      await page.addInitScript(() => {
        const original = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind === "webgl2" ? null : original.call(this, kind, ...rest);
        };
      });
      await page.reload();
      await page.getByRole("alert").getByText("The graph cannot be drawn").waitFor();
      await item(page, "transformer.wte").focus();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "wte" }).waitFor();
    }));

  test("says when its graphics are lost, and paints again when they are back", () =>
    withGraph(demo, {}, async (page) => {
      await page.evaluate(() => {
        window.lost = document
          .querySelector("canvas")
          .getContext("webgl2")
          .getExtension("WEBGL_lose_context");
        window.lost.loseContext();
      });
      await page.getByText("The graphics were lost").waitFor();
      await page.evaluate(() => window.lost.restoreContext());
      await page.getByText("The graphics were lost").waitFor({ state: "detached" });
      await isPainted(page, 0.005);
    }));

  test("keeps its names readable where the system forces its colours", () =>
    withGraph(demo, {}, async (page) => {
      await page.emulateMedia({ forcedColors: "active" });
      await until("a dark card with a light name", async () => {
        const light = await lightShare(page, await item(page, "lm_head").boundingBox());
        return light > 0.01 && light < 0.5;
      });
      await picture(page, "graph-forced");
    }));
});
