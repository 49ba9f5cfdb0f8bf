/** Module paths in strings, in the real workbench: the list, the hover, the squiggle, F12, the link, a notebook. */
import assert from "node:assert/strict";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { openSource } from "./harness/journey.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

/** @typedef {import("../../scripts/workbench/workbench.mjs").Workbench} Workbench */

const session = sessionForFile();
const FILE = "typed.py";
const SOON_MS = 5000;
const HEAD = `from interpogate import Interpogate
from nets import SmallNet

interp = Interpogate(SmallNet())

`;

scenario(session, "typing a path lists the modules, and all layers at once as a loop", async () => {
  const { workbench } = await withModel(HEAD);
  await workbench.placeCursorAtEnd(FILE);
  await workbench.page.keyboard.type('interp.node("');
  const rows = await suggestions(workbench, "head");
  assert(
    rows.some((row) => row.includes("blocks")),
    rows.join(),
  );
  await session.picture("language 1 list");
  await workbench.page.keyboard.type("bl");
  await rowsOf(workbench).first().filter({ hasText: "blocks" }).waitFor();
  await workbench.page.keyboard.press("Enter");
  await textIs(workbench, /interp\.node\("blocks"/);
  await workbench.page.keyboard.type(".");
  await suggestions(workbench, "0 … 2");
  await session.picture("language 2 layers");
  await take(workbench, "0 … 2");
  await textIs(workbench, /for layer in range\(3\):\s+interp\.node\(f"blocks\.\{layer\}"\)/);
  await workbench.page.keyboard.type(".na");
  await session.picture("language 3 loop");
});

scenario(session, "hovers tell of a module, and lead to it in the graph", async () => {
  const { workbench } = await withModel(`${HEAD}interp.node("blocks.1.norm")\n`);
  const page = await InterpogatePage.withGraph(workbench);
  await hover(workbench, "blocks.1.norm", "LayerNorm");
  await session.picture("language 4 hover");
  await workbench.page.locator(".monaco-hover a", { hasText: "Show in Graph" }).first().click();
  await page.inspector.getByText("blocks.1.norm", { exact: true }).first().waitFor();
  await session.picture("language 5 in the graph");
});

scenario(session, "a wrong path is underlined, and mended by its quick fix", async () => {
  const { workbench } = await withModel(`${HEAD}interp.node("bloks.1.norm")\n`);
  await workbench.page.locator(".squiggly-warning").first().waitFor();
  await goTo(workbench, "6:16");
  await session.picture("language 6 squiggle");
  const fix = workbench.page.locator(".action-widget").getByText("Did you mean 'blocks.1.norm'?");
  // the list is closed again where warnings are told anew
  await until("the fix to be taken", async () => {
    await workbench.page.keyboard.press("Control+.");
    return comes(fix, async () => {
      await session.picture("language 7 quick fix");
      await fix.first().click({ timeout: SOON_MS });
    });
  });
  await textIs(workbench, /interp\.node\("blocks\.1\.norm"\)/);
  await workbench.page.locator(".squiggly-warning").waitFor({ state: "detached" });
});

scenario(session, "F12 goes to the line that makes the module, a link into the graph", async () => {
  const { workbench } = await withModel(`${HEAD}interp.node("blocks.1.norm")\n`);
  const page = await InterpogatePage.withGraph(workbench);
  await workbench.editor(FILE).locator(".detected-link", { hasText: "blocks" }).first().waitFor();
  // lenses that come late move the line
  await until("the link to lead into the graph", async () => {
    await clickAtEnd(codeOf(workbench, "blocks.1.norm"), { modifiers: ["Control"] });
    return comes(page.inspector.getByText("blocks.1.norm", { exact: true }));
  });
  assert.equal(await workbench.tab("nets.py").count(), 0, "a link goes to one place only");
  await until("the module's file", async () => {
    await clickAtEnd(codeOf(workbench, "blocks.1.norm"));
    await workbench.page.keyboard.press("F12");
    return comes(workbench.tab("nets.py"));
  });
  await workbench.page.locator(".statusbar-item", { hasText: "Ln 12, " }).waitFor();
  await session.picture("language 8 definition");
});

scenario(session, "cells of a notebook know the modules too", async () => {
  const cells = [HEAD, 'interp.node("bloks")'];
  const { workbench } = await session.window({ files: { "book.ipynb": notebook(cells) } });
  await openSource(workbench, "nets.py:SmallNet");
  await InterpogatePage.withGraph(workbench);
  await workbench.pick("Control+P", "book.ipynb", "book.ipynb");
  const cell = workbench.page.locator(".notebookOverlay .code-cell-row, .cell.code").nth(1);
  await cell.waitFor();
  await workbench.page.locator(".notebookOverlay .squiggly-warning").first().waitFor();
  await workbench.page
    .locator(".notebookOverlay .view-line", { hasText: "bloks" })
    .first()
    .click({ position: { x: 5, y: 5 } });
  await workbench.page.keyboard.press("End");
  await workbench.page.keyboard.press("Enter");
  await workbench.page.keyboard.type('interp.node("');
  await suggestions(workbench, "head");
  await session.picture("language 9 notebook");
});

/**
 * Clicks at the last characters of a piece of code.
 * @param {import("playwright-core").Locator} code
 * @param {{ modifiers?: "Control"[] }} [options]
 */
async function clickAtEnd(code, options = {}) {
  const box = await code.boundingBox();
  assert(box);
  await code.click({ position: { x: box.width - 12, y: box.height / 2 }, ...options });
}

/**
 * Whether something comes soon, and what is then to be done with it succeeds.
 * @param {import("playwright-core").Locator} what
 * @param {() => Promise<void>} [then]
 */
async function comes(what, then = async () => undefined) {
  const found = what.first().waitFor({ timeout: SOON_MS }).then(then);
  return found.then(
    () => true,
    () => false,
  );
}

/**
 * A window with a file open in which one types, and its model beside it.
 * @param {string} text
 */
async function withModel(text) {
  const window = await session.window({ files: { [FILE]: text } });
  await window.workbench.openFile(FILE);
  await openSource(window.workbench, "nets.py:SmallNet");
  await InterpogatePage.withGraph(window.workbench);
  await window.workbench.tab(FILE).click();
  return window;
}

/** @param {readonly string[]} cells */
function notebook(cells) {
  const language = { name: "python", display_name: "Python", language: "python" };
  return JSON.stringify({
    cells: cells.map((source) => ({
      cell_type: "code",
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
    metadata: { kernelspec: language, language_info: { name: "python" } },
    nbformat: 4,
    nbformat_minor: 5,
  });
}

/** @param {Workbench} workbench */
const rowsOf = (workbench) => workbench.page.locator(".suggest-widget.visible .monaco-list-row");

/**
 * The rows of the list of suggestions once one of them is there.
 * @param {Workbench} workbench
 * @param {string} label
 */
async function suggestions(workbench, label) {
  const rows = rowsOf(workbench);
  await rows.filter({ hasText: label }).first().waitFor();
  return rows.allInnerTexts();
}

/**
 * @param {Workbench} workbench
 * @param {string} label
 */
async function take(workbench, label) {
  await rowsOf(workbench).filter({ hasText: label }).first().click();
}

/**
 * @param {Workbench} workbench
 * @param {RegExp} pattern
 */
async function textIs(workbench, pattern) {
  await until(`${pattern} in the editor`, async () => {
    const lines = await workbench.editor(FILE).locator(".view-line").allInnerTexts();
    return pattern.test(lines.join("\n").replaceAll("\u00a0", " "));
  });
}

/**
 * @param {Workbench} workbench
 * @param {string} text
 */
function codeOf(workbench, text) {
  return workbench.editor(FILE).locator(".view-line span span", { hasText: text }).last();
}

/**
 * Rests on a piece of code until the hover says something.
 * @param {Workbench} workbench
 * @param {string} code
 * @param {string} words
 */
async function hover(workbench, code, words) {
  await until(`the hover over ${code}`, async () => {
    await workbench.editor(FILE).locator(".view-line").first().hover();
    const box = await codeOf(workbench, code).boundingBox();
    assert(box);
    await workbench.page.mouse.move(box.x + box.width - 12, box.y + box.height / 2, { steps: 4 });
    const found = workbench.page.locator(".monaco-hover:visible", { hasText: words }).first();
    return found.waitFor({ timeout: 3000 }).then(
      () => true,
      () => false,
    );
  });
}

/**
 * @param {Workbench} workbench
 * @param {string} place line and column
 */
async function goTo(workbench, place) {
  await workbench.tab(FILE).click();
  await workbench.goTo(place);
}
