/** The window: a reload brings the panel back, the side bar follows, and closing leaves nothing running. */
import assert from "node:assert/strict";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { openSource } from "./harness/journey.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const session = sessionForFile();

scenario(session, "a reload of the window brings the panel back as it was", async () => {
  const { workbench } = await session.window();
  await openSource(workbench, "nets.py:SmallNet");
  const page = await InterpogatePage.withGraph(workbench);
  await page.inputs.fill("x = float32[3, 16]");
  await page.select("blocks.1.narrow");
  await workbench.reload();
  const again = await InterpogatePage.withGraph(workbench);
  await again.inspector.getByText("blocks.1.narrow", { exact: true }).first().waitFor();
  await until(
    "the inputs to be there again",
    async () => (await again.inputs.inputValue()) === "x = float32[3, 16]",
  );
  await session.picture("reloaded");
});

scenario(
  session,
  "selecting in the tree of the side bar selects in the graph, and back",
  async () => {
    const { workbench } = await session.window();
    await openSource(workbench, "nets.py:SmallNet");
    const page = await InterpogatePage.withGraph(workbench);
    await workbench.activityIcon().click();
    await workbench.sideBarRow("head").first().click();
    await page.inspector.getByText("head", { exact: true }).first().waitFor();
    await page.select("blocks.2.widen");
    await workbench.sideBarRow("widen").first().waitFor();
    await until("the row to be selected", async () => {
      const selected = workbench.page.locator(".sidebar .monaco-list-row.selected", {
        hasText: "widen",
      });
      return (await selected.count()) > 0;
    });
    await session.picture("side bar");
  },
);

scenario(session, "the context menu of a Python file opens a model from it", async () => {
  const { workbench } = await session.window();
  await workbench.pickForFile("nets.py", "Open Model From This File…");
  await workbench.answer("Open Model from nets.py", "Gated");
  const page = await InterpogatePage.withGraph(workbench);
  await page.item("gate").waitFor();
  await session.picture("from file");
});

scenario(session, "Go to Source opens the line of the module's class", async () => {
  const { workbench } = await session.window();
  await openSource(workbench, "nets.py:SmallNet");
  const page = await InterpogatePage.withGraph(workbench);
  await page.select("blocks.0");
  await page.button("Go to source").click();
  await workbench.editor("nets.py").waitFor();
  const status = workbench.page.locator(".statusbar-item", { hasText: /Ln \d+/ });
  await until("the class's line", async () => /Ln 7\b/.test(await status.innerText()));
});

scenario(session, "closing the window ends its editor process and workers", async () => {
  const { workbench } = await session.window();
  await openSource(workbench, "nets.py:SmallNet");
  await InterpogatePage.withGraph(workbench);
  assert(session.processes("start_worker.py").length > 0);
  await session.closeWindows();
  assert.deepEqual(session.own(), []);
});
