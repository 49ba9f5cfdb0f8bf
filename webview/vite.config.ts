/** Builds the page into one script and one style sheet; called by `scripts/build.mjs`. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte({ configFile: false })],
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
