/**
 * The models that are open in this window, each with its last known state.
 *
 * Ids come from the editor process and die with it; an `OpenModel` outlives them: in each new life of
 * the process every model is opened again and gets a new id. Knows no pages, trees or dialogs; they
 * listen to its events.
 */

import * as vscode from "vscode";
import type { ModelState, Problem, RunState } from "../../webview/src/protocol/messages.generated";
import type { Backend } from "./backend";
import type { BackendEvent } from "./methods";
import { problem, problemOf } from "./problems";
import { settings } from "./settings";

/** How a model was asked for. */
export interface ModelRequest {
  readonly source: string;
  /** Absolute folder that the source starts from. */
  readonly folder: string | null;
  readonly trustRemoteCode?: boolean;
}

/** What is selected in a model's page. */
export interface SelectedNode {
  readonly node: string;
  readonly path: string;
}

/** One open model. */
export interface OpenModel {
  /** Unchanging name in this window. */
  readonly key: string;
  readonly request: ModelRequest;
  state: ModelState;
  run: RunState | undefined;
  selection: SelectedNode | undefined;
  /** Whether its editor process has ended, and its id with it. */
  isLost: boolean;
  /** The text of its last run, to start the next one with; kept in memory only. */
  lastText: string | undefined;
}

/** A model's state changed from one to the next. */
export interface ModelChange {
  readonly model: OpenModel;
  readonly before: ModelState | undefined;
}

export class Models implements vscode.Disposable {
  readonly #backend: Backend;
  readonly #open = new Map<string, OpenModel>();
  readonly #opening = new Map<string, Promise<OpenModel>>();
  readonly #reopening = new Map<OpenModel, Promise<void>>();
  /** States told before the answer that names their model. */
  readonly #early = new Map<string, ModelState>();
  readonly #changed = new vscode.EventEmitter<ModelChange>();
  readonly #reopened = new vscode.EventEmitter<OpenModel>();
  readonly #closed = new vscode.EventEmitter<OpenModel>();
  readonly #activated = new vscode.EventEmitter<OpenModel | undefined>();
  readonly #selected = new vscode.EventEmitter<OpenModel>();
  readonly #ran = new vscode.EventEmitter<OpenModel>();
  readonly #failed = new vscode.EventEmitter<unknown>();
  readonly #told = new vscode.EventEmitter<BackendEvent>();
  readonly #disposables: vscode.Disposable[];
  #active: OpenModel | undefined;

  readonly onDidChange = this.#changed.event;
  /** The model has a new id. */
  readonly onDidReopen = this.#reopened.event;
  readonly onDidClose = this.#closed.event;
  readonly onDidActivate = this.#activated.event;
  readonly onDidSelect = this.#selected.event;
  readonly onDidRun = this.#ran.event;
  /** Opening a model again failed and nobody waits for it. */
  readonly onDidFail = this.#failed.event;
  /** What pages have to hear while there is no editor process to tell them. */
  readonly onDidTell = this.#told.event;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#disposables = [
      this.#changed,
      this.#reopened,
      this.#closed,
      this.#activated,
      this.#selected,
      this.#ran,
      this.#failed,
      backend.onEvent((event) => this.#onEvent(event)),
      backend.onDidStart(() => void this.#openAllAgain()),
      this.#told,
      backend.onDidEnd(() => this.#onEnd()),
      backend.onDidCrash(({ willRestart }) => willRestart || this.#onDown(ended())),
      backend.onDidFail((error) => this.#onDown(problemOf(error))),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  all(): readonly OpenModel[] {
    return [...this.#open.values()];
  }

  /** The model that commands without an argument mean. */
  get active(): OpenModel | undefined {
    return this.#active;
  }

  byId(modelId: string): OpenModel | undefined {
    return this.all().find((model) => model.state.modelId === modelId);
  }

  byKey(key: string): OpenModel | undefined {
    return this.#open.get(key);
  }

  /** Waits until a model can run; false if it fails before, or is closed. */
  isReady(model: OpenModel): Promise<boolean> {
    const isSettled = () => ["ready", "failed", "stopped"].includes(model.state.phase);
    const isOver = () => isSettled() || !this.#open.has(model.key);
    return new Promise((resolve) => {
      const listening: vscode.Disposable[] = [];
      const look = () => {
        if (isOver()) {
          vscode.Disposable.from(...listening).dispose();
          resolve(model.state.phase === "ready" && this.#open.has(model.key));
        }
      };
      listening.push(this.onDidChange(look), this.onDidClose(look));
      look();
    });
  }

  /** Opens a model, or gives the one that is open under the same name, restarted if it had failed. */
  async open(request: ModelRequest): Promise<OpenModel> {
    const key = JSON.stringify([request.source, request.folder]);
    const present = this.#open.get(key);
    if (present !== undefined) {
      const isDown = present.state.phase === "failed" || present.state.phase === "stopped";
      await (isDown ? this.restart(present) : undefined);
      return present;
    }
    const opening = this.#opening.get(key) ?? this.#openNew(key, request);
    this.#opening.set(key, opening);
    return opening.finally(() => this.#opening.delete(key));
  }

  async restart(model: OpenModel): Promise<void> {
    if (model.isLost) {
      await this.#backend.welcome();
      return this.#openAgain(model);
    }
    const { modelId } = model.state;
    this.#update(model, await this.#backend.request("model/restart", { modelId }));
  }

  /** Gives up the load under way; what was loaded before goes on. */
  async stopLoading({ isLost, state: { modelId } }: OpenModel): Promise<void> {
    if (!isLost) {
      await this.#backend.request("model/stopLoading", { modelId });
    }
  }

  async close(model: OpenModel): Promise<void> {
    this.#open.delete(model.key);
    if (this.#active === model) {
      this.activate(this.all().at(-1));
    }
    this.#closed.fire(model);
    if (!model.isLost) {
      await this.#backend.request("model/close", { modelId: model.state.modelId });
    }
  }

  activate(model: OpenModel | undefined): void {
    if (this.#active !== model) {
      this.#active = model;
      this.#activated.fire(model);
    }
  }

  select(model: OpenModel, selection: SelectedNode): void {
    model.selection = selection;
    this.activate(model);
    this.#selected.fire(model);
  }

  async #openNew(key: string, request: ModelRequest): Promise<OpenModel> {
    const state = await this.#requestOpen(request);
    const rest = { run: undefined, selection: undefined, lastText: undefined, isLost: false };
    const model: OpenModel = { key, request, state, ...rest };
    this.#open.set(key, model);
    this.#changed.fire({ model, before: undefined });
    return model;
  }

  async #requestOpen(request: ModelRequest): Promise<ModelState> {
    const { source, folder, trustRemoteCode = false } = request;
    const tensorMemoryMb = settings.tensorMemoryMb();
    const params = { source, folder, trustRemoteCode, tensorMemoryMb };
    const state = await this.#backend.request("model/open", params);
    const early = this.#early.get(state.modelId);
    this.#early.delete(state.modelId);
    return early ?? state;
  }

  async #openAllAgain(): Promise<void> {
    this.#early.clear();
    // The new process gives the same ids again, to other models.
    for (const model of this.all()) {
      model.isLost = true;
      model.state = { ...model.state, modelId: "" };
    }
    for (const model of this.all()) {
      await this.#openAgain(model).catch((error: unknown) => this.#failed.fire(error));
    }
  }

  #openAgain(model: OpenModel): Promise<void> {
    const begun = this.#reopening.get(model) ?? this.#openAgainNow(model);
    this.#reopening.set(model, begun);
    return begun.finally(() => this.#reopening.delete(model));
  }

  async #openAgainNow(model: OpenModel): Promise<void> {
    if (!model.isLost) {
      return;
    }
    const state = await this.#requestOpen(model.request);
    model.isLost = false;
    this.#update(model, state);
    this.#reopened.fire(model);
  }

  #onEnd(): void {
    for (const model of this.all()) {
      model.isLost = true;
      model.run = undefined;
      this.#tell(model, { phase: "starting", message: "Starting Python…", problem: null });
    }
  }

  #onDown(cause: Problem): void {
    for (const model of this.all().filter(({ isLost }) => isLost)) {
      this.#tell(model, { phase: "stopped", message: "", problem: cause });
    }
  }

  #tell(model: OpenModel, change: Partial<ModelState>): void {
    this.#update(model, { ...model.state, ...change });
    this.#told.fire({ method: "model/changed", params: model.state });
  }

  #onEvent(event: BackendEvent): void {
    const model = this.byId(event.params.modelId);
    if (event.method === "model/changed") {
      this.#onState(model, event.params);
    } else if (event.method === "run/changed" && model !== undefined) {
      model.run = event.params;
      this.#ran.fire(model);
    }
  }

  #onState(model: OpenModel | undefined, state: ModelState): void {
    if (model === undefined) {
      this.#early.set(state.modelId, state);
    } else {
      this.#update(model, state);
    }
  }

  #update(model: OpenModel, state: ModelState): void {
    const before = model.state;
    model.state = state;
    this.#changed.fire({ model, before });
  }
}

/** Whether a forward pass is under way. */
export function isRunning(model: OpenModel): boolean {
  return model.run?.phase === "running";
}

/** The model's name for tabs and messages. */
export function titleOf(model: OpenModel): string {
  return model.state.summary?.title ?? shortSource(model.request.source);
}

function shortSource(source: string): string {
  return source.split(/[\\/]/).at(-1) ?? source;
}

function ended(): Problem {
  const hint = "Restart the model.";
  return problem("editor.ended", "The Interpogate backend ended.", hint, "restart").problem;
}

/** Throws unless the model can be asked. */
export function requireAlive(model: OpenModel): void {
  if (model.isLost) {
    throw problem(
      "editor.ended",
      "The Interpogate backend is not running.",
      "Wait, or restart it.",
    );
  }
}
