/** The picture in a real JupyterLab: made by a kernel, saved, opened again, not trusted at first. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { lookAround } from "./harness/graph.mjs";
import { command, GRAPH, labForFile, picture, scenario } from "./harness/lab.mjs";

const lab = labForFile();

/** The graph's frame, in sight. @param {import("playwright-core").Page} page */
async function graphOf(page) {
  await page.locator(GRAPH).scrollIntoViewIfNeeded();
  return page.frameLocator(GRAPH);
}

scenario(
  lab,
  "a notebook that runs shows the graph, which lives on without its kernel",
  async () => {
    lab.copyWithoutOutputs("simple.ipynb");
    const page = await lab.open("simple.ipynb");
    await command(page, "Run All Cells");
    await lookAround(await graphOf(page));
    await picture(page, "jupyterlab");
    await page
      .locator(".jp-Notebook")
      .first()
      .click({ position: { x: 5, y: 5 } });
    await page.getByText("as it is").first().waitFor();
    await page.keyboard.press("Control+S");
    const isSaved = () => readFileSync(lab.path("simple.ipynb"), "utf8").includes("srcdoc");
    await until("the notebook to be saved with its graph", isSaved);

    const again = await lab.open("simple.ipynb");
    await lab.endKernels();
    await lookAround(await graphOf(again));
  },
);

scenario(
  lab,
  "a notebook from elsewhere says why it shows nothing, and shows it once trusted",
  async () => {
    lab.copy("simple.ipynb");
    const page = await lab.open("simple.ipynb");
    const sentence = page.getByText("is not shown in a notebook that is not trusted");
    await sentence.waitFor({ state: "attached" });
    assert.equal(await page.locator(GRAPH).count(), 0);
    await picture(page, "jupyterlab-not-trusted");
    await command(page, "Trust Notebook");
    await page.locator(".jp-Dialog button.jp-mod-accept", { hasText: "Trust" }).click();
    await lookAround(await graphOf(page));
  },
);

scenario(lab, "in the dark theme and a narrow window the graph is dark and whole", async () => {
  lab.copyWithoutOutputs("simple.ipynb");
  await lab.useTheme("JupyterLab Dark");
  const options = {
    colorScheme: /** @type {const} */ ("light"), // the notebook's theme counts, not the system's
    viewport: { width: 760, height: 900 },
  };
  const page = await lab.open("simple.ipynb", options);
  await page.locator('body[data-jp-theme-light="false"]').waitFor({ state: "attached" });
  await command(page, "Run All Cells");
  await lookAround(await graphOf(page));
  await picture(page, "jupyterlab-dark");
  const body = (await graphOf(page)).locator("body");
  const ground = () =>
    body.evaluate((element) => Number(/\d+/.exec(getComputedStyle(element).backgroundColor)?.[0]));
  assert((await ground()) < 64, "the ground of the graph is dark");
  await page
    .locator(".jp-Notebook")
    .first()
    .click({ position: { x: 5, y: 5 } }); // keys go to the graph while it has the focus
  await command(page, "Use Theme: JupyterLab Light");
  await page.locator('body[data-jp-theme-light="true"]').waitFor({ state: "attached" });
  await until("the graph to become light with the notebook", async () => (await ground()) > 200);
});
