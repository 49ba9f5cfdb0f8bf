/**
 * Entry point of the VS Code extension: makes the parts, wires them, takes them down.
 *
 * Knows what parts there are and nothing of what they do. Nothing is spawned here: the backend starts
 * when it is first asked for something in a trusted workspace.
 */

import * as vscode from "vscode";
import type { ModelState } from "../../webview/src/protocol/messages.generated";
import { Backend } from "./backend";
import { CodeMarks } from "./code-marks";
import { type CommandParts, registerCommands } from "./commands";
import { followContext } from "./context";
import { PythonEditors } from "./editors";
import { followFailures } from "./failures";
import { FileProblems } from "./file-problems";
import { hostFor } from "./host";
import { TensorValues } from "./inline-values";
import { HookInserter } from "./insert";
import { Lenses } from "./lenses";
import { LibraryOffer } from "./library";
import { followLookedAt } from "./looked-at";
import { Models } from "./models";
import { Notices } from "./notices";
import { Opener } from "./opener";
import type { PageContext } from "./page";
import { Pages } from "./pages";
import { Panels, type Restore } from "./panel";
import { followPreferences } from "./preferences";
import { PythonChooser } from "./python";
import { CodeRevealer } from "./reveal";
import { Runs } from "./runs";
import { SourceOpener } from "./source";
import { StatusBar } from "./status";
import { ModuleTree } from "./tree";
import { GraphView } from "./view";

let backend: Backend | undefined;

/** What other extensions, and the tests inside the extension host, may ask. */
export interface Interface {
  /** The states of all open models, as the protocol has them. */
  models(): readonly ModelState[];
}

export function activate(context: vscode.ExtensionContext): Interface {
  const log = vscode.window.createOutputChannel("Interpogate", { log: true });
  const python = new PythonChooser();
  backend = new Backend(python, context.extensionUri, log);
  const models = new Models(backend);
  const parts = makeParts(context, { backend, models, python, log });
  context.subscriptions.push(log, python, backend, models, ...parts);
  return { models: () => models.all().map(({ state }) => state) };
}

/** VS Code waits for this: no process outlives the extension. */
export async function deactivate(): Promise<void> {
  await backend?.stop();
  backend = undefined;
}

interface Base {
  readonly backend: Backend;
  readonly models: Models;
  readonly python: PythonChooser;
  readonly log: vscode.LogOutputChannel;
}

function makeParts(context: vscode.ExtensionContext, base: Base): readonly vscode.Disposable[] {
  const { extensionUri, workspaceState } = context;
  const { backend, models, python, log } = base;
  const editors = new PythonEditors();
  const opener = new Opener(models, workspaceState);
  const notices = makeNotices(base, opener);
  const library = new LibraryOffer(backend, workspaceState, extensionUri, log);
  const inserter = new HookInserter(backend, editors, library);
  const sources = new SourceOpener(backend, editors);
  const pages = new Pages();
  const host = { models, inserter, sources, opener, notices };
  const page: PageContext = { extensionUri, backend, hostFor: (each) => hostFor(each, host) };
  const restore: Restore = (remembered) =>
    opener.restore(remembered).catch((error: unknown) => void notices.showError(error));
  const panels = new Panels(page, pages, models, restore);
  opener.showIn(panels);
  const tree = new ModuleTree(backend, models);
  const runs = new Runs(backend);
  const revealer = new CodeRevealer(backend, models);
  const parts: CommandParts = {
    ...{ models, opener, panels, pages, runs, inserter, sources, revealer, python, notices, log },
  };
  return [
    editors,
    panels,
    tree,
    new GraphView(page, pages, models, restore),
    new StatusBar(models),
    new FileProblems(models),
    followPreferences(backend),
    followLookedAt(backend, models),
    new Lenses(),
    new TensorValues(),
    new CodeMarks(backend, models, pages),
    pages.follow(models),
    backend.onEvent((event) => pages.notify(event)),
    models.onDidTell((event) => pages.notify(event)),
    followContext(models),
    models.onDidActivate(() => void library.prepare().catch(() => undefined)),
    followFailures(backend, models, notices, panels, (model) => ({
      restart: () => models.restart(model),
      trustRemoteCode: () => opener.openTrusting(model),
    })),
    vscode.workspace.onDidGrantWorkspaceTrust(() => pages.reload()),
    registerCommands(parts),
  ];
}

function makeNotices({ log, python, backend }: Base, opener: Opener): Notices {
  return new Notices(log, {
    restart: () => backend.restart(),
    stopLoading: () => undefined,
    selectInterpreter: () => python.select(),
    openModel: () => opener.ask(),
    trustRemoteCode: () => opener.ask(),
  });
}
