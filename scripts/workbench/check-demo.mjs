/**
 * `npm run demo -- --check`: the main journey on the demo model, in a real VS Code without a window.
 * Succeeds only if every step was seen; the pictures go to out/check.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OUT, VENV_PYTHON } from "../setup/folders.mjs";
import { Failure, say, step } from "../setup/report.mjs";
import { launchBrowser } from "./browser.mjs";
import { provideChromium } from "./chromium.mjs";
import { provideCodeServer } from "./code-server.mjs";
import { InterpogatePage } from "./interpogate-page.mjs";
import { startServer } from "./server.mjs";
import { until } from "./waiting.mjs";
import { Workbench } from "./workbench.mjs";
import { copyWorkspace } from "./workspace.mjs";

const PICTURES = join(OUT, "check");
const SCRIPT = "interpret.py";
const MODULE = "transformer.h.0.attn";
const TEXT = "When Emma and Jack went to the lake, Jack gave a book to";

/** Runs the journey; throws at the first step that is not seen. */
export async function checkDemo() {
  rmSync(PICTURES, { recursive: true, force: true });
  await provideCodeServer();
  await provideChromium();
  const folder = copyWorkspace(mkdtempSync(join(tmpdir(), "interpogate-demo-")));
  const server = await step("Starting VS Code", () =>
    startServer({
      folder,
      vsix: join(OUT, "interpogate.vsix"),
      settings: { "interpogate.interpreter": VENV_PYTHON },
    }),
  );
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext();
    await walk(await Workbench.open(context, server, folder), folder);
  } finally {
    await browser.close();
    const left = await server.stop();
    rmSync(folder, { recursive: true, force: true });
    if (left.length > 0) {
      const names = left.map(({ pid, command }) => `${pid} ${command}`).join("\n");
      // biome-ignore lint/correctness/noUnsafeFinally: a process that stays outweighs how the walk ended
      throw new Failure("VS Code left processes behind.", names);
    }
  }
  say(`\nAll of the journey was seen. Pictures: ${PICTURES}`);
}

/**
 * @param {Workbench} workbench
 * @param {string} folder
 */
async function walk(workbench, folder) {
  try {
    await journey(workbench, folder);
  } catch (error) {
    await workbench.screenshot(join(PICTURES, "failure.png"));
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(
      `The demo did not go as it should: see ${join(PICTURES, "failure.png")}.`,
      reason,
    );
  }
}

/**
 * @param {Workbench} workbench
 * @param {string} folder
 */
async function journey(workbench, folder) {
  const picture = (/** @type {string} */ name) =>
    workbench.screenshot(join(PICTURES, `${name}.png`));
  await step("Opening a script", async () => {
    await workbench.openFile(SCRIPT);
    await workbench.placeCursorAtEnd(SCRIPT);
  });
  const page = await step("Opening the demo model", async () => {
    await workbench.runCommand("Interpogate: Open Demo Model");
    return InterpogatePage.withGraph(workbench);
  });
  await picture("1-graph");
  await step("Running a text", async () => {
    await page.run(TEXT);
    await page.tokens.getByRole("listitem").first().waitFor();
    await page.nextTokens.getByRole("row").nth(1).waitFor();
  });
  await picture("2-run");
  await step(`Selecting ${MODULE}`, () => page.select(MODULE));
  await picture("3-node");
  await step("Inserting a hook and saving", () => insertHook(workbench, page, folder));
  await picture("4-hook");
  await showAll(workbench, page);
  await picture("5-all");
}

/**
 * The picture of the README: code, graph and inspector side by side.
 * @param {Workbench} workbench
 * @param {InterpogatePage} page
 */
async function showAll(workbench, page) {
  await workbench.page.setViewportSize({ width: 1800, height: 1060 });
  await workbench.runCommand("View: Toggle Primary Side Bar Visibility");
  await workbench.page.locator(".part.sidebar").waitFor({ state: "hidden" });
  await page.button("Fit").click();
  await page.stillness();
}

/**
 * @param {Workbench} workbench
 * @param {InterpogatePage} page
 * @param {string} folder
 */
async function insertHook(workbench, page, folder) {
  await page.button("Insert post hook").click();
  await workbench.dirtyTab(SCRIPT).waitFor();
  await workbench.save(SCRIPT);
  const onDisk = () => readFileSync(join(folder, SCRIPT), "utf8");
  await until(`the hook in ${SCRIPT}`, () => onDisk().includes(`hook.post("${MODULE}"`), 5000);
}
