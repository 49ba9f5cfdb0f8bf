/** Runs the page's unit tests: pure parts in plain Node, stores compiled by Svelte. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: `${import.meta.dirname}/..`,
  plugins: [svelte({ configFile: false })],
  resolve: { conditions: ["browser"] },
  test: { include: ["tests/webview/**/*.test.ts"], environment: "node" },
});
