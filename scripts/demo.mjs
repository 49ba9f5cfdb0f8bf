/**
 * `npm run demo`: sets everything up and opens VS Code on the demo workspace.
 * `--browser` takes the VS Code in the browser even where there is a desktop one.
 * `--check` walks through the main journey without a window.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { buildEverything } from "./build/everything.mjs";
import { OUT, VENV_PYTHON } from "./setup/folders.mjs";
import { entry, Failure, say, step } from "./setup/report.mjs";
import { provideCodeServer } from "./workbench/code-server.mjs";
import { hasDesktop, openDesktop } from "./workbench/desktop.mjs";
import { startServer } from "./workbench/server.mjs";
import { addSettings, copyWorkspace } from "./workbench/workspace.mjs";

const OPTIONS = new Set(["--check", "--browser"]);
const VSIX = join(OUT, "interpogate.vsix");

await entry(async () => {
  const options = process.argv.slice(2);
  const unknown = options.find((option) => !OPTIONS.has(option));
  if (unknown) throw new Failure(`There is no option ${unknown}: use --check or --browser.`);
  await buildEverything();
  if (options.includes("--check")) await (await import("./workbench/check-demo.mjs")).checkDemo();
  else await openDemo(options.includes("--browser"));
});

/** @param {boolean} inBrowser */
async function openDemo(inBrowser) {
  const folder = copyWorkspace(join(OUT, "workspace"));
  addSettings(folder, { "interpogate.interpreter": VENV_PYTHON });
  if (!inBrowser && (await hasDesktop())) {
    await openDesktop(VSIX, folder);
    say(`VS Code is open on ${folder}. Start with "Interpogate: Open Demo Model" in the palette.`);
    return;
  }
  await serve(folder);
}

/** @param {string} folder */
async function serve(folder) {
  await provideCodeServer();
  const home = join(OUT, "browser-home");
  mkdirSync(home, { recursive: true });
  const server = await step("Starting VS Code for the browser", () =>
    startServer({ folder, home, vsix: VSIX, settings: { "interpogate.interpreter": VENV_PYTHON } }),
  );
  say(`\nOpen ${server.urlOf(folder)}`);
  say(`Start with "Interpogate: Open Demo Model" in the palette (Ctrl+Shift+P). Ctrl+C ends it.\n`);
  await new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, resolve);
    server.child.once("exit", resolve);
  });
  await step("Stopping VS Code", () => server.stop());
}
