/** The graph saved as a picture from the page, and the same drawing made without a page. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { button, demo, requests, useBrowser, withGraph } from "./replay/driven.mjs";

useBrowser();

const DRAWING = new URL("../../webview/dist/drawing.js", import.meta.url);

/** Saves the shown graph by the menu and returns what the host was asked to write. */
async function saved(page, kind) {
  await button(page, "Save picture").click();
  await page.getByRole("menuitem", { name: kind }).click();
  await page.waitForFunction(() =>
    window.replay.requests.some((request) => request.method === "picture/save"),
  );
  const [{ name, data }] = await requests(page, "picture/save");
  return { name, content: Buffer.from(data, "base64") };
}

const textsOf = (svg) => [...svg.matchAll(/>([^<]*)<\/text>/g)].map((match) => match[1]).sort();
const coloursOf = (svg) => [...new Set(svg.match(/rgba\([^)]*\)/g))].sort();

/** The drawing as the Python library makes it, in an engine that has nothing but the language. */
async function drawnWithoutPage(theme) {
  const engine = createContext({});
  runInContext(await readFile(DRAWING, "utf8"), engine);
  const order = {
    title: "Demo model",
    theme,
    expanded: null,
    failed: null,
    aspect: 1.6,
    levels: Object.values(demo.levels),
  };
  return runInContext(`interpogateDrawing.draw(${JSON.stringify(JSON.stringify(order))})`, engine);
}

describe("a saved picture of the graph", () => {
  test("is an SVG that names what is shown", () =>
    withGraph(demo, {}, async (page) => {
      const { name, content } = await saved(page, "SVG");
      const svg = content.toString("utf8");
      assert.match(name, /\.svg$/);
      const texts = textsOf(svg);
      for (const text of ["lm_head", "wte", "GPT2Model"]) assert(texts.includes(text), text);
      assert(!/NaN|undefined|<script/.test(svg));
    }));

  test("is a PNG of twice the size, for sharp screens", () =>
    withGraph(demo, {}, async (page) => {
      const { name, content } = await saved(page, "PNG");
      assert.match(name, /\.png$/);
      assert.deepEqual([...content.subarray(1, 4)], [...Buffer.from("PNG")]);
      assert(content.readUInt32BE(16) > 400, "the image is wide enough to read");
    }));

  for (const scheme of ["light", "dark"]) {
    test(`has the colours and words of the drawing without a page, ${scheme}`, () =>
      withGraph(demo, { theme: null, scheme }, async (page) => {
        const { content } = await saved(page, "SVG");
        const fromPage = content.toString("utf8");
        const without = await drawnWithoutPage(scheme);
        assert.deepEqual(coloursOf(fromPage), coloursOf(without));
        assert.deepEqual(textsOf(fromPage), textsOf(without));
      }));
  }
});
