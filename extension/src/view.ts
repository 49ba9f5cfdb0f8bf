/**
 * The graph as a view in the Interpogate container; it shows the last active model.
 *
 * The same page as in the tabs of `panel.ts`.
 */

import * as vscode from "vscode";
import type { Models } from "./models";
import { Page, type PageContext } from "./page";
import type { Pages } from "./pages";
import { type Restore, rememberedModel } from "./panel";

const VIEW_ID = "interpogate.graph";

export class GraphView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #context: PageContext;
  readonly #pages: Pages;
  readonly #models: Models;
  readonly #restore: Restore;
  readonly #disposables: vscode.Disposable[];
  #page: Page | undefined;

  constructor(context: PageContext, pages: Pages, models: Models, restore: Restore) {
    this.#context = context;
    this.#pages = pages;
    this.#models = models;
    this.#restore = restore;
    this.#disposables = [
      vscode.window.registerWebviewViewProvider(VIEW_ID, this),
      models.onDidActivate((model) => this.#page?.show(model)),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  resolveWebviewView(
    view: vscode.WebviewView,
    context: vscode.WebviewViewResolveContext<unknown>,
  ): void {
    const remembered = rememberedModel(context.state);
    const page = new Page(view.webview, this.#context, async () => {
      const { active } = this.#models;
      const isRestored = active === undefined && remembered !== undefined;
      return isRestored ? this.#restore(remembered) : active;
    });
    this.#page = page;
    this.#pages.add(page);
    view.onDidChangeVisibility(() => (view.visible ? undefined : page.pause()));
    view.onDidDispose(() => this.#forget(page));
  }

  #forget(page: Page): void {
    this.#pages.remove(page);
    if (this.#page === page) {
      this.#page = undefined;
    }
  }
}
