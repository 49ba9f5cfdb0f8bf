/** The worker may be cancelled or killed at any time: the graph stays and the work goes on. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { openSource } from "./harness/journey.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const session = sessionForFile();

/** Opens a model of two hundred layers and starts a run of twenty seconds. */
async function slowRun() {
  const { workbench, folder } = await session.window();
  await openSource(workbench, "slow.py:SlowNet");
  const page = await InterpogatePage.withGraph(workbench);
  await page.select("head");
  const switchFile = join(folder, "slow");
  writeFileSync(switchFile, "");
  await page.button("Run forward pass").click();
  await until("the run to be under way", async () => page.button("Cancel").isEnabled());
  const [worker, ...more] = workers();
  assert(worker && more.length === 0, "there is one worker");
  return { workbench, page, worker, fast: () => rmSync(switchFile) };
}

const workers = () => session.processes("start_worker.py").map(({ pid }) => pid);

scenario(session, "a run is cancelled in its midst and the model can be run again", async () => {
  const { page, fast } = await slowRun();
  await page.button("Cancel").click();
  await page.runEnded();
  await until("the page to say so", async () => /Run 1 cancelled/.test(await page.words()));
  await session.picture("cancelled");
  fast();
  await page.button("Run forward pass").click();
  await until("the second run", async () => /Run 2: /.test(await page.words()));
});

scenario(session, "a worker killed in a run is told, and Restart brings all back", async () => {
  const { workbench, page, worker, fast } = await slowRun();
  process.kill(worker, "SIGKILL");
  await page.alert().first().waitFor();
  assert(await page.hasGraph(), "the graph stays");
  assert.deepEqual(await workbench.notifications(), [], "what the page says is not said twice");
  await session.picture("killed");
  fast();
  await page.alert().getByRole("button", { name: "Restart" }).click();
  await page.alert().first().waitFor({ state: "detached" });
  await InterpogatePage.withGraph(workbench);
  await page.inspector.getByText("head", { exact: true }).first().waitFor();
  await page.button("Run forward pass").click();
  await until("a run after the restart", async () => /Run \d+: /.test(await page.words()));
  assert(!workers().includes(worker));
});

scenario(session, "closing the model ends its worker", async () => {
  const { workbench } = await session.window();
  await openSource(workbench, "nets.py:SmallNet");
  await InterpogatePage.withGraph(workbench);
  assert.equal(workers().length, 1);
  await workbench.runCommand("Interpogate: Close Model");
  await until("the worker to end", () => workers().length === 0);
});
