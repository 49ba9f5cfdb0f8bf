/**
 * The one table of commands: what each does, given the parts of the extension.
 *
 * `package.json` gives titles, icons and conditions; a test holds both to the same names. Failures of
 * every command end as one notice.
 */

import * as vscode from "vscode";
import type { HookKind } from "../../webview/src/protocol/messages.generated";
import { noteFollowedLink } from "./followed-links";
import type { HookInserter } from "./insert";
import { lensArgument } from "./lenses";
import type { Models, OpenModel, SelectedNode } from "./models";
import type { Notices } from "./notices";
import type { Opener } from "./opener";
import type { Pages } from "./pages";
import type { Panels } from "./panel";
import { isRecord, problem } from "./problems";
import type { PythonChooser } from "./python";
import type { CodeRevealer } from "./reveal";
import type { Runs } from "./runs";
import type { SourceOpener } from "./source";
import type { ModuleRow } from "./tree";
import { requireTrust } from "./trust";

/** What commands act on. */
export interface CommandParts {
  readonly models: Models;
  readonly opener: Opener;
  readonly panels: Panels;
  readonly pages: Pages;
  readonly runs: Runs;
  readonly inserter: HookInserter;
  readonly sources: SourceOpener;
  readonly revealer: CodeRevealer;
  readonly python: PythonChooser;
  readonly notices: Notices;
  readonly log: vscode.LogOutputChannel;
}

type Action = (parts: CommandParts, argument: unknown) => unknown;

/** Every command by its name without the prefix `interpogate.`. */
export const COMMANDS: Readonly<Record<string, Action>> = {
  // key bindings and other extensions may name the source
  openModel: ({ opener }, source) =>
    typeof source === "string" ? opener.open(source) : opener.ask(),
  openDemoModel: ({ opener }) => opener.openDemo(),
  openModelFromFile: ({ opener }, uri) =>
    opener.openFile(uri instanceof vscode.Uri ? uri : undefined),
  runForwardPass: (parts, row) => runForwardPass(parts, row),
  cancelRun: (parts, row) => parts.runs.cancel(modelFor(parts, row)),
  insertPreHook: (parts, row) => insertHook(parts, row, "pre"),
  insertPostHook: (parts, row) => insertHook(parts, row, "post"),
  insertBothHooks: (parts, row) => insertHook(parts, row, "both"),
  copyPath: (parts, row) => copyPath(nodeFor(parts, row)),
  goToSource: (parts, row) => parts.sources.open(modelFor(parts, row), nodeFor(parts, row).node),
  goToUse: (parts, row) =>
    parts.sources.open(modelFor(parts, row), nodeFor(parts, row).node, "use"),
  openGraphOf: (parts, lens) => openNamed(parts, lens),
  runNamed: (parts, lens) => runNamed(parts, lens),
  revealInGraph: (parts) => revealInGraph(parts),
  restartModel: (parts, row) => parts.models.restart(modelFor(parts, row)),
  closeModel: (parts, row) => parts.models.close(modelFor(parts, row)),
  selectInterpreter: ({ python }) => python.select(),
  showLog: ({ log }) => log.show(),
  showGraph: (parts, row) => parts.panels.show(modelFor(parts, row)),
  selectModule: (parts, row) => selectModule(parts, row),
  revealPath: (parts, link) => revealPath(parts, link),
};

/** Registers the whole table. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const registered = Object.entries(COMMANDS).map(([name, action]) =>
    vscode.commands.registerCommand(`interpogate.${name}`, async (argument: unknown) => {
      try {
        return plainResult(await action(parts, argument));
      } catch (error) {
        void parts.notices.showError(error, fixesFor(parts, argument));
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** Other extensions may call commands: they get names, not our objects. */
function plainResult(result: unknown): string | undefined {
  const state = isRecord(result) ? result.state : undefined;
  return isRecord(state) ? String(state.modelId) : undefined;
}

function fixesFor(parts: CommandParts, argument: unknown): { restart(): unknown } {
  const model = isRow(argument) ? argument.model : parts.models.active;
  return { restart: () => model !== undefined && parts.models.restart(model) };
}

function modelFor({ models }: CommandParts, row: unknown): OpenModel {
  const model = isRow(row) ? row.model : models.active;
  if (model === undefined) {
    throw problem("model.none", "No model is open.", "Open one first.", "openModel");
  }
  return model;
}

/** The node of a row, of `{ "path": … }` as key bindings may give it, or what is selected. */
function nodeFor(parts: CommandParts, row: unknown): SelectedNode {
  if (isRecord(row) && typeof row.path === "string" && !(row instanceof vscode.Uri)) {
    return { node: row.path, path: row.path };
  }
  const { selection } = modelFor(parts, row);
  if (selection === undefined) {
    throw problem("node.none", "Nothing is selected.", "Click a node of the graph or the tree.");
  }
  return selection;
}

function insertHook(parts: CommandParts, row: unknown, kind: HookKind): Promise<string> {
  return parts.inserter.insert(modelFor(parts, row), { node: nodeFor(parts, row).node, kind });
}

async function copyPath({ path }: SelectedNode): Promise<void> {
  await vscode.env.clipboard.writeText(path);
  vscode.window.setStatusBarMessage(`$(copy) Copied ${path}`, 3000);
}

async function runForwardPass(parts: CommandParts, row: unknown): Promise<void> {
  requireTrust();
  const model = modelFor(parts, row);
  parts.panels.show(model);
  await parts.runs.start(model);
}

async function openNamed({ opener }: CommandParts, lens: unknown): Promise<OpenModel | undefined> {
  const named = lensArgument(lens);
  return named === undefined ? opener.openFile() : opener.openNamed(named.uri, named.name);
}

/** Opens what a lens stands over and runs it as soon as it is ready. */
async function runNamed(parts: CommandParts, lens: unknown): Promise<void> {
  const model = await openNamed(parts, lens);
  if (model !== undefined && (await parts.models.isReady(model))) {
    await parts.runs.start(model);
  }
}

async function revealInGraph(parts: CommandParts): Promise<void> {
  const found = await parts.revealer.atCursor();
  selectModule(parts, found);
}

/** Follows a link in code or in a hover; ids of an earlier backend mean the active model. */
function revealPath(parts: CommandParts, link: unknown): void {
  noteFollowedLink();
  if (isRecord(link) && typeof link.path === "string") {
    const model = parts.models.byId(String(link.modelId)) ?? modelFor(parts, undefined);
    selectModule(parts, { model, path: link.path });
  }
}

/** Selects a module of the tree in every page of its model, and shows one if none can be seen. */
function selectModule({ models, pages, panels }: CommandParts, row: unknown): void {
  if (!isRow(row)) {
    return;
  }
  models.select(row.model, { node: row.path, path: row.path });
  if (!pages.of(row.model).some((page) => page.listens)) {
    panels.show(row.model);
  }
  for (const page of pages.of(row.model)) {
    page.reveal(row.path);
  }
}

function isRow(value: unknown): value is ModuleRow {
  return isRecord(value) && typeof value.path === "string" && isRecord(value.model);
}
