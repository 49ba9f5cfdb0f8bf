/** Meets the built page by role and name, on recordings, and keeps pictures in `out/page`. */
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { after, before } from "node:test";
import { buildPage } from "../../../scripts/build/page.mjs";
import { until } from "../../../scripts/workbench/waiting.mjs";
import { launch, openPage } from "./page.mjs";

const SHOTS = new URL("../../../out/page/", import.meta.url);

export { isPainted } from "../../e2e/harness/painted.mjs";

export const demo = JSON.parse(await readFile(new URL("demo.recording", import.meta.url), "utf8"));
export const minilm = JSON.parse(
  await readFile(new URL("minilm.recording", import.meta.url), "utf8"),
);

/** @type {import("playwright-core").Browser} */
let browser;

/** Builds the page and keeps a browser for the tests of a file. */
export function useBrowser() {
  before(async () => {
    await buildPage();
    await mkdir(SHOTS, { recursive: true });
    browser = await launch();
  });
  after(() => browser.close());
}

/** Keeps a picture to be looked at. */
export const picture = (page, name) =>
  page.screenshot({ path: new URL(`${name}.png`, SHOTS).pathname });

export const copy = (recording) => structuredClone(recording);
export const item = (page, name) => page.getByRole("treeitem", { name, exact: true });

/** Where an item stands, once it stays there. */
export async function placeOf(page, name) {
  let before = null;
  return until(`${name} to stand still`, async () => {
    const last = before;
    before = await item(page, name).boundingBox();
    return JSON.stringify(last) === JSON.stringify(before) && before;
  });
}

export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const requests = (page, method) =>
  page.evaluate(
    (name) => window.replay.requests.filter((r) => r.method === name).map((r) => r.params),
    method,
  );

/** Opens a page on a recording, does something with it, and takes care that nothing went wrong. */
export async function withPage(recording, options, body) {
  const { page, context, problems } = await openPage(browser, copy(recording), options);
  try {
    await body(page);
    assert.deepEqual(problems, [], "no error and no refusal by the content security policy");
  } finally {
    await context.close();
  }
}

export async function withGraph(recording, options, body) {
  await withPage(recording, options, async (page) => {
    await page.getByRole("tree", { name: "Model graph" }).waitFor();
    await page.getByRole("treeitem").nth(2).waitFor();
    await body(page);
  });
}
