/** Runs the extension's unit tests: pure parts in plain Node, without VS Code. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: `${import.meta.dirname}/../..`,
  test: { include: ["tests/extension/unit/**/*.test.ts"], environment: "node" },
});
