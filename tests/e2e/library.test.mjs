/** Inserted code runs even where the selected interpreter lacks the package `interpogate`. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../scripts/setup/command.mjs";
import { environmentPython } from "../../scripts/setup/python-packages.mjs";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { readScript, runScript } from "./harness/hooks.mjs";
import { openSource } from "./harness/journey.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const SCRIPT = "interpret_net.py";
const PLAIN = "plain.py";
const session = sessionForFile();

/** An environment with torch and everything else, but without our package. */
async function environmentWithoutLibrary() {
  const folder = session.workspace();
  const environment = join(folder, "environment");
  const borrowed = join(folder, "borrowed");
  mkdirSync(borrowed);
  const packages = await sitePackages(environmentPython());
  for (const name of readdirSync(packages)) {
    if (!/interpogate/.test(name)) symlinkSync(join(packages, name), join(borrowed, name));
  }
  await run(environmentPython(), ["-m", "venv", environment]);
  const python = join(environment, "bin", "python");
  writeFileSync(join(await sitePackages(python), "borrowed.pth"), `${borrowed}\n`);
  return python;
}

/** @param {string} python */
async function sitePackages(python) {
  const question = "import sysconfig; print(sysconfig.get_path('purelib'))";
  return (await run(python, ["-c", question])).output.trim();
}

/**
 * Opens the model, asks for a hook and leaves the offer standing.
 * @param {string} script
 */
async function askForHook(script) {
  const python = await environmentWithoutLibrary();
  const { workbench, folder } = await session.window({
    files: { [PLAIN]: "from nets import SmallNet\n\nmodel = SmallNet()\n" },
    settings: { "interpogate.interpreter": python },
  });
  await workbench.openFile(script);
  await workbench.placeCursorAtEnd(script);
  await openSource(workbench, "nets.py:SmallNet");
  const page = await InterpogatePage.withGraph(workbench);
  await page.select("head");
  await page.button("Insert post hook").click();
  await workbench.notification(/imports the package interpogate/).waitFor();
  return { workbench, folder, python };
}

scenario(session, "the bundled wheel is installed on request, and the code runs", async () => {
  const { workbench, folder, python } = await askForHook(SCRIPT);
  await session.picture("offer");
  await workbench.pressInNotification("Install");
  await workbench.dirtyTab(SCRIPT).waitFor();
  await workbench.save(SCRIPT);
  assert.match(readScript(folder, SCRIPT), /hook\.post\("head", post_hook\)/);
  await runScript(folder, SCRIPT, python);
});

scenario(session, "plain PyTorch is written instead on request", async () => {
  const { workbench, folder, python } = await askForHook(PLAIN);
  await workbench.pressInNotification("Use Plain PyTorch");
  await workbench.dirtyTab(PLAIN).waitFor();
  await workbench.save(PLAIN);
  assert.match(readScript(folder, PLAIN), /register_forward_hook\(post_hook\)/);
  await runScript(folder, PLAIN, python);
});
