/**
 * All pages that exist, in panels and in the view: events go to each, selections to those of a model.
 *
 * Knows no webview containers; `panel.ts` and `view.ts` add their pages.
 */

import * as vscode from "vscode";
import type { BackendEvent } from "./methods";
import type { Models, OpenModel } from "./models";
import type { Page } from "./page";

export class Pages {
  readonly #pages = new Set<Page>();
  readonly #listening = new vscode.EventEmitter<Page>();

  /** A page has read its model, and can be told more. */
  readonly onDidListen = this.#listening.event;

  add(page: Page): void {
    this.#pages.add(page);
    page.onDidListen(() => this.#listening.fire(page));
  }

  remove(page: Page): void {
    this.#pages.delete(page);
    page.dispose();
  }

  of(model: OpenModel): readonly Page[] {
    return [...this.#pages].filter((page) => page.model === model);
  }

  notify(event: BackendEvent): void {
    for (const page of this.#pages) {
      page.notify(event);
    }
  }

  /** A workspace that became trusted may open what pages were restored with. */
  reload(): void {
    for (const page of this.#pages) {
      page.reload();
    }
  }

  /** Keeps pages at their model when it gets another id. */
  follow(models: Models): vscode.Disposable {
    return models.onDidReopen((model) => {
      for (const page of this.of(model)) {
        page.show(model);
      }
    });
  }
}
