/** Builds the page into one script and one style sheet; called by `scripts/build.mjs`. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build, defineConfig, type Plugin } from "vite";

/** The part of the page that draws without one, for the Python library: one script beside the page's. */
const drawing: Plugin = {
  name: "interpogate-drawing",
  async writeBundle({ dir = "" }) {
    await build({
      configFile: false,
      root: import.meta.dirname,
      logLevel: "error",
      build: {
        target: "es2022",
        outDir: dir,
        emptyOutDir: false,
        lib: {
          entry: "src/svg/standalone.ts",
          formats: ["iife"],
          name: "interpogateDrawing",
          fileName: () => "drawing.js",
        },
      },
    });
  },
};

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte({ configFile: false }), drawing],
  // The style sheet is linked by the host: nothing may be fetched relative to the script.
  base: "./",
  worker: { format: "iife" },
  build: {
    target: "es2022",
    outDir: "dist",
    emptyOutDir: true,
    cssMinify: true,
    lib: {
      entry: "src/main.ts",
      formats: ["iife"],
      name: "interpogatePage",
      fileName: () => "page.js",
      cssFileName: "page",
    },
  },
});
