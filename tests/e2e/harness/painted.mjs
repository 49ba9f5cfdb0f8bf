/** How much of the graph is painted: the way to see that WebGL drew something. */

import { until } from "../../../scripts/workbench/waiting.mjs";

/** @typedef {{ locator(selector: string): { first(): import("playwright-core").Locator }, evaluate: import("playwright-core").Page["evaluate"] }} Shown page or frame */

/**
 * Waits until more than a share of the graph differs from its ground.
 * @param {Shown} page
 * @param {number} share
 */
export function isPainted(page, share) {
  return until(`${share} of the graph to be painted`, async () => (await painted(page)) > share);
}

/**
 * Pixels of the graph that differ from its ground, as a share of all.
 * @param {Shown} page
 */
async function painted(page) {
  const image = await page.locator("canvas").first().screenshot();
  return page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d");
      if (!context) throw new Error("no 2D canvas here");
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      let other = 0;
      for (let at = 0; at < data.length; at += 4) {
        const distance = [0, 1, 2].reduce(
          (sum, c) => sum + Math.abs((data[at + c] ?? 0) - (data[c] ?? 0)),
          0,
        );
        if (distance > 24) other++;
      }
      return other / (data.length / 4);
    },
    [...image],
  );
}
