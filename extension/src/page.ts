/**
 * One page in one webview: what it shows and what waits until it listens.
 *
 * Used by `panel.ts` and `view.ts`, which own the webviews. What a page asks of the host is answered
 * by `host.ts`.
 */

import * as vscode from "vscode";
import type { HostState } from "../../webview/src/protocol/messages.generated";
import { pageHtml, pageRoot } from "./html";
import type {
  BackendEvent,
  BackendMethod,
  BackendMethods,
  BackendPort,
  HostHandlers,
} from "./methods";
import { type OpenModel, requireAlive } from "./models";
import { PageRelay } from "./relay";
import { settings } from "./settings";

/** What all pages share. */
export interface PageContext {
  readonly extensionUri: vscode.Uri;
  readonly backend: BackendPort;
  hostFor(page: Page): HostHandlers;
}

/** Finds what a page shows first; may have to open it. */
export type FindModel = () => Promise<OpenModel | undefined>;

export class Page implements BackendPort, vscode.Disposable {
  readonly #webview: vscode.Webview;
  readonly #context: PageContext;
  readonly #relay: PageRelay;
  readonly #listener: vscode.Disposable;
  readonly #findModel: FindModel;
  #model: Promise<OpenModel | undefined> = Promise.resolve(undefined);
  #shown: OpenModel | undefined;
  #listens = false;
  #pendingPath: string | undefined;
  #isMarked = false;
  readonly #found = new vscode.EventEmitter<OpenModel | undefined>();
  readonly #listening = new vscode.EventEmitter<void>();

  /** The page has got its model, or another one. */
  readonly onDidFind = this.#found.event;
  /** The page has read its model, and can be told more. */
  readonly onDidListen = this.#listening.event;

  constructor(webview: vscode.Webview, context: PageContext, findModel: FindModel) {
    this.#webview = webview;
    this.#context = context;
    this.#findModel = findModel;
    const post = (message: unknown) => void webview.postMessage(message);
    this.#relay = new PageRelay(post, this, context.hostFor(this));
    this.#listener = webview.onDidReceiveMessage((message) => void this.#relay.receive(message));
    webview.options = { enableScripts: true, localResourceRoots: [pageRoot(context.extensionUri)] };
    this.reload();
  }

  dispose(): void {
    this.#listener.dispose();
    this.#found.dispose();
    this.#listening.dispose();
  }

  get model(): OpenModel | undefined {
    return this.#shown;
  }

  /** Whether its document is there; a hidden one is not. */
  get listens(): boolean {
    return this.#listens;
  }

  /** Loads the document anew; the page asks again for what it should show. */
  reload(): void {
    this.#listens = false;
    if (this.#shown === undefined) {
      this.#follow(this.#findModel());
    }
    this.#webview.html = pageHtml(this.#webview, this.#context.extensionUri);
  }

  /** The webview was hidden: its document is gone until it is shown again. */
  pause(): void {
    this.#listens = false;
  }

  show(model: OpenModel | undefined): void {
    this.#follow(Promise.resolve(model));
    if (this.#listens) {
      this.#relay.notify("page/show", { modelId: model?.state.modelId ?? null });
    }
  }

  /** Selects a module, at once or as soon as the page listens. */
  reveal(path: string): void {
    if (this.#listens && this.#shown !== undefined) {
      this.#relay.notify("page/reveal", { modelId: this.#shown.state.modelId, path });
    } else {
      this.#pendingPath = path;
    }
  }

  /** Marks modules, those that the cursor in the code stands for. */
  mark(paths: readonly string[]): void {
    const isNew = paths.length > 0 || this.#isMarked;
    if (this.#listens && this.#shown !== undefined && isNew) {
      this.#isMarked = paths.length > 0;
      this.#relay.notify("page/mark", { modelId: this.#shown.state.modelId, paths });
    }
  }

  notify(event: BackendEvent): void {
    if (this.#listens) {
      this.#relay.notify(event.method, event.params as never);
    }
  }

  /** The page says that it listens: what it should show. */
  async ready(): Promise<HostState> {
    const model = await this.#model;
    this.#listens = true;
    return {
      kind: "vscode",
      canInsert: true,
      trusted: vscode.workspace.isTrusted,
      modelId: model?.state.modelId ?? null,
    };
  }

  /** What the page asks of the backend. It can select something once it has read its model. */
  async request<M extends BackendMethod>(
    method: M,
    params: BackendMethods[M]["params"],
  ): Promise<BackendMethods[M]["result"]> {
    if (this.#shown !== undefined) {
      requireAlive(this.#shown);
    }
    const result = await this.#context.backend.request(method, withStyle(method, params));
    if (method === "model/read") {
      setImmediate(() => this.#onListening());
    }
    return result;
  }

  #onListening(): void {
    this.#revealPending();
    this.#isMarked = false;
    this.#listening.fire();
  }

  #revealPending(): void {
    const path = this.#pendingPath;
    this.#pendingPath = undefined;
    if (path !== undefined) {
      this.reveal(path);
    }
  }

  #follow(model: Promise<OpenModel | undefined>): void {
    const following = model.catch(() => undefined);
    this.#model = following;
    this.#shown = undefined;
    void following.then((found) => {
      if (this.#model === following) {
        this.#shown = found;
        this.#found.fire(found);
      }
    });
  }
}

/** Code to copy is written in the style of the settings, which a page does not know. */
function withStyle<M extends BackendMethod>(
  method: M,
  params: BackendMethods[M]["params"],
): BackendMethods[M]["params"] {
  return method === "hook/write" ? { style: settings.hookStyle(), ...params } : params;
}
