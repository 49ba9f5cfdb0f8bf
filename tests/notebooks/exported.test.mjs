/** A notebook as `nbconvert` exports it, opened from disk with the network cut. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { run } from "../../scripts/setup/command.mjs";
import { inRoot } from "../../scripts/setup/folders.mjs";
import { launchBrowser } from "../../scripts/workbench/browser.mjs";
import { environment, provideJupyterLab } from "../../scripts/workbench/jupyter.mjs";
import { lookAround } from "./harness/graph.mjs";
import { GRAPH, PICTURES, picture } from "./harness/lab.mjs";

const LIMIT = { timeout: 600_000 };
const folder = mkdtempSync(join(tmpdir(), "interpogate-notebooks-"));
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  cpSync(inRoot("examples", "simple.ipynb"), join(folder, "simple.ipynb"));
  const python = await provideJupyterLab();
  const args = ["-m", "nbconvert", "--to", "html", join(folder, "simple.ipynb")];
  await run(python, args, { env: environment(folder, "export") });
  browser = await launchBrowser();
}, LIMIT);

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

for (const [name, width] of /** @type {const} */ ([
  ["wide", 1200],
  ["narrow", 480],
])) {
  test(`an exported notebook shows its graph without any network, ${name}`, LIMIT, async () => {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      reducedMotion: "reduce",
    });
    await context.setOffline(true);
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(folder, "simple.html")).href, { waitUntil: "commit" });
    await page.locator(GRAPH).scrollIntoViewIfNeeded();
    try {
      if (name === "wide") await lookAround(page.frameLocator(GRAPH));
      else await page.frameLocator(GRAPH).getByRole("treeitem").first().waitFor();
      const box = await page.locator(GRAPH).boundingBox();
      assert(box && box.width <= width, "the picture is no wider than the page");
    } finally {
      await picture(page, `exported-${name}`);
      await context.close();
    }
  });
}
