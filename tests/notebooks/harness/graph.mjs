/** What a person does with the picture of the demo model, wherever a notebook shows it. */
import assert from "node:assert/strict";

/**
 * Reads the predictions, unfolds a module, selects one, and reads the inspector.
 * @param {import("playwright-core").FrameLocator | import("playwright-core").Frame} frame
 */
export async function lookAround(frame) {
  const item = (/** @type {string} */ name) => frame.getByRole("treeitem", { name, exact: true });
  await item("transformer.wte").waitFor();
  const table = frame.getByRole("table", { name: "Next tokens" });
  await table.getByRole("row").filter({ hasText: /\w/ }).first().waitFor();
  await frame.getByRole("list", { name: "Tokens" }).getByRole("button").nth(1).click();
  await frame.getByText("at position 1").waitFor();
  await item("transformer.h").focus();
  await item("transformer.h").press("ArrowRight");
  await item("transformer.h.1").click();
  const inspector = frame.getByRole("region", { name: "Inspector" });
  await inspector.getByText("transformer.h.1", { exact: true }).waitFor();
  await frame.getByRole("button", { name: "Copy hook code", exact: true }).click();
  await frame.getByText("Hook code copied").waitFor();
  for (const refused of ["Run forward pass", "A saved picture cannot do this."]) {
    assert.equal(await frame.getByText(refused).count(), 0, `says nothing of: ${refused}`);
  }
}
