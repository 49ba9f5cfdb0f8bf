/** In a folder that is not trusted nothing is started, and each way in says why. */
import assert from "node:assert/strict";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const session = sessionForFile({
  trust: "asks",
  settings: { "security.workspace.trust.startupPrompt": "never" },
});

scenario(session, "Restricted Mode starts no process", async () => {
  const { workbench } = await session.window();
  await workbench.page.getByText("Restricted Mode").first().waitFor();
  await workbench.runCommand("Interpogate: Open Demo Model");
  await workbench.notification(/not trusted/).waitFor();
  await workbench.activityIcon().click();
  await session.picture("restricted");
  const pages = InterpogatePage.all(workbench);
  for (const page of pages) assert.equal(await page.button("Open demo model").count(), 0);
  assert.deepEqual(session.processes("start_editor.py"), [], "no editor process");
  assert.deepEqual(session.processes("start_worker.py"), [], "no worker");
});

scenario(session, "lenses stand there in Restricted Mode too, and start nothing", async () => {
  const { workbench } = await session.window();
  await workbench.openFile("nets.py");
  const lens = workbench.editor("nets.py").locator(".codelens-decoration a", { hasText: "Run" });
  await lens.first().click();
  await workbench.notification(/not trusted/).waitFor();
  assert.deepEqual(session.processes("start_editor.py"), [], "no editor process");
  assert.deepEqual(session.processes("start_worker.py"), [], "no worker");
});
