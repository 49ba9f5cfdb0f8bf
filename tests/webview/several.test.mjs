/** Several nodes chosen at once, by mouse and by keyboard, and the experiments on them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  button,
  demo,
  item,
  picture,
  placeOf,
  requests,
  useBrowser,
  withGraph,
} from "./replay/driven.mjs";

useBrowser();

const selected = async (page, name) =>
  (await item(page, name).getAttribute("aria-selected")) === "true";

async function chooseTwo(page) {
  await item(page, "transformer.wte").click();
  await item(page, "transformer.wpe").focus();
  await page.keyboard.press("Shift+Space");
  await page.getByText("2 nodes selected").waitFor();
}

describe("several nodes", () => {
  test("are chosen by a key; the inspector stays with the first", () =>
    withGraph(demo, {}, async (page) => {
      await chooseTwo(page);
      assert(await selected(page, "transformer.wte"));
      assert(await selected(page, "transformer.wpe"));
      await page.getByRole("heading", { name: "wte" }).waitFor();
      await button(page, "Insert post hook").click();
      await page.getByText("Inserted into experiment.py").waitFor();
      const [asked] = await requests(page, "hook/insert");
      assert.deepEqual([asked.node, asked.also], ["transformer.wte", ["transformer.wpe"]]);
    }));

  test("are chosen by a click with a modifier, and let go by a plain one", () =>
    withGraph(demo, {}, async (page) => {
      await item(page, "transformer.wte").click();
      const box = await placeOf(page, "lm_head");
      await page.keyboard.down("Control");
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await page.keyboard.up("Control");
      await page.getByText("2 nodes selected").waitFor();
      await picture(page, "several");
      await item(page, "transformer.ln_f").click();
      assert(!(await selected(page, "transformer.wte")));
      assert.equal(await page.getByText("nodes selected").count(), 0);
    }));

  test("are one again after Only this one and after Escape", () =>
    withGraph(demo, {}, async (page) => {
      await chooseTwo(page);
      await button(page, "Only this one").click();
      assert(!(await selected(page, "transformer.wpe")));
      await chooseTwo(page);
      await page.keyboard.press("Escape");
      assert(!(await selected(page, "transformer.wpe")));
    }));

  test("take part in an experiment; one that does not fit says why", () =>
    withGraph(demo, {}, async (page) => {
      await chooseTwo(page);
      await page.getByText("Experiments", { exact: true }).click();
      const list = page.getByRole("list", { name: "Experiments" });
      const unfit = list.getByRole("button", { name: /^Logit lens/ });
      assert(await unfit.isDisabled());
      await unfit.getByText("It takes no text.").waitFor();
      await list.getByRole("button", { name: /^Zero-ablation/ }).click();
      await page.getByText("Inserted into experiment.py").waitFor();
      const [asked] = await requests(page, "hook/insert");
      assert.equal(asked.recipe, "zeroAblation");
      assert.equal(asked.place, "cursor");
      assert.deepEqual(asked.also, ["transformer.wpe"]);
    }));
});
