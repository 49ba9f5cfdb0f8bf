/** The further ways to a model: a package's function, the empty states, the view in the side bar. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../scripts/setup/command.mjs";
import { inRoot, VENV_PYTHON } from "../../scripts/setup/folders.mjs";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { openSource } from "./harness/journey.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const session = sessionForFile();

scenario(session, "a function of a package in the workspace gives a model", async () => {
  const { workbench } = await session.window({
    files: {
      "zoo/__init__.py": "",
      "zoo/small.py": "from nets import SmallNet\n\ndef make():\n    return SmallNet(8, 2)\n",
    },
  });
  await openSource(workbench, "zoo.small:make");
  const page = await InterpogatePage.withGraph(workbench);
  await page.item("head").waitFor();
});

scenario(session, "the empty side bar opens the demo model", async () => {
  const { workbench } = await session.window();
  await workbench.activityIcon().click();
  await session.picture("empty side bar");
  await workbench.page.locator(".sidebar .monaco-button", { hasText: "Open Demo Model" }).click();
  const page = await InterpogatePage.withGraph(workbench);
  await page.item("lm_head").waitFor();
});

scenario(
  session,
  "the same page lives in the side bar, from its empty state to a graph",
  async () => {
    const { workbench } = await session.window();
    await workbench.activityIcon().click();
    await workbench.page.locator(".sidebar .pane-header", { hasText: "Graph" }).click();
    const empty = await InterpogatePage.find(workbench);
    await empty.button("Open demo model").waitFor();
    await session.picture("view empty");
    await openSource(workbench, "nets.py:Gated");
    await empty.item("gate").waitFor();
    await session.picture("view with graph");
  },
);

scenario(session, "a model's own code runs only after the user has said so", async () => {
  const { workbench, folder } = await session.window();
  const directory = join(folder, "tiny");
  await run(VENV_PYTHON, [inRoot("tests", "models", "remote_code.py"), directory]);
  await openSource(workbench, "tiny");
  const refused = await InterpogatePage.find(workbench, async (page) => {
    return (await page.alert().count()) > 0;
  });
  assert.match(await refused.alert().first().innerText(), /Python code of its own/);
  assert(!existsSync(join(directory, "ran")), "nothing of it ran");
  await refused.button("Run its code…").click();
  const dialog = workbench.page.getByRole("dialog");
  await dialog.getByText("runs with all your rights").waitFor();
  await session.picture("own code");
  await dialog.getByRole("button", { name: "Run Its Code" }).click();
  // what was refused stands there until the new worker is told of
  const page = await InterpogatePage.find(workbench, (shown) => shown.hasGraph());
  await page.item("inner").waitFor();
  assert(existsSync(join(directory, "ran")), "now it ran");
});
