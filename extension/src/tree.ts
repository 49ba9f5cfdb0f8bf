/**
 * The native tree of modules: one root for each open model, its submodules read when unfolded.
 *
 * A selection goes both ways: a click here reveals the module in the page, a selection there reveals
 * the row here. Asks the backend for rows; knows nothing of how pages draw.
 */

import * as vscode from "vscode";
import type { Modules } from "../../webview/src/protocol/messages.generated";
import type { BackendPort } from "./methods";
import { type Models, type OpenModel, titleOf } from "./models";
import { parameterText, parentPath } from "./paths";

/** One row. */
export interface ModuleRow {
  readonly model: OpenModel;
  /** Module path; `.` is the root. */
  readonly path: string;
  readonly name: string;
  readonly className: string;
  readonly parameterCount: number;
  readonly childCount: number;
}

const ROOT = ".";
const VIEW_ID = "interpogate.modules";

export class ModuleTree implements vscode.TreeDataProvider<ModuleRow>, vscode.Disposable {
  readonly #backend: BackendPort;
  readonly #models: Models;
  readonly #changed = new vscode.EventEmitter<ModuleRow | undefined>();
  readonly #view: vscode.TreeView<ModuleRow>;
  readonly #disposables: vscode.Disposable[];
  /** Rows by graph and path: what is known stays to look at when the worker has ended. */
  readonly #rows = new Map<string, Promise<readonly ModuleRow[]>>();
  #pending: OpenModel | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(backend: BackendPort, models: Models) {
    this.#backend = backend;
    this.#models = models;
    this.#view = vscode.window.createTreeView(VIEW_ID, { treeDataProvider: this });
    this.#disposables = [
      this.#changed,
      this.#view,
      models.onDidChange(({ model, before }) => {
        const isNew = before?.graphVersion !== model.state.graphVersion;
        if (isNew || before?.phase !== model.state.phase) {
          this.#refresh();
        }
      }),
      models.onDidClose(() => this.#refresh()),
      models.onDidSelect((model) => void this.#reveal(model)),
      this.#view.onDidChangeVisibility(() => this.#revealPending()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  /** The row that commands without an argument mean. */
  get selected(): ModuleRow | undefined {
    return this.#view.selection[0];
  }

  getTreeItem(row: ModuleRow): vscode.TreeItem {
    return row.path === ROOT ? modelItem(row) : moduleItem(row);
  }

  getParent(row: ModuleRow): Promise<ModuleRow | undefined> {
    return row.path === ROOT
      ? Promise.resolve(undefined)
      : this.#find(row.model, parentPath(row.path));
  }

  async getChildren(row?: ModuleRow): Promise<ModuleRow[]> {
    return row === undefined ? this.#models.all().map(rootRow) : [...(await this.#children(row))];
  }

  #children(row: ModuleRow): Promise<readonly ModuleRow[]> {
    if (!hasGraphOf(row.model)) {
      return Promise.resolve([]);
    }
    const { modelId, graphVersion } = row.model.state;
    const key = `${modelId} ${graphVersion} ${row.path}`;
    const known = this.#rows.get(key) ?? this.#read(row);
    this.#rows.set(key, known);
    // Nothing to show is no news: why is told by the model's state. The next unfolding asks again.
    return known.catch(() => {
      this.#rows.delete(key);
      return [];
    });
  }

  async #read({ model, path }: ModuleRow): Promise<readonly ModuleRow[]> {
    const { modelId } = model.state;
    const modules = await this.#backend.request("module/children", { modelId, path });
    return modules.paths.map((childPath, index) => childRow(model, childPath, modules, index));
  }

  #refresh(): void {
    this.#forgetOldGraphs();
    this.#changed.fire(undefined);
  }

  #forgetOldGraphs(): void {
    const current = this.#models
      .all()
      .map(({ state }) => `${state.modelId} ${state.graphVersion} `);
    for (const key of this.#rows.keys()) {
      if (!current.some((graph) => key.startsWith(graph))) {
        this.#rows.delete(key);
      }
    }
  }

  /** Selects the row of what is selected in the page; a hidden tree does so when it is shown. */
  async #reveal(model: OpenModel): Promise<void> {
    if (!this.#view.visible) {
      this.#pending = model;
      return;
    }
    const path = model.selection?.path ?? ROOT;
    const row = await this.#find(model, path === "" ? ROOT : path).catch(() => undefined);
    const isCurrent = this.selected?.model === row?.model && this.selected?.path === row?.path;
    if (row !== undefined && !isCurrent) {
      // The tree may have changed since: then there is nothing to reveal.
      await this.#view.reveal(row, { select: true, focus: false }).then(undefined, () => undefined);
    }
  }

  #revealPending(): void {
    const model = this.#pending;
    if (this.#view.visible && model !== undefined) {
      this.#pending = undefined;
      void this.#reveal(model);
    }
  }

  async #find(model: OpenModel, path: string): Promise<ModuleRow | undefined> {
    if (path === ROOT) {
      return rootRow(model);
    }
    const parent = await this.#find(model, parentPath(path));
    const rows = parent === undefined ? [] : await this.#children(parent);
    return rows.find((row) => row.path === path);
  }
}

function rootRow(model: OpenModel): ModuleRow {
  const { summary } = model.state;
  return {
    model,
    path: ROOT,
    name: titleOf(model),
    className: summary?.className ?? "",
    parameterCount: summary?.parameterCount ?? 0,
    childCount: 1,
  };
}

function childRow(model: OpenModel, path: string, modules: Modules, index: number): ModuleRow {
  return {
    model,
    path,
    name: modules.names[index] ?? path,
    className: modules.classNames[index] ?? "",
    parameterCount: modules.parameterCounts[index] ?? 0,
    childCount: modules.childCounts[index] ?? 0,
  };
}

function hasGraphOf({ state }: OpenModel): boolean {
  return (state.graphVersion ?? 0) > 0;
}

function rowId(model: OpenModel, path: string): string {
  return `${model.key} ${path}`;
}

function modelItem(row: ModuleRow): vscode.TreeItem {
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  const hasGraph = hasGraphOf(row.model);
  const item = plainItem(row, hasGraph ? Expanded : None);
  item.contextValue = "model";
  item.iconPath = modelIcon(row.model);
  if (!hasGraph) {
    // Under another id: the editor keeps a known row folded when it gets its first children.
    item.id = `${rowId(row.model, row.path)} without graph`;
    item.description = row.model.state.problem?.message ?? row.model.state.message;
  }
  return item;
}

function moduleItem(row: ModuleRow): vscode.TreeItem {
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const item = plainItem(row, row.childCount > 0 ? Collapsed : None);
  item.contextValue = "module";
  item.iconPath = new vscode.ThemeIcon(row.childCount > 0 ? "symbol-namespace" : "symbol-method");
  return item;
}

function plainItem(row: ModuleRow, state: vscode.TreeItemCollapsibleState): vscode.TreeItem {
  const item = new vscode.TreeItem(row.name, state);
  const count = parameterText(row.parameterCount);
  item.id = rowId(row.model, row.path);
  item.description = [row.className, count].filter((part) => part !== "").join(" · ");
  item.tooltip = [row.path, row.className, `${row.parameterCount.toLocaleString("en")} parameters`]
    .filter((part) => part !== "")
    .join("\n");
  item.command = { command: "interpogate.selectModule", title: "Select", arguments: [row] };
  item.accessibilityInformation = { label: `${row.name}, ${item.description}` };
  return item;
}

function modelIcon({ state }: OpenModel): vscode.ThemeIcon {
  switch (state.phase) {
    case "starting":
    case "loading":
    case "tracing":
      return new vscode.ThemeIcon("loading~spin");
    case "ready":
      return new vscode.ThemeIcon("type-hierarchy");
    case "failed":
      return new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"));
    case "stopped":
      return new vscode.ThemeIcon("debug-disconnect");
    default:
      return unknownPhase(state.phase);
  }
}

function unknownPhase(phase: never): vscode.ThemeIcon {
  return new vscode.ThemeIcon("question", new vscode.ThemeColor(String(phase)));
}
