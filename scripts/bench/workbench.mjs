/**
 * The demo model in a real VS Code: from the command to the painted graph, and from a click to the text
 * in the editor. Times are taken inside the browser, by one clock.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OUT, VENV_PYTHON } from "../setup/folders.mjs";
import { launchBrowser } from "../workbench/browser.mjs";
import { InterpogatePage } from "../workbench/interpogate-page.mjs";
import { startServer } from "../workbench/server.mjs";
import { until } from "../workbench/waiting.mjs";
import { Workbench } from "../workbench/workbench.mjs";
import { copyWorkspace } from "../workbench/workspace.mjs";
import { median } from "./editor-start.mjs";

const SCRIPT = "interpret.py";
const INSERTIONS = 5;

/**
 * @typedef {object} WorkbenchTimes
 * @property {number} commandToLoadedMs the process started, torch imported, the model loaded
 * @property {number} loadedToPaintedMs traced, laid out, painted
 * @property {number} clickToTextMs
 */

/** @returns {Promise<WorkbenchTimes>} */
export async function measureWorkbench() {
  const folder = copyWorkspace(mkdtempSync(join(tmpdir(), "interpogate-bench-")));
  const settings = { "interpogate.interpreter": VENV_PYTHON };
  const server = await startServer({ folder, vsix: join(OUT, "interpogate.vsix"), settings });
  const browser = await launchBrowser();
  try {
    const workbench = await Workbench.open(await browser.newContext(), server, folder);
    await workbench.openFile(SCRIPT);
    await workbench.placeCursorAtEnd(SCRIPT);
    // the first webview of a browser costs seconds that are not ours: the second opening counts
    await openDemo(workbench);
    const opening = await until("an opening seen from its begin", async () => {
      await workbench.runCommand("Interpogate: Close Model");
      return openDemo(workbench);
    });
    return { ...opening, clickToTextMs: await measureInsertion(workbench) };
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Null where the page began too late to hear that the model was loaded.
 * @param {Workbench} workbench
 */
async function openDemo(workbench) {
  const chosen = chosenAt(workbench);
  await workbench.runCommand("Interpogate: Open Demo Model");
  const page = await InterpogatePage.find(workbench, async () => true);
  const { loaded, painted } = await page.frame.evaluate(watchOpening);
  const command = await chosen;
  if (loaded === 0) return null;
  return { commandToLoadedMs: loaded - command, loadedToPaintedMs: painted - loaded };
}

/**
 * When the row of the palette was clicked.
 * @param {Workbench} workbench
 */
function chosenAt(workbench) {
  return workbench.page.evaluate(
    () =>
      new Promise((/** @type {(time: number) => void} */ resolve) => {
        const told = (/** @type {Event} */ event) => {
          const row = event.target instanceof Element && event.target.closest(".quick-input-list");
          if (!row) return;
          window.removeEventListener("click", told, true);
          resolve(Date.now());
        };
        window.addEventListener("click", told, true);
      }),
  );
}

/** Runs in the page: notes when the host said that the model is loaded, and when its graph was painted. */
function watchOpening() {
  const noted = { loaded: 0, painted: 0 };
  window.addEventListener("message", ({ data }) => {
    const isLoaded = data?.method === "model/changed" && data.params.summary;
    if (isLoaded && noted.loaded === 0) noted.loaded = Date.now();
  });
  return new Promise((/** @type {(times: typeof noted) => void} */ resolve) => {
    const look = () => {
      if (document.querySelectorAll('[role="treeitem"]').length < 2) {
        requestAnimationFrame(look);
        return;
      }
      // the frame after the next has what was drawn in this one
      const done = () => resolve({ ...noted, painted: Date.now() });
      requestAnimationFrame(() => requestAnimationFrame(done));
    };
    look();
  });
}

/** @param {Workbench} workbench */
async function measureInsertion(workbench) {
  const page = await InterpogatePage.withGraph(workbench);
  await page.select("lm_head");
  const times = [];
  for (let round = 0; round < INSERTIONS; round += 1) times.push(await insertOnce(workbench, page));
  return median(times);
}

/**
 * @param {Workbench} workbench
 * @param {InterpogatePage} page
 */
async function insertOnce(workbench, page) {
  const clicked = page.frame.evaluate(
    () =>
      new Promise((/** @type {(time: number) => void} */ resolve) =>
        window.addEventListener("click", () => resolve(Date.now()), { capture: true, once: true }),
      ),
  );
  const shown = workbench.page.evaluate(
    () =>
      new Promise((/** @type {(time: number) => void} */ resolve) => {
        const look = () => {
          const lines = [...document.querySelectorAll(".monaco-editor .view-line")];
          const found = lines.some((line) => line.textContent?.includes("post_hook("));
          if (found) resolve(Date.now());
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
  await page.button("Insert post hook").click();
  const time = (await shown) - (await clicked);
  await workbench.tab(SCRIPT).click();
  await workbench.page.keyboard.press("Control+Z");
  await workbench
    .editor(SCRIPT)
    .locator(".view-line", { hasText: "post_hook(" })
    .first()
    .waitFor({ state: "detached" });
  return time;
}
