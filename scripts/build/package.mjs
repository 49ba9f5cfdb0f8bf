/**
 * Packs the `.vsix` from a folder that holds only what belongs into it. Called by `scripts/build/everything.mjs`.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../setup/command.mjs";
import { inRoot, OUT } from "../setup/folders.mjs";
import { step } from "../setup/report.mjs";
import { fingerprint, unlessDone } from "../setup/stamps.mjs";
import { copyClean } from "./wheel.mjs";

export const VSIX = join(OUT, "interpogate.vsix");
const STAGE = join(OUT, "vsix");
const VSCE = inRoot("node_modules", "@vscode", "vsce", "vsce");
const PARTS = [
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
  join("docs", "images"),
  join("extension", "dist"),
  join("extension", "media"),
  join("extension", "bundled"),
  join("webview", "dist"),
];

/** Packs the extension unless it is packed with the same content. */
export async function packExtension() {
  const stamps = ["page", "extension", "libraries", "package"].map((name) =>
    join(OUT, "stamps", name),
  );
  const own = [inRoot("package.json"), inRoot("CHANGELOG.md"), inRoot("extension", "media")];
  const what = {
    stamp: join(OUT, "stamps", "vsix"),
    product: VSIX,
    fingerprint: fingerprint([...stamps, ...own, inRoot("docs", "images")]),
  };
  await unlessDone(what, () => step("Packing the extension", pack));
}

/** @param {(line: string) => void} progress */
async function pack(progress) {
  rmSync(STAGE, { recursive: true, force: true });
  mkdirSync(STAGE, { recursive: true });
  for (const part of PARTS.filter((part) => existsSync(inRoot(part)))) {
    copyClean(inRoot(part), join(STAGE, part));
  }
  writeFileSync(join(STAGE, "package.json"), manifest());
  // vsce leaves out what .gitignore names, unless there is a .vscodeignore
  writeFileSync(join(STAGE, ".vscodeignore"), "**/*.map\n");
  const options = [
    "--no-dependencies",
    "--allow-missing-repository",
    "--no-rewrite-relative-links",
  ];
  await run(process.execPath, [VSCE, "package", ...options, "--out", VSIX], {
    cwd: STAGE,
    progress,
    otherwise: "vsce could not pack the extension: see the lines above.",
  });
}

/** The manifest without what only the repository needs; scripts would run while packing. */
function manifest() {
  const {
    scripts,
    devDependencies,
    private: _,
    ...kept
  } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  const { node, ...engines } = kept.engines;
  return `${JSON.stringify({ ...kept, engines }, null, 2)}\n`;
}
