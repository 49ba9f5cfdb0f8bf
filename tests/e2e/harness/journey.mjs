/** The main journey, the same for every kind of model: open, look, run, inspect, insert a hook. */
import assert from "node:assert/strict";
import { InterpogatePage } from "../../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../../scripts/workbench/waiting.mjs";
import { promisedShapes, readScript, runScript, sayShape } from "./hooks.mjs";

/**
 * @typedef {object} Model
 * @property {string} name for pictures
 * @property {string | null} source typed into *Open Model…*; null for the demo
 * @property {string} script a file of the workspace that has `interp` for the same model
 * @property {string} module path to hook
 * @property {string} className of that module
 * @property {string} [text] to run; without it the example inputs are run
 * @property {boolean} predicts whether there are next tokens
 */

/**
 * @param {import("./session.mjs").Session} session
 * @param {Model} model
 */
export async function takeJourney(session, model) {
  const { workbench, folder } = await session.window();
  await workbench.openFile(model.script);
  await workbench.placeCursorAtEnd(model.script);
  const page = await openModel(workbench, model);
  await session.picture(`${model.name} 1 graph`);
  await runModel(page, model);
  await session.picture(`${model.name} 2 run`);
  await inspectModule(page, model);
  await session.picture(`${model.name} 3 inspector`);
  await insertHooks({ workbench, folder, page, model });
  await session.picture(`${model.name} 4 hooks`);
}

/**
 * @param {import("../../../scripts/workbench/workbench.mjs").Workbench} workbench
 * @param {Model} model
 */
async function openModel(workbench, model) {
  if (model.source === null) await workbench.runCommand("Interpogate: Open Demo Model");
  else await openSource(workbench, model.source);
  return InterpogatePage.withGraph(workbench);
}

/**
 * @param {import("../../../scripts/workbench/workbench.mjs").Workbench} workbench
 * @param {string} source
 */
export async function openSource(workbench, source) {
  await workbench.runCommand("Interpogate: Open Model…");
  await workbench.answer("Open Model", source);
}

/**
 * @param {InterpogatePage} page
 * @param {Model} model
 */
async function runModel(page, model) {
  if (model.text === undefined) {
    await page.button("Run forward pass").click();
    return page.runEnded();
  }
  await page.run(model.text);
  await page.tokens.getByRole("listitem").first().waitFor();
  const count = await page.tokens.getByRole("listitem").count();
  assert(count > 2, `the text became ${count} tokens`);
  if (model.predicts) await page.nextTokens.getByRole("row").nth(1).waitFor();
  else assert.equal(await page.nextTokens.count(), 0, "an encoder has no next tokens");
}

/**
 * @param {InterpogatePage} page
 * @param {Model} model
 */
async function inspectModule(page, model) {
  await page.select(model.module);
  const words = await until("the inspector to tell of the run", async () => {
    const text = await page.inspector.innerText();
    return text.includes(model.className) && /\d+ ?(ms|µs)/.test(text) ? text : null;
  });
  assert.match(words, /float32/, "shapes stand in the inspector");
}

/**
 * Inserts both hooks, fills their bodies through the tab stops, saves, runs the file, and takes all back.
 * @param {{ workbench: import("../../../scripts/workbench/workbench.mjs").Workbench, folder: string, page: InterpogatePage, model: Model }} scene
 */
async function insertHooks({ workbench, folder, page, model }) {
  const { script } = model;
  const before = readScript(folder, script);
  await page.button("Insert both hooks").click();
  await workbench.dirtyTab(script).waitFor();
  await workbench.save(script);
  const inserted = readScript(folder, script);
  assert(inserted.includes(`hook.pre("${model.module}", pre_hook)`), inserted);
  assert(inserted.includes(`hook.post("${model.module}", post_hook)`), inserted);
  assert.equal(inserted.match(/^from interpogate import Interpogate$/gm)?.length, 1);
  await runScript(folder, script);
  await workbench.page.keyboard.press("Control+Z");
  await workbench.dirtyTab(script).waitFor();
  await workbench.save(script);
  assert.equal(readScript(folder, script), before, "one undo takes all of it back");
  await fillHooks({ workbench, folder, page, model });
}

/**
 * @param {{ workbench: import("../../../scripts/workbench/workbench.mjs").Workbench, folder: string, page: InterpogatePage, model: Model }} scene
 */
async function fillHooks({ workbench, folder, page, model }) {
  const { script } = model;
  await page.button("Insert both hooks").click();
  await workbench.dirtyTab(script).waitFor();
  const written = await until("the hooks in the editor", async () => {
    const text = await workbench.editor(script).innerText();
    return text.includes("post_hook(") ? text : null;
  });
  const argument = promisedArgument(written);
  await workbench.page.keyboard.type(sayShape(argument));
  await workbench.page.keyboard.press("Tab");
  await workbench.page.keyboard.type(sayShape("output"));
  await workbench.save(script);
  const text = readScript(folder, script);
  const promised = promisedShapes(text);
  const seen = await runScript(folder, script);
  assert(seen.length === 2, `both hooks fired once: ${seen.join("; ")}`);
  for (const line of seen) assert(promised.includes(line), `${line} was promised in:\n${text}`);
}

/**
 * A module whose tensors come by keyword has them in `kwargs`.
 * @param {string} text
 */
function promisedArgument(text) {
  return /pre_hook\(module, args, kwargs\)/.test(text.replaceAll("\u00a0", " "))
    ? "kwargs"
    : "args";
}
