/** The code knows the model: lenses, shapes behind calls, hovers, marks of the cursor, ways to and fro. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

/** @typedef {import("../../scripts/workbench/workbench.mjs").Workbench} Workbench */

const session = sessionForFile();
const FILE = "nets.py";
const HINT = "→ [1, 11, 3]";

scenario(session, "shapes stand behind the calls of a file as long as it is what ran", async () => {
  const { workbench } = await session.window();
  await openFromLens(workbench);
  await hintsAre(workbench, "self.head(x)", HINT);
  await session.picture("shapes 1 first look");
  await hover(workbench, "head", "From the first look, on fake tensors");
  await pressLens(workbench, "class SmallNet", "Run");
  await hover(workbench, "head", "Observed in run 1");
  await session.picture("shapes 2 hover over an attribute");
  await hover(workbench, HINT, "float32[1, 11, 3]");
  await session.picture("shapes 3 hover over a hint");
  await workbench.placeCursorAtEnd(FILE);
  await workbench.page.keyboard.type("#");
  await until("the hints to vanish", async () => (await hints(workbench)).length === 0);
  await workbench.page.keyboard.press("Control+Z");
  await hintsAre(workbench, "self.head(x)", HINT);
});

scenario(
  session,
  "the cursor marks its class in the graph, and both lead to each other",
  async () => {
    const { workbench } = await session.window();
    const page = await openFromLens(workbench);
    await page.unfoldTo("blocks.1.norm");
    await goTo(workbench, "17");
    await marksAre(page, ["blocks.0", "blocks.1", "blocks.2"]);
    await session.picture("shapes 4 marks");
    await goTo(workbench, "3");
    await marksAre(page, []);
    await page.select("blocks.1.norm");
    await page.button("Go to use").click();
    await cursorIs(workbench, 17);
    await page.select("head");
    await page.button("Go to use").click();
    await cursorIs(workbench, 31);
    await session.picture("shapes 5 use");
    await goTo(workbench, "26:15");
    await workbench.runCommand("Interpogate: Reveal in Graph");
    await page.inspector.getByText("head", { exact: true }).first().waitFor();
  },
);

scenario(session, "hints follow their setting", async () => {
  const settings = { "interpogate.shapesInCode": false };
  const { workbench, folder } = await session.window({ settings });
  const page = await openFromLens(workbench);
  await page.item("head").waitFor();
  assert.deepEqual(await hints(workbench), []);
  const on = JSON.stringify({ "interpogate.shapesInCode": true });
  writeFileSync(join(folder, ".vscode", "settings.json"), on);
  await hintsAre(workbench, "self.head(x)", HINT);
});

/** @param {Workbench} workbench */
async function openFromLens(workbench) {
  await workbench.openFile(FILE);
  await pressLens(workbench, "class SmallNet", "Open graph");
  return InterpogatePage.withGraph(workbench);
}

/**
 * The lines that have an arrow behind a call.
 * @param {Workbench} workbench
 */
async function hints(workbench) {
  const lines = await workbench.editor(FILE).locator(".view-line").allInnerTexts();
  return lines.map((line) => line.replaceAll("\u00a0", " ")).filter((line) => line.includes("→ ["));
}

/**
 * @param {Workbench} workbench
 * @param {string} code
 * @param {string} hint
 */
async function hintsAre(workbench, code, hint) {
  await until(`${hint} behind ${code}`, async () =>
    (await hints(workbench)).some((line) => line.includes(code) && line.includes(hint)),
  );
}

/**
 * Presses the lens above a line.
 * @param {Workbench} workbench
 * @param {string} line
 * @param {string} title
 */
async function pressLens(workbench, line, title) {
  const editor = workbench.editor(FILE);
  const lens = await until(`the lens ${title} above ${line}`, async () => {
    const place = await editor.locator(".view-line", { hasText: line }).boundingBox();
    for (const each of await editor.locator(".codelens-decoration a", { hasText: title }).all()) {
      const box = await each.boundingBox();
      if (place && box && place.y - box.y > 0 && place.y - box.y < 30) return each;
    }
    return null;
  });
  await lens.click();
}

/**
 * Hovers over the last occurrence of a word until the hover says something.
 * @param {Workbench} workbench
 * @param {string} word
 * @param {string} text
 */
async function hover(workbench, word, text) {
  const token = workbench.editor(FILE).locator(".view-line span span", { hasText: word }).last();
  await until(`a hover that says ${text}`, async () => {
    await workbench.page.mouse.move(0, 0);
    await token.hover();
    const shown = workbench.page.locator(".monaco-hover:visible", { hasText: text });
    return shown
      .first()
      .waitFor({ timeout: 3000 })
      .then(
        () => true,
        () => false,
      );
  });
}

/**
 * @param {InterpogatePage} page
 * @param {readonly string[]} paths
 */
async function marksAre(page, paths) {
  const marked = page.tree.locator('[role="treeitem"][aria-description*="at the cursor"]');
  await until(`the marks ${paths.join(", ")}`, async () => {
    const found = await marked.evaluateAll((items) => items.map((item) => item.ariaLabel ?? ""));
    return found.join() === paths.join();
  });
}

/**
 * @param {Workbench} workbench
 * @param {number} line
 */
async function cursorIs(workbench, line) {
  await workbench.page.locator(".statusbar-item", { hasText: `Ln ${line}, ` }).waitFor();
}

/**
 * Places the cursor by keys: a click would miss a line that is scrolled sideways.
 * @param {Workbench} workbench
 * @param {string} place line, or line and column, from 1
 */
async function goTo(workbench, place) {
  await workbench.tab(FILE).click();
  await workbench.goTo(place);
}
