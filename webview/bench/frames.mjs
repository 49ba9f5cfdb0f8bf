/**
 * `node webview/bench/frames.mjs` prints what a frame costs with 1,000 and 10,000 visible boxes, as a
 * ratio to an empty frame of the same stage on the same machine. `measure()` is for `npm run bench`.
 */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build } from "vite";
import { launch } from "../../tests/webview/replay/page.mjs";

const COUNTS = [0, 1000, 10_000];

async function bundle() {
  const result = await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: "error",
    plugins: [svelte({ configFile: false })],
    build: {
      write: false,
      lib: { entry: "frames.ts", formats: ["iife"], name: "bench", fileName: "bench" },
    },
  });
  const { output } = Array.isArray(result) ? result[0] : result;
  const isStyle = (file) => file.fileName.endsWith(".css");
  return {
    script: output.find((file) => file.type === "chunk").code,
    style: String(output.find(isStyle)?.source ?? ""),
  };
}

/** Milliseconds by number of boxes. */
export async function measure() {
  const { script, style } = await bundle();
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
    await page.setContent(`<style>${style}</style><body></body>`);
    await page.addScriptTag({ content: script });
    const found = [];
    for (const count of COUNTS) {
      const times = await page.evaluate((boxes) => window.measureFrames(boxes), count);
      found.push({ count, ...times });
    }
    return found;
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const found = await measure();
  const empty = found[0].frame;
  for (const { count, frame, script } of found) {
    const ratio = (frame / empty).toFixed(2);
    process.stdout.write(
      `${count} boxes: ${frame.toFixed(1)} ms a frame (${ratio} × empty), ${script.toFixed(1)} ms in scripts\n`,
    );
  }
}
