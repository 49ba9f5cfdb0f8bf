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

const BLOCKS = [
  { blocks: 0, zoom: 1 },
  { blocks: 1, zoom: 1 },
  { blocks: 1, zoom: 3 },
  { blocks: 6, zoom: 1 },
];

const ROUNDS = 4;

/**
 * Frames of one graph with so many attention blocks of 12 heads at 128 tokens. In rounds, so that what
 * else the machine does meets all of them alike; the middle round is told.
 */
async function measureBlocks(page) {
  const rounds = BLOCKS.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { blocks, zoom }] of BLOCKS.entries()) {
      const times = await page.evaluate(
        ([count, factor]) => window.measureBlocks(count, factor),
        [blocks, zoom],
      );
      rounds[index].push(times);
    }
  }
  const middle = (index, part) =>
    rounds[index].map((times) => times[part]).sort((one, other) => one - other)[ROUNDS >> 1];
  return BLOCKS.map((what, index) => ({
    ...what,
    frame: middle(index, "frame"),
    script: middle(index, "script"),
  }));
}

/** Milliseconds by number of boxes; and of a graph without and with 12 × 128 × 128 attention. */
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
    return { boxes: found, blocks: await measureBlocks(page) };
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const { boxes, blocks } = await measure();
  const empty = boxes[0].frame;
  const times = ({ frame, script }) =>
    `${frame.toFixed(1)} ms a frame (${(frame / empty).toFixed(2)} × empty), ${script.toFixed(1)} ms in scripts\n`;
  for (const { count, ...one } of boxes) process.stdout.write(`${count} boxes: ${times(one)}`);
  for (const { blocks: count, zoom, ...one } of blocks) {
    const what = `60 boxes, ${count} blocks of 12 heads at 128 tokens, zoom ${zoom}`;
    const bare = (one.frame / blocks[0].frame).toFixed(2);
    process.stdout.write(`${what}: ${bare} × without blocks, ${times(one)}`);
  }
}
