/** The page as a panel beside code: the drawer under the graph, and a camera that keeps names readable. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { button, demo, item, minilm, picture, useBrowser, withGraph } from "./replay/driven.mjs";
import { gptRecording } from "./replay/recording.mjs";

useBrowser();

const PANEL = { width: 520, height: 760 };
const SIZES = [PANEL, { width: 420, height: 800 }, { width: 300, height: 700 }];
const tab = (page, name) => page.getByRole("tab", { name, exact: true });
const table = (page) => page.getByRole("table", { name: "Next tokens" });
const inspector = (page) => page.getByRole("region", { name: "Inspector" });
const edge = (page) => page.getByRole("separator", { name: "Height of the panel" });
const stageHeight = async (page) => (await page.locator(".stage").boundingBox()).height;

async function run(page) {
  await button(page, "Run forward pass").click();
  await table(page).getByRole("row").nth(1).waitFor();
}

describe("the drawer", () => {
  for (const size of SIZES) {
    const name = `${size.width} × ${size.height}`;
    test(`at ${name}: a run shows its tokens, a selection the node, the graph keeps half`, () =>
      withGraph(demo, size, async (page) => {
        await picture(page, `narrow-${size.width}-open`);
        await run(page);
        assert.equal(await tab(page, "Run").getAttribute("aria-selected"), "true");
        await picture(page, `narrow-${size.width}-run`);
        await item(page, "transformer.wte").click();
        await inspector(page).getByText("num_embeddings").waitFor();
        assert.equal(await table(page).count(), 0, "one tab at a time");
        await picture(page, `narrow-${size.width}-node`);
        assert((await stageHeight(page)) >= size.height * 0.49);
        assert(await button(page, "Run forward pass").isVisible());
        await tab(page, "Run").click();
        await table(page).waitFor();
      }));
  }

  test("changes its height by drag and by key, and can be folded away", () =>
    withGraph(demo, PANEL, async (page) => {
      const before = await stageHeight(page);
      const place = await edge(page).boundingBox();
      await page.mouse.move(place.x + 100, place.y + 4);
      await page.mouse.down();
      await page.mouse.move(place.x + 100, place.y + 84, { steps: 3 });
      await page.mouse.up();
      assert(Math.abs((await stageHeight(page)) - before - 80) < 8, "it follows the pointer");
      await edge(page).focus();
      await page.keyboard.press("ArrowUp");
      assert((await stageHeight(page)) < before + 70);
      await button(page, "Collapse the panel").click();
      assert((await stageHeight(page)) > 560);
      assert(await page.getByRole("textbox", { name: "Text" }).isVisible());
      await picture(page, "narrow-collapsed");
      await tab(page, "Node").click();
      await inspector(page).getByText("Select a node").waitFor();
    }));

  test("moves between its tabs by arrow keys", () =>
    withGraph(demo, PANEL, async (page) => {
      await tab(page, "Run").focus();
      await page.keyboard.press("ArrowRight");
      await inspector(page).waitFor();
      assert(await tab(page, "Node").evaluate((element) => element === document.activeElement));
    }));

  test("says that an encoder has no next tokens", () =>
    withGraph(minilm, PANEL, async (page) => {
      await button(page, "Run forward pass").click();
      await page.getByText("it has no next tokens").waitFor();
      await picture(page, "narrow-encoder");
    }));
});

describe("the view of a small panel", () => {
  const deep = gptRecording({ layers: 12 });
  const middle = async (page, name) => {
    const box = await item(page, name).boundingBox();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width };
  };

  test("shows a node of deep inside near enough to be read", () =>
    withGraph(demo, PANEL, async (page) => {
      await page.evaluate(() =>
        window.replay.emit("page/reveal", { modelId: "m1", path: "transformer.h.1.attn" }),
      );
      await inspector(page).getByText("transformer.h.1.attn", { exact: true }).waitFor();
      await page.waitForFunction(() => {
        const box = document
          .querySelector('[data-node="transformer.h.1.attn"]')
          ?.getBoundingClientRect();
        const stage = document.querySelector(".stage").getBoundingClientRect();
        const seen = box && box.top >= stage.top && box.bottom <= stage.bottom;
        return seen && box.height > 44 * 0.6;
      });
      await picture(page, "narrow-revealed");
    }));

  test("first shows the top of a tall model; Fit shows all of it", () =>
    withGraph(deep, PANEL, async (page) => {
      await item(page, "transformer.h.0 – h.11").or(item(page, "h.0 – h.11")).first().focus();
      await page.keyboard.press("ArrowRight");
      await item(page, "transformer.h.7").waitFor();
      const { width } = await middle(page, "transformer.h.0");
      await picture(page, "narrow-tall");
      await button(page, "Fit").click();
      await page.waitForFunction(
        (wide) =>
          document.querySelector('[data-node="transformer.h.0"]').getBoundingClientRect().width <
          wide,
        width,
      );
    }));

  test("keeps scale and middle while the panel is resized", () =>
    withGraph(demo, PANEL, async (page) => {
      await page.keyboard.press("+");
      const before = await middle(page, "transformer.wte");
      await page.setViewportSize({ width: 620, height: 760 });
      await page.waitForFunction(() => document.querySelector("canvas").width === 620);
      const after = await middle(page, "transformer.wte");
      assert(Math.abs(after.x - before.x - 50) < 2, `${before.x} became ${after.x}`);
      assert(Math.abs(after.width - before.width) < 1);
    }));
});
