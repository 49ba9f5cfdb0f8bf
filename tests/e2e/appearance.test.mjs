/** How it looks in light, dark and high contrast, wide and narrow: pictures to look at, and a few facts. */
import assert from "node:assert/strict";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { openSource } from "./harness/journey.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const THEMES = {
  dark: "Default Dark Modern",
  light: "Default Light Modern",
  "high contrast": "Default High Contrast",
};
const SIZES = { wide: { width: 1680, height: 1000 }, narrow: { width: 900, height: 760 } };

const session = sessionForFile();

for (const [name, theme] of Object.entries(THEMES)) {
  scenario(session, `the page follows the ${name} theme`, async () => {
    const { workbench } = await session.window({ settings: { "workbench.colorTheme": theme } });
    await openSource(workbench, "nets.py:SmallNet");
    const page = await InterpogatePage.withGraph(workbench);
    await page.button("Run forward pass").click();
    await page.runEnded();
    await page.select("blocks.0");
    for (const [size, viewport] of Object.entries(SIZES)) {
      await workbench.page.setViewportSize(viewport);
      await until("the page to fit its frame", () => fitsFrame(page));
      await page.button("Fit").click();
      await session.picture(`theme ${name} ${size}`);
    }
    assert.deepEqual(workbench.failures, [], "nothing uncaught in the browser");
  });
}

/**
 * Nothing is cut off to the side.
 * @param {InterpogatePage} page
 */
function fitsFrame(page) {
  return page.frame.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
}
