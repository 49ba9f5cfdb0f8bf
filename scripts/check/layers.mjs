/**
 * Lower never imports higher: the order of the packages of the backend and of the page's folders, as
 * ARCHITECTURE.md gives it. Called by `npm run check`.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { inRoot } from "../setup/folders.mjs";
import { filesBelow } from "../setup/stamps.mjs";

const BACKEND = inRoot("python_backend", "interpogate");
const PAGE = inRoot("webview", "src");

const BACKEND_LEVELS = levels([
  ["version", "errors", "demo"],
  ["protocol", "graph"],
  ["model", "trace", "visualizations", "codegen", "transport"],
  ["presentation"],
  ["library", "notebook", "worker"],
  ["__main__", "editor", "web"],
]);

const PAGE_LEVELS = levels([
  ["protocol"],
  ["transport"],
  ["store"],
  ["layout"],
  ["render"],
  ["ui"],
  ["main"],
]);

/** Beyond the order: who must not know whom, and why. */
const FORBIDDEN = [
  {
    from: "editor",
    to: ["worker", "model", "trace"],
    why: "the editor process runs without torch",
  },
  { from: "library", to: ["worker"], why: "the library runs in the person's own process" },
  { from: "notebook", to: ["worker"], why: "the library runs in the person's own process" },
  { from: "graph", to: ["protocol"], why: "the graph does not know the wire" },
];

/**
 * @param {readonly (readonly string[])[]} order lowest first
 * @returns {Map<string, number>}
 */
function levels(order) {
  return new Map(order.flatMap((names, level) => names.map((name) => [name, level])));
}

/** @returns {string[]} one sentence for each import that breaks the order */
export function brokenLayers() {
  const backend = filesBelow([BACKEND]).filter((file) => file.endsWith(".py"));
  const page = filesBelow([PAGE]).filter((file) => /\.(ts|svelte)$/.test(file));
  return [
    ...backend.flatMap((file) => judge(file, BACKEND, pythonImports(file), BACKEND_LEVELS)),
    ...page.flatMap((file) => judge(file, PAGE, pageImports(file), PAGE_LEVELS)),
  ];
}

/**
 * The first folder below `root`, or the name of a file that lies right in it.
 * @param {string} file
 * @param {string} root
 */
function partOf(file, root) {
  const [first = ""] = relative(root, file).split(sep);
  const name = basename(first).split(".")[0] ?? "";
  return root === BACKEND ? backendPart(name) : name;
}

/**
 * The library is what lies right in the package and is no foundation of everything.
 * @param {string} name
 */
function backendPart(name) {
  if (BACKEND_LEVELS.has(name)) return name;
  return existsSync(join(BACKEND, `${name}.py`)) ? "library" : name;
}

/** @param {string} name */
function isPart(name) {
  return existsSync(join(BACKEND, `${name}.py`)) || existsSync(join(BACKEND, name));
}

/** @param {string} file */
function pythonImports(file) {
  const text = readFileSync(file, "utf8");
  const named = [...text.matchAll(/^\s*(?:from|import) interpogate\.(\w+)/gm)];
  const fromRoot = [...text.matchAll(/^\s*from interpogate import ([\w, ]+)/gm)];
  const parts = fromRoot.flatMap((match) => (match[1] ?? "").split(",").map((name) => name.trim()));
  const names = [...named.map((match) => match[1] ?? ""), ...parts];
  // what is neither a folder nor a file is a public name of the package
  return names.filter(isPart).map(backendPart);
}

/** @param {string} file */
function pageImports(file) {
  const text = readFileSync(file, "utf8");
  const places = [...text.matchAll(/(?:from|import)\s*\(?["'](\.[^"']+)["']/g)];
  return places.map((match) => partOf(join(dirname(file), match[1] ?? ""), PAGE));
}

/**
 * @param {string} file
 * @param {string} root
 * @param {readonly string[]} imported
 * @param {Map<string, number>} order
 */
function judge(file, root, imported, order) {
  const own = partOf(file, root);
  const level = order.get(own);
  const place = relative(inRoot(), file);
  if (level === undefined)
    return [`${place}: "${own}" has no place in the order of scripts/check/layers.mjs`];
  return imported.flatMap((name) => {
    const ban = FORBIDDEN.find(({ from, to }) => from === own && to.includes(name));
    if (ban) return [`${place} imports ${name}: ${ban.why}`];
    const other = order.get(name);
    if (other === undefined) return [`${place} imports ${name}, which has no place in the order`];
    return other > level ? [`${place} imports ${name}, which stands above it`] : [];
  });
}
