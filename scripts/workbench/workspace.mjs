/** A person's own copy of the demo workspace: what is there already is left as it is. Node built-ins only. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../setup/folders.mjs";

/**
 * @param {string} folder
 * @returns {string} the same folder
 */
export function copyWorkspace(folder) {
  cpSync(inRoot("examples", "workspace"), folder, {
    recursive: true,
    force: false,
    filter: (path) => !path.includes("__pycache__"),
  });
  return folder;
}

/**
 * Adds settings to a workspace; those that a person changed stay.
 * @param {string} folder
 * @param {Record<string, unknown>} settings
 */
export function addSettings(folder, settings) {
  const file = join(folder, ".vscode", "settings.json");
  const there = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  mkdirSync(join(folder, ".vscode"), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...settings, ...there }, null, 2)}\n`);
}
