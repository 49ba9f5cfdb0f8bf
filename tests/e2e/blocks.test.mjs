/** Visualization blocks in the real VS Code: the demo's induction head, equal to torch's own numbers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { attempt } from "../../scripts/setup/command.mjs";
import { VENV_PYTHON } from "../../scripts/setup/folders.mjs";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const LIST = "List: river lamp Kate honey blue drum river lamp Kate honey blue";
const ATTENTION = "transformer.h.1.attn";
/** The head that its card speaks of. */
const HEAD = 2;

const session = sessionForFile();

scenario(
  session,
  "an attention block shows the induction head, with torch's own numbers",
  async () => {
    const { workbench, folder } = await session.window();
    await workbench.runCommand("Interpogate: Open Demo Model");
    const page = await InterpogatePage.withGraph(workbench);
    await page.run(LIST);
    await addAttention(page);
    await session.picture("blocks 1 in the graph");
    const torch = await torchWeights(folder);
    await hoverEqualsTorch(page, torch);
    await session.picture("blocks 2 hover");
    await headShowsInduction(page, torch);
    await session.picture("blocks 3 large");
    await page.frame.page().keyboard.press("Escape");
    await workbench.reload();
    await blockCameBack(await InterpogatePage.withGraph(workbench));
    await session.picture("blocks 4 after a reload");
  },
);

/** @param {InterpogatePage} page */
const block = (page) => page.frame.locator("[data-block]").first();

/** @param {InterpogatePage} page */
async function addAttention(page) {
  await page.select(ATTENTION);
  await page.button("Attention weights").click();
  await page.frame.getByRole("img", { name: /^Preview: 4 panels of 13 by 13/ }).waitFor();
  await page.button("Add").click();
  await untilShown(page);
}

/** @param {InterpogatePage} page */
async function untilShown(page) {
  await until("the block to show the weights", async () => {
    const words = await block(page).evaluate((button) => {
      const about = button.getAttribute("aria-describedby");
      return about && button.ownerDocument.getElementById(about)?.textContent;
    });
    return words?.startsWith("4 panels of 13 by 13");
  });
}

/**
 * What torch computes and prints, by head, query and key.
 * @param {string} folder
 * @returns {Promise<{ tokens: string[], values: number[][][], printed: string[][][] }>}
 */
async function torchWeights(folder) {
  const script = join(folder, "attention_values.py");
  const { status, output, tail } = await attempt(VENV_PYTHON, [script, "1", LIST], { cwd: folder });
  assert.equal(status, 0, tail.join("\n"));
  return JSON.parse(output.trim().split("\n").at(-1) ?? "");
}

/**
 * @param {string} words
 * @param {string} name
 */
function numberAfter(words, name) {
  const found = words.match(new RegExp(`${name} (-?[\\d.e-]+)`));
  assert(found, `${name} in ${words}`);
  return Number(found[1]);
}

/**
 * Head, query and key that the page tells.
 * @param {string} words
 * @returns {[number, number, number]}
 */
const placeIn = (words) => [
  numberAfter(words, "heads"),
  numberAfter(words, "query"),
  numberAfter(words, "key"),
];

/**
 * @template T
 * @param {T[][][]} values by head, query and key
 * @param {[number, number, number]} place
 */
function at(values, [head, query, key]) {
  const value = values[head]?.[query]?.[key];
  assert(value !== undefined, `there is an entry ${head}, ${query}, ${key}`);
  return value;
}

/**
 * @param {string} words what the page says of an entry
 * @param {Awaited<ReturnType<typeof torchWeights>>} torch
 */
function equalsTorch(words, torch) {
  const place = placeIn(words);
  const expected = at(torch.values, place);
  const exact = numberAfter(words, "exact");
  assert(Math.abs(exact - expected) < 2e-6, `${words}: torch has ${expected}`);
  const printed = at(torch.printed, place);
  if (Math.abs(expected) > 1e-3)
    assert(words.startsWith(printed), `${words}: torch prints ${printed}`);
}

/**
 * @param {InterpogatePage} page
 * @param {Awaited<ReturnType<typeof torchWeights>>} torch
 */
async function hoverEqualsTorch(page, torch) {
  await page.stillness();
  const { mouse } = page.frame.page();
  const words = await until("the exact value under the pointer", async () => {
    const place = await block(page).boundingBox();
    if (place) await mouse.move(place.x + place.width * 0.22, place.y + place.height * 0.3);
    const texts = await page.frame.getByTestId("block-value").allInnerTexts();
    return texts.find((text) => text.includes("exact"));
  });
  equalsTorch(words.replaceAll("\n", " "), torch);
}

/**
 * In the second copy of the list each word attends to what followed it the first time.
 * @param {InterpogatePage} page
 * @param {Awaited<ReturnType<typeof torchWeights>>} torch
 */
async function headShowsInduction(page, torch) {
  const { keyboard } = page.frame.page();
  await block(page).focus();
  await keyboard.press("Enter");
  const stage = page.frame.getByRole("dialog").getByRole("slider");
  await stage.waitFor();
  for (let head = 0; head < HEAD; head += 1) await keyboard.press("PageDown");
  await page.frame.getByRole("radio", { name: `heads ${HEAD}`, checked: true }).waitFor();
  const [query, key] = [torch.tokens.lastIndexOf(" river"), torch.tokens.indexOf(" lamp")];
  // the first press chooses the first entry
  for (let row = 0; row <= query; row += 1) await keyboard.press("ArrowDown");
  for (let column = 0; column < key; column += 1) await keyboard.press("ArrowRight");
  const words = await until("the exact value of the entry", async () => {
    const text = (await stage.getAttribute("aria-valuetext")) ?? "";
    return text.includes(`query ${query}`) && text.includes("exact") ? text : null;
  });
  assert.deepEqual(placeIn(words), [HEAD, query, key]);
  equalsTorch(words, torch);
  assert(
    at(torch.values, [HEAD, query, key]) > 0.5,
    "the word after the first river is attended to",
  );
  await page.frame.getByText("attends to", { exact: false }).first().waitFor();
}

/** @param {InterpogatePage} page */
async function blockCameBack(page) {
  await page.unfoldTo(ATTENTION);
  await block(page).waitFor();
  await page.run(LIST);
  await untilShown(page);
}
