/**
 * The graph as editor tabs beside the code, one for each open model.
 *
 * Also brings tabs back after the window was reloaded. Knows what a page is, not what it says.
 */

import * as vscode from "vscode";
import { type Models, type OpenModel, titleOf } from "./models";
import { type FindModel, Page, type PageContext } from "./page";
import type { Pages } from "./pages";
import { isRecord } from "./problems";

const VIEW_TYPE = "interpogate.graph";

/** A page's own memory of its model, from `PageState`. */
export interface RememberedModel {
  readonly source: string;
  readonly folder: string | null;
}

/** What a restored page remembers, if it showed a model. */
export function rememberedModel(state: unknown): RememberedModel | undefined {
  if (!isRecord(state) || typeof state.source !== "string" || state.source === "") {
    return undefined;
  }
  const folder = typeof state.folder === "string" ? state.folder : null;
  return { source: state.source, folder };
}

/** Opens what a restored page remembers; waits for trust. */
export type Restore = (remembered: RememberedModel) => Promise<OpenModel | undefined>;

interface Tab {
  readonly panel: vscode.WebviewPanel;
  readonly page: Page;
}

export class Panels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #context: PageContext;
  readonly #pages: Pages;
  readonly #models: Models;
  readonly #restore: Restore;
  readonly #tabs = new Set<Tab>();
  readonly #disposables: vscode.Disposable[];

  constructor(context: PageContext, pages: Pages, models: Models, restore: Restore) {
    this.#context = context;
    this.#pages = pages;
    this.#models = models;
    this.#restore = restore;
    this.#disposables = [
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
      models.onDidChange(({ model }) => this.#rename(model)),
      models.onDidClose((model) => this.#tabOf(model)?.panel.dispose()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  /** Brings the model's tab to the front without taking the keyboard from the editor. */
  show(model: OpenModel): void {
    const tab = this.#tabOf(model);
    if (tab !== undefined) {
      tab.panel.reveal(undefined, true);
      return;
    }
    const place = { viewColumn: this.#column(), preserveFocus: true };
    // A hidden page is dropped: it comes back from its own state within a second, and holds no memory.
    const panel = vscode.window.createWebviewPanel(VIEW_TYPE, titleOf(model), place, {});
    this.#adopt(panel, async () => model);
  }

  /** Whether the model's graph can be seen in a tab. */
  isVisible(model: OpenModel): boolean {
    return this.#tabOf(model)?.panel.visible === true;
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const remembered = rememberedModel(state);
    this.#adopt(panel, async () =>
      remembered === undefined ? undefined : this.#restore(remembered),
    );
  }

  #adopt(panel: vscode.WebviewPanel, findModel: FindModel): void {
    panel.iconPath = this.#icon();
    const page = new Page(panel.webview, this.#context, findModel);
    const tab = { panel, page };
    this.#tabs.add(tab);
    this.#pages.add(page);
    panel.onDidDispose(() => this.#forget(tab));
    panel.onDidChangeViewState(() => this.#onViewState(tab));
    page.onDidFind((model) => model !== undefined && this.#rename(model));
  }

  #onViewState({ panel, page }: Tab): void {
    if (!panel.visible) {
      page.pause();
    }
    if (panel.active && page.model !== undefined) {
      this.#models.activate(page.model);
    }
  }

  #forget(tab: Tab): void {
    this.#tabs.delete(tab);
    this.#pages.remove(tab.page);
  }

  #rename(model: OpenModel): void {
    const tab = this.#tabOf(model);
    if (tab !== undefined) {
      tab.panel.title = titleOf(model);
    }
  }

  #tabOf(model: OpenModel): Tab | undefined {
    return [...this.#tabs].find(({ page }) => page.model === model);
  }

  /** Beside the code; with the other graphs if there are any; alone where no editor is open. */
  #column(): vscode.ViewColumn {
    const other = [...this.#tabs].find(({ panel }) => panel.viewColumn !== undefined);
    if (other?.panel.viewColumn !== undefined) {
      return other.panel.viewColumn;
    }
    const hasEditor = vscode.window.tabGroups.all.some((group) => group.tabs.length > 0);
    return hasEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
  }

  #icon(): { light: vscode.Uri; dark: vscode.Uri } {
    const media = vscode.Uri.joinPath(this.#context.extensionUri, "extension", "media");
    return {
      light: vscode.Uri.joinPath(media, "graph-light.svg"),
      dark: vscode.Uri.joinPath(media, "graph-dark.svg"),
    };
  }
}
