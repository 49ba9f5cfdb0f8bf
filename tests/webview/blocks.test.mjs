/** Visualization blocks in a real browser on a real worker: put together, drawn, read, changed, removed. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { until } from "../../scripts/workbench/waiting.mjs";
import { button, item, picture, useBrowser, withPage } from "./replay/driven.mjs";
import { LiveWorker } from "./replay/live-worker.mjs";

const LIST = "List: river lamp Kate honey blue drum river lamp Kate honey blue";
const ATTENTION = "transformer.h.1.attn";

useBrowser();

/** @type {LiveWorker} */
let worker;

before(async () => {
  worker = await LiveWorker.open("demo");
  await ran(LIST);
});
after(() => worker.close());
beforeEach(() => worker.removeBlocks());

async function ran(text) {
  const ended = worker.until("run/changed", ({ phase }) => phase !== "running");
  await worker.request("run/start", { text, inputs: null });
  await ended;
}

/** A page on the worker, or on another one. */
const withLive = (body, { kept = null, on = worker, ...options } = {}) =>
  withPage(null, { ...options, prepare: (page) => on.attach(page, kept) }, async (page) => {
    await item(page, "transformer.wte").waitFor();
    await body(page);
  });

async function unfold(page, ...names) {
  for (const name of names) {
    await item(page, name).focus();
    await page.keyboard.press("ArrowRight");
    await page.locator(`[aria-expanded="true"][aria-label="${name}"]`).waitFor();
  }
}

async function select(page, name) {
  await item(page, name).focus();
  await page.keyboard.press("Enter");
  await page
    .getByRole("heading", { level: 2 })
    .filter({ hasText: name.split(".").at(-1) })
    .waitFor();
}

const composer = (page) => page.getByRole("region", { name: "Add visualization" });
const twin = (page, name) =>
  page.getByRole("list", { name: "Visualization blocks" }).getByRole("button", { name });
const shapeIn = (page, list) =>
  page.getByRole("list", { name: list }).getByRole("button", { expanded: false }).first();

/** What a block shows, as a screen reader tells it. */
const described = (page, name) =>
  twin(page, name).evaluate(
    (b) => document.getElementById(b.getAttribute("aria-describedby"))?.textContent,
  );

const untilDescribed = (page, name, words) =>
  until(`${name} to show ${words}`, async () => (await described(page, name))?.includes(words));

async function addAttention(page) {
  await unfold(page, "transformer.h", "transformer.h.1");
  await select(page, ATTENTION);
  await button(page, "Attention weights").click();
  await composer(page)
    .getByRole("img", { name: /^Preview: 4 panels of 13 by 13/ })
    .waitFor();
  await button(page, "Add").click();
  await untilDescribed(page, /Attention of/, "4 panels of 13 by 13");
}

/** Numbers of the one block there is, straight from the worker. */
async function values() {
  const { blocks } = await worker.request("block/list");
  const { blockId } = blocks[0];
  const shown = await worker.request("block/read", { blockId, width: 256, height: 256 });
  const { shape, data } = shown.arrays.find(({ name }) => name === "values");
  const bytes = Buffer.from(data, "base64");
  const at = (panel, row, column) =>
    bytes.readFloatLE(4 * ((panel * shape[1] + row) * shape[2] + column));
  return { shape, at };
}

const inside = (inner, outer) =>
  inner.x >= outer.x - 1 &&
  inner.y >= outer.y - 1 &&
  inner.x + inner.width <= outer.x + outer.width + 1 &&
  inner.y + inner.height <= outer.y + outer.height + 1;

describe("a visualization block", () => {
  test("is put together in the inspector and stands inside its node", () =>
    withLive(async (page) => {
      await addAttention(page);
      const block = await twin(page, /Attention of/).boundingBox();
      const node = await item(page, ATTENTION).boundingBox();
      assert(inside(block, node), `${JSON.stringify(block)} in ${JSON.stringify(node)}`);
      assert(block.width > 60 && block.height > 60);
      await picture(page, "block-attention");
    }));

  test("tells under the pointer what the tensor holds", () =>
    withLive(async (page) => {
      await addAttention(page);
      await button(page, "Zoom in").click();
      const told = page.getByTestId("block-value");
      const words = await until("the exact value", async () => {
        const { x, y, width, height } = await twin(page, /Attention of/).boundingBox();
        await page.mouse.move(x + width * 0.2, y + height * 0.4);
        return (await told.allInnerTexts()).find((text) => text.includes("exact"));
      });
      const number = (name) => Number(words.match(new RegExp(`${name} (\\d+)`))[1]);
      const { at } = await values();
      const expected = at(number("heads"), number("query"), number("key"));
      const exact = Number(words.match(/exact ([-\d.e]+)/)[1]);
      assert(Math.abs(exact - expected) < 1e-6, `${exact} is ${expected}`);
      await picture(page, "block-hover");
    }));

  test("is read entry by entry with the keyboard when it is open large", () =>
    withLive(async (page) => {
      await addAttention(page);
      await twin(page, /Attention of/).focus();
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog", { name: `Attention · ${ATTENTION}` });
      const stage = dialog.getByRole("slider");
      await stage.waitFor();
      for (const key of ["PageDown", "PageDown"]) await page.keyboard.press(key);
      await dialog.getByRole("radio", { name: "heads 2", checked: true }).waitFor();
      for (const key of ["ArrowDown", "ArrowDown", "ArrowRight"]) await page.keyboard.press(key);
      const { at } = await values();
      const told = await until("the exact value", async () => {
        const text = await stage.getAttribute("aria-valuetext");
        return text?.includes("exact") && text;
      });
      assert.match(told, /heads 2.*query 1 .*key 1 /);
      const exact = Number(told.match(/exact ([-\d.e]+)/)[1]);
      assert(Math.abs(exact - at(2, 1, 1)) < 1e-6, `${told} is ${at(2, 1, 1)}`);
      await dialog.getByText("attends to", { exact: false }).first().waitFor();
      await picture(page, "block-large");
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }));

  test("zooms slowly too, and what lies under the pointer stays there", () =>
    withLive(async (page) => {
      await addAttention(page);
      await twin(page, /Attention of/).focus();
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog", { name: `Attention · ${ATTENTION}` });
      const stage = dialog.getByRole("slider");
      await stage.waitFor();
      const { x, y, width, height } = await stage.boundingBox();
      let across = 0;
      await until("the pointer to be on the first key", async () => {
        across = (across + 4) % width;
        await page.mouse.move(x + across, y + height / 2);
        return (await stage.getAttribute("aria-valuetext")).includes("key 0 ");
      });
      // As a trackpad tells it: each step is less than an entry.
      for (let step = 0; step < 60; step++) await page.mouse.wheel(0, -6);
      await button(dialog, "Show all of it").waitFor();
      await until("the first keys, and no others, to be under the pointer", async () => {
        const keys = new Set();
        for (let place = 0; place < width; place += width / 24) {
          await page.mouse.move(x + place, y + height / 2);
          keys.add(Number((await stage.getAttribute("aria-valuetext")).match(/key (\d+)/)[1]));
        }
        return keys.has(0) && Math.max(...keys) < 8;
      });
      await picture(page, "block-zoomed");
    }));

  test("keeps its place when the graph is laid out again, and follows every run", () =>
    withLive(async (page) => {
      await addAttention(page);
      await unfold(page, "transformer.h.0");
      const node = await item(page, ATTENTION).boundingBox();
      assert(inside(await twin(page, /Attention of/).boundingBox(), node));
      await ran("Tom gave a ball to");
      await untilDescribed(page, /Attention of/, "4 panels of 5 by 5");
      await ran(LIST);
      await untilDescribed(page, /Attention of/, "4 panels of 13 by 13");
    }));

  test("is changed to another use of its dimensions, and removed", () =>
    withLive(async (page) => {
      await select(page, "transformer.ln_f");
      await shapeIn(page, "Outputs of the node").click();
      await composer(page).getByRole("radio", { name: "Heat map" }).check({ force: true });
      await composer(page)
        .getByRole("img", { name: /13 by 128/ })
        .waitFor();
      await button(page, "Add").click();
      await untilDescribed(page, /Heat map of/, "13 by 128");
      await page.getByRole("button", { name: /^Change Heat map/ }).click();
      const changing = page.getByRole("region", { name: "Change visualization" });
      await changing.getByRole("combobox", { name: "Use of tokens" }).selectOption("x");
      assert.equal(
        await changing.getByRole("combobox", { name: "Use of features" }).inputValue(),
        "y",
        "the other dimension takes the use that became free",
      );
      await button(page, "Apply").click();
      await untilDescribed(page, /Heat map of/, "128 by 13");
      await page.getByRole("button", { name: /^Remove Heat map/ }).click();
      await twin(page, /Heat map of/).waitFor({ state: "detached" });
      assert.deepEqual((await worker.request("block/list")).blocks, []);
    }));

  test("says in its own place what cannot be drawn, and the rest is alive", () =>
    withLive(async (page) => {
      const value = { side: "output", keys: ["nowhere"] };
      const broken = { blockId: 0, node: "transformer.ln_f", value, kind: "heatmap", roles: [] };
      await worker.request("block/put", { block: broken });
      await untilDescribed(page, /Heat map of transformer.ln_f/, "no");
      await picture(page, "block-problem");
      await select(page, "transformer.wte");
      await shapeIn(page, "Outputs of the node").click();
      await composer(page)
        .getByRole("img", { name: /^Preview/ })
        .waitFor();
    }));

  test("of a model that has not run says so, and the run that it offers fills it", async () => {
    const fresh = await LiveWorker.open("demo");
    try {
      const value = { side: "output", keys: [] };
      const block = { blockId: 0, node: "transformer.ln_f", value, kind: "heatmap", roles: [] };
      await fresh.request("block/put", { block });
      await withLive(
        async (page) => {
          await page.getByRole("button", { name: /^Show Heat map/ }).waitFor();
          await button(page, "Run").click();
          await untilDescribed(page, /Heat map of transformer.ln_f/, "by 128");
        },
        { on: fresh },
      );
    } finally {
      await fresh.close();
    }
  });

  test("is offered only as what fits; what does not says why", () =>
    withLive(async (page) => {
      await select(page, "transformer.ln_f");
      await page.getByRole("table", { name: "Parameters" }).getByRole("button").first().click();
      await composer(page)
        .getByRole("img", { name: /^Preview/ })
        .waitFor();
      const refused = composer(page)
        .getByTitle(/two dimensions/)
        .first();
      assert(await refused.getByRole("radio").isDisabled());
      await composer(page).getByRole("radio", { checked: true }).focus();
      await page.keyboard.press("Escape");
      await composer(page).waitFor({ state: "detached" });
    }));

  test("comes back with the window where the model had to be opened again", () => {
    const value = { side: "output", keys: [] };
    const block = { blockId: 7, node: "transformer.ln_f", value, kind: "histogram", roles: [] };
    const kept = { modelId: "gone", source: "demo", blocks: [block] };
    return withLive(
      async (page) => {
        await twin(page, /Histogram of transformer.ln_f/).waitFor();
        const { blocks } = await worker.request("block/list");
        assert.equal(blocks.length, 1);
        await until("the state to hold it", () =>
          page.evaluate(() => window.lastState?.blocks?.[0]?.kind === "histogram"),
        );
      },
      { kept },
    );
  });

  for (const theme of ["light", "contrast"]) {
    test(`is drawn in the ${theme} theme`, () =>
      withLive(
        async (page) => {
          await addAttention(page);
          await twin(page, /Attention of/).focus();
          await picture(page, `block-attention-${theme}`);
          await page.keyboard.press("Enter");
          await page.getByRole("dialog").getByRole("slider").waitFor();
          await picture(page, `block-large-${theme}`);
        },
        { theme, scheme: theme === "light" ? "light" : "dark" },
      ));
  }

  test("are drawn into the saved picture, as fine as it is", () =>
    withLive(async (page) => {
      await addAttention(page);
      worker.files.clear();
      await button(page, "Save picture").click();
      await page.getByRole("menuitem", { name: "SVG" }).click();
      await until("the picture to be saved", async () => worker.files.size === 1);
      const svg = [...worker.files.values()][0].toString("utf8");
      assert.match(svg, />Attention<\/text>/);
      assert.equal(svg.match(/href="data:image\/png/g).length, 4 + 1, "four heads and the scale");
    }));
});
