/** Code from clicks: hooks on several nodes as one loop, and every experiment, inserted and run. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../scripts/setup/command.mjs";
import { VENV_PYTHON } from "../../scripts/setup/folders.mjs";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { readScript, runScript } from "./harness/hooks.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const SCRIPT = "interpret.py";
const TEXT = "When Emma and Jack went to the lake, Jack gave a book to";
const RECIPES = [
  "Save activations",
  "Logit lens",
  "Attention capture",
  "Zero-ablation",
  "Mean-ablation",
  "Activation patching",
  "Steering vector",
];

const session = sessionForFile();

scenario(session, "hooks on two chosen layers are one loop", async () => {
  const { workbench, folder } = await session.window();
  const page = await openDemo(workbench);
  await page.select("transformer.h.0");
  await page.item("transformer.h.1").focus();
  await workbench.page.keyboard.press("Shift+Space");
  await page.inspector.getByText("2 nodes selected").waitFor();
  await session.picture("experiments 1 two chosen");
  await page.button("Insert post hook").click();
  await workbench.dirtyTab(SCRIPT).waitFor();
  await workbench.save(SCRIPT);
  const text = readScript(folder, SCRIPT);
  assert.match(text, /for layer in range\(2\):\n\s+hook\.post\(f"transformer\.h\.\{layer\}"/);
  await runScript(folder, SCRIPT);
});

scenario(session, "every experiment runs as it was inserted", async () => {
  const { workbench, folder } = await session.window();
  const page = await openDemo(workbench);
  await page.run(TEXT);
  await page.select("transformer.h.1.attn");
  await page.inspector.getByText("Experiments", { exact: true }).click();
  const files = [];
  for (const [number, recipe] of RECIPES.entries()) {
    const text = await inserted(workbench, page, folder, recipe);
    if (recipe === "Zero-ablation") await session.picture("experiments 2 ablation");
    assert(text.includes(`"${TEXT}"`), `${recipe} repeats the text of the run`);
    const file = `experiment_${number}.py`;
    writeFileSync(join(folder, file), text);
    files.push(file);
    await undo(workbench);
  }
  await runAll(folder, files);
});

scenario(session, "an experiment opens in a file of its own, with the model it needs", async () => {
  const { workbench } = await session.window();
  const page = await openDemo(workbench);
  await page.select("transformer.h.0.mlp");
  await page.inspector.getByText("Experiments", { exact: true }).click();
  await page.button("Open Zero-ablation in a new file").click();
  await workbench.tab("Untitled-1").waitFor();
  await workbench.page.getByText("torch.zeros_like").first().waitFor();
  await workbench.page.getByText("GPT2LMHeadModel.from_pretrained").first().waitFor();
  await session.picture("experiments 3 new file");
});

/** @param {import("../../scripts/workbench/workbench.mjs").Workbench} workbench */
async function openDemo(workbench) {
  await workbench.openFile(SCRIPT);
  await workbench.placeCursorAtEnd(SCRIPT);
  await workbench.runCommand("Interpogate: Open Demo Model");
  return InterpogatePage.withGraph(workbench);
}

/**
 * @param {import("../../scripts/workbench/workbench.mjs").Workbench} workbench
 * @param {InterpogatePage} page
 * @param {string} folder
 * @param {string} recipe
 */
async function inserted(workbench, page, folder, recipe) {
  const before = readScript(folder, SCRIPT);
  const list = page.inspector.getByRole("list", { name: "Experiments" });
  await list.getByRole("button", { name: new RegExp(`^${recipe}`) }).click();
  await workbench.dirtyTab(SCRIPT).waitFor();
  await workbench.save(SCRIPT);
  const after = readScript(folder, SCRIPT);
  // the cursor was at the end of the file: the code stands below all that was there
  const lines = before.trimEnd().split("\n").length;
  await until("the cursor at the code", async () => (await cursorLine(workbench)) > lines);
  assert(after.length > before.length + 100, `${recipe} wrote code`);
  return after;
}

/** @param {import("../../scripts/workbench/workbench.mjs").Workbench} workbench */
async function cursorLine(workbench) {
  const place = workbench.page.locator(".statusbar-item", { hasText: /Ln \d+, Col/ });
  return Number(/Ln (\d+)/.exec(await place.first().innerText())?.[1]);
}

/** @param {import("../../scripts/workbench/workbench.mjs").Workbench} workbench */
async function undo(workbench) {
  await workbench.page.keyboard.press("Control+Z");
  await workbench.dirtyTab(SCRIPT).waitFor();
  await workbench.save(SCRIPT);
}

/**
 * One Python for all of them: what takes long is to import torch.
 * @param {string} folder
 * @param {readonly string[]} files
 */
async function runAll(folder, files) {
  const program = "import runpy, sys\nfor file in sys.argv[1:]: print(file); runpy.run_path(file)";
  const { status, output, tail } = await attempt(VENV_PYTHON, ["-c", program, ...files], {
    cwd: folder,
  });
  assert.equal(status, 0, tail.join("\n"));
  for (const file of files) {
    const said = output.split(`${file}\n`)[1]?.split("experiment_")[0] ?? "";
    assert(said.trim() !== "", `${file} says what it found`);
  }
}
