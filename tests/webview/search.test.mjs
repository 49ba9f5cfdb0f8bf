/** Finding modules of the whole model, in a real browser. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { demo, item, picture, requests, useBrowser, withGraph } from "./replay/driven.mjs";

useBrowser();

const field = (page) => page.getByRole("combobox", { name: "Find modules" });
const options = (page) => page.getByRole("option");
const inspector = (page) => page.getByRole("region", { name: "Inspector" });

describe("the search", () => {
  test("finds a module that is not unfolded, and Enter goes there", () =>
    withGraph(demo, {}, async (page) => {
      await page.keyboard.press("Control+f");
      await page.keyboard.type("h.2 c_fc");
      await options(page).filter({ hasText: "transformer.h.2.mlp.c_fc" }).waitFor();
      await picture(page, "search");
      await page.keyboard.press("Enter");
      await inspector(page).getByText("transformer.h.2.mlp.c_fc", { exact: true }).waitFor();
      assert.equal(
        await item(page, "transformer.h.2.mlp.c_fc").getAttribute("aria-selected"),
        "true",
      );
      assert.equal(await options(page).count(), 0, "the list is gone");
    }));

  test("is walked by arrows and left by Escape, and says when there is nothing", () =>
    withGraph(demo, { width: 300, height: 700 }, async (page) => {
      await page.keyboard.press("/");
      await page.keyboard.type("layernorm");
      await page.waitForFunction(() => {
        const words = [...document.querySelectorAll('[role="option"]')].map((o) => o.textContent);
        return words.length > 1 && words.every((text) => text.includes("LayerNorm"));
      });
      await page.keyboard.press("ArrowDown");
      assert.equal(await options(page).nth(1).getAttribute("aria-selected"), "true");
      await picture(page, "search-narrow");
      await page.keyboard.type(" nowhere");
      await page.getByText("No module has these words.").waitFor();
      await page.keyboard.press("Escape");
      assert.equal(await field(page).inputValue(), "");
    }));

  test("takes the option that is pressed", () =>
    withGraph(demo, {}, async (page) => {
      await field(page).fill("wpe");
      await options(page).first().click();
      await inspector(page).getByText("transformer.wpe", { exact: true }).waitFor();
      assert.equal((await requests(page, "module/find")).at(-1).query, "wpe");
    }));
});
