/** Builds the page (webview/src → webview/dist) with Vite. Called by `scripts/build/everything.mjs`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../setup/command.mjs";
import { inRoot } from "../setup/folders.mjs";
import { Failure, step } from "../setup/report.mjs";
import { fingerprint, unlessDone } from "../setup/stamps.mjs";

const CONFIGURATION = inRoot("webview", "vite.config.ts");
const VITE = inRoot("node_modules", "vite", "bin", "vite.js");

/** Builds the page unless it is there for the same sources. */
export async function buildPage() {
  const sources = ["src", "index.html", "vite.config.ts"].map((name) => inRoot("webview", name));
  const wanted = fingerprint([...sources, inRoot("package-lock.json")]);
  const product = inRoot("webview", "dist", "page.js");
  const stamp = inRoot("out", "stamps", "page");
  await unlessDone({ stamp, product, fingerprint: wanted }, () =>
    step("Building the page", async (progress) => {
      const otherwise = "The page could not be built: see the lines above.";
      await run(process.execPath, [VITE, "build", "--config", CONFIGURATION], {
        progress,
        otherwise,
      });
      requireFiles(["page.js", "page.css", "drawing.js"]);
    }),
  );
}

/** @param {readonly string[]} names */
function requireFiles(names) {
  const missing = names.filter((name) => !existsSync(join(inRoot("webview", "dist"), name)));
  if (missing.length > 0) throw new Failure(`Vite built no webview/dist/${missing.join(", ")}.`);
}
