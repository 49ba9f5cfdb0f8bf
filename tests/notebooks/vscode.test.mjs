/**
 * A committed notebook in the notebook view of the real VS Code, with its own renderer of HTML and no
 * kernel: extensions that run kernels are in no package registry.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inRoot } from "../../scripts/setup/folders.mjs";
import { launchBrowser } from "../../scripts/workbench/browser.mjs";
import { startServer } from "../../scripts/workbench/server.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { lookAround } from "./harness/graph.mjs";
import { PICTURES, picture } from "./harness/lab.mjs";

const LIMIT = { timeout: 600_000 };
const folder = mkdtempSync(join(tmpdir(), "interpogate-notebooks-"));
/** @type {import("../../scripts/workbench/server.mjs").Server} */
let server;
/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  mkdirSync(PICTURES, { recursive: true });
  cpSync(inRoot("examples", "simple.ipynb"), join(folder, "simple.ipynb"));
  server = await startServer({ folder });
  browser = await launchBrowser();
}, LIMIT);

after(async () => {
  await browser?.close();
  const left = (await server?.stop()) ?? [];
  rmSync(folder, { recursive: true, force: true });
  assert.deepEqual(left, [], "closing VS Code leaves no process behind");
}, LIMIT);

/**
 * Until its own extension for notebooks is there, VS Code opens them as text.
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
async function openAsNotebook(page, name) {
  const row = page.locator(".explorer-folders-view .monaco-list-row", { hasText: name });
  const cells = page.locator(".notebookOverlay .cell-list-container").first();
  const close = page.locator(".tab .codicon-close").first();
  const appears = () =>
    cells.waitFor({ timeout: 10_000 }).then(
      () => true,
      () => false,
    );
  await until(
    "the notebook view",
    async () => {
      await row.dblclick();
      const isThere = await appears();
      if (!isThere && (await close.count()) > 0) await close.click();
      return isThere;
    },
    120_000,
  );
}

test("VS Code's notebook view shows the graph of a notebook, without a kernel", LIMIT, async () => {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 1000 },
    colorScheme: "dark",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(server.urlOf(folder));
  await openAsNotebook(page, "simple.ipynb");
  const webview = page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
  const graph = webview.locator('iframe[title="GPT2LMHeadModel"]');
  try {
    await graph.waitFor();
    await page.mouse.move(700, 300);
    await until("the graph to be in sight", async () => {
      const box = await graph.boundingBox();
      const isInSight = box !== null && box.y > 150 && box.y + box.height < 1000;
      if (!isInSight) await page.mouse.wheel(0, box === null || box.y > 150 ? 120 : -120);
      return isInSight;
    });
    await lookAround(webview.frameLocator('iframe[title="GPT2LMHeadModel"]'));
  } finally {
    await picture(page, "vscode-notebook");
  }
});
