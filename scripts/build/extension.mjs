/** Bundles the extension (extension/src → extension/dist) with esbuild. Called by `scripts/build/everything.mjs`. */
import { inRoot } from "../setup/folders.mjs";
import { Failure, step } from "../setup/report.mjs";
import { fingerprint, unlessDone } from "../setup/stamps.mjs";

const PRODUCT = inRoot("extension", "dist", "extension.cjs");

/** Bundles the extension unless it is there for the same sources. */
export async function buildExtension() {
  // the extension takes the protocol's types from the page
  const sources = [inRoot("extension", "src"), inRoot("webview", "src", "protocol")];
  const wanted = fingerprint([...sources, inRoot("package-lock.json")]);
  const stamp = inRoot("out", "stamps", "extension");
  await unlessDone({ stamp, product: PRODUCT, fingerprint: wanted }, () =>
    step("Building the extension", bundle),
  );
}

async function bundle() {
  const { build, formatMessages } = await import("esbuild");
  const result = await build({
    entryPoints: [inRoot("extension", "src", "extension.ts")],
    outfile: PRODUCT,
    bundle: true,
    platform: "node",
    format: "cjs",
    // the Node of the oldest VS Code that package.json admits
    target: "node20",
    external: ["vscode"],
    sourcemap: "linked",
    legalComments: "linked",
    logLevel: "silent",
  }).catch((/** @type {import("esbuild").BuildFailure} */ failure) => failure);
  if (!(result instanceof Error)) return;
  const lines = await formatMessages(result.errors, { kind: "error" });
  throw new Failure("The extension could not be built: see the lines above.", lines.join("\n"));
}
