/** Holds `package.json` and the code to the same names. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = `${import.meta.dirname}/../../..`;
const read = (file: string) => readFileSync(`${root}/${file}`, "utf8");

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}

const { contributes } = JSON.parse(read("package.json")) as Manifest;
const declared = contributes.commands.map(({ command }) => command);
const table = read("extension/src/commands.ts").match(/COMMANDS[\s\S]*?\n};/)?.[0] ?? "";
const implemented = [...table.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => `interpogate.${name}`);

/** Called from rows of the tree, from lenses and links, of no use by themselves. */
const INTERNAL = [
  "interpogate.selectModule",
  "interpogate.revealPath",
  "interpogate.openGraphOf",
  "interpogate.runNamed",
];

it("every declared command is implemented and every other is internal", () => {
  expect([...declared, ...INTERNAL].sort()).toEqual([...implemented].sort());
});

it("menus name only declared commands", () => {
  const used = Object.values(contributes.menus).flatMap((items) => items.map((i) => i.command));
  expect(used.filter((command) => !declared.includes(command))).toEqual([]);
});

it("settings that the code reads are declared", () => {
  const names = [...read("extension/src/settings.ts").matchAll(/^const [A-Z_]+ = "(\w+)";/gm)];
  const settings = names.map(([, name]) => name).filter((name) => name !== "interpogate");
  expect(settings).not.toEqual([]);
  for (const name of settings) {
    expect(contributes.configuration.properties).toHaveProperty([`interpogate.${name}`]);
  }
});
