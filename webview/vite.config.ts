/** Builds the page into one script and one style sheet; called by `scripts/build.mjs`. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { build } from "esbuild";
import { defineConfig, type Plugin } from "vite";

/** The part of the page that draws without one, for the Python library: one script beside the page's. */
const drawing: Plugin = {
  name: "interpogate-drawing",
  async writeBundle({ dir = "" }) {
    await build({
      entryPoints: [`${import.meta.dirname}/src/svg/standalone.ts`],
      outfile: `${dir}/drawing.js`,
      bundle: true,
      minify: true,
      format: "iife",
      globalName: "interpogateDrawing",
      target: "es2022",
      logLevel: "error",
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
