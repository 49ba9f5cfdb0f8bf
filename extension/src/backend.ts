/**
 * The editor process over all its lives: started when first needed, restarted with limits.
 *
 * Everyone who asks the backend something goes through `request`. Nothing is started before the
 * workspace is trusted. Knows no models; `models.ts` opens them again in each new life.
 */

import * as vscode from "vscode";
import type { Welcome } from "../../webview/src/protocol/messages.generated";
import { EditorClient } from "./client";
import { Coalesced } from "./coalesced";
import type { Interpreter } from "./interpreters";
import type { BackendEvent, BackendMethod, BackendMethods, BackendPort } from "./methods";
import { isRecord, problem } from "./problems";
import type { PythonChooser } from "./python";

const RESTART_LIMIT = 3;
const RESTART_WINDOW_MS = 180_000;
/** The codes of JSON-RPC for a connection that ended while someone waited. */
const CONNECTION_ENDED: ReadonlySet<unknown> = new Set([-32097, -32096, -32099]);

/** How the process ended. */
export interface Crash {
  /** Whether it is started again by itself. */
  readonly willRestart: boolean;
}

export class Backend implements BackendPort, vscode.Disposable {
  readonly #python: PythonChooser;
  readonly #extensionUri: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #events = new vscode.EventEmitter<BackendEvent>();
  readonly #started = new vscode.EventEmitter<void>();
  readonly #ended = new vscode.EventEmitter<void>();
  readonly #crashed = new vscode.EventEmitter<Crash>();
  readonly #failed = new vscode.EventEmitter<unknown>();
  readonly #restarts = new Coalesced(() => this.#restartNow());
  readonly #disposables: vscode.Disposable[];
  #client: Promise<EditorClient> | undefined;
  #stopping: Promise<void> = Promise.resolve();
  #crashTimes: readonly number[] = [];
  #disposed = false;
  /** A restart that nobody waited for failed: another interpreter may mend that. */
  #isDown = false;

  /** What the backend tells everyone. */
  readonly onEvent = this.#events.event;
  /** A new life began; models of the last one are gone. */
  readonly onDidStart = this.#started.event;
  /** A life ended, asked for or not. */
  readonly onDidEnd = this.#ended.event;
  readonly onDidCrash = this.#crashed.event;
  /** A restart that nobody waits for failed. */
  readonly onDidFail = this.#failed.event;

  constructor(python: PythonChooser, extensionUri: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#python = python;
    this.#extensionUri = extensionUri;
    this.#log = log;
    const { onDidChange } = python;
    this.#disposables = [
      this.#events,
      this.#started,
      this.#ended,
      this.#crashed,
      this.#failed,
      onDidChange(() => void this.#onInterpreterChange()),
    ];
  }

  async request<M extends BackendMethod>(
    method: M,
    params: BackendMethods[M]["params"],
  ): Promise<BackendMethods[M]["result"]> {
    const client = await this.#ensureStarted();
    try {
      return await client.request(method, params);
    } catch (error) {
      throw isRecord(error) && CONNECTION_ENDED.has(error.code) ? ended() : error;
    }
  }

  /** What the running process said of itself; starts it if need be. */
  async welcome(): Promise<Welcome> {
    return (await this.#ensureStarted()).welcome;
  }

  /** The interpreter in use, or the one that would be. */
  async interpreter(): Promise<Interpreter> {
    return this.#client === undefined ? this.#python.choose() : (await this.#client).interpreter;
  }

  /** Ends the process and starts another; calls in a burst share one restart. */
  restart(): Promise<void> {
    return this.#restarts.run();
  }

  async stop(): Promise<void> {
    this.#disposed = true;
    await this.#stopNow();
  }

  dispose(): void {
    void this.stop();
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  #ensureStarted(): Promise<EditorClient> {
    if (this.#disposed) {
      return Promise.reject(ended());
    }
    this.#client ??= this.#startNow();
    return this.#client;
  }

  #startNow(): Promise<EditorClient> {
    let isUp = false;
    const onClosed = () => isUp && this.#onClosed(starting);
    const starting = this.#stopping.then(() => this.#launch(onClosed));
    starting.then(
      () => {
        isUp = true;
        this.#isDown = false;
        this.#started.fire();
      },
      () => this.#forget(starting),
    );
    return starting;
  }

  async #launch(onClosed: () => void): Promise<EditorClient> {
    const interpreter = await this.#python.choose();
    this.#log.info(`Starting the editor process with Python ${interpreter.version}`);
    return EditorClient.start({
      interpreter,
      extensionUri: this.#extensionUri,
      log: this.#log,
      onEvent: (event) => this.#events.fire(event),
      onClosed,
    });
  }

  async #stopNow(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client !== undefined) {
      this.#stopping = client.then((running) => running.stop()).catch(() => undefined);
    }
    await this.#stopping;
  }

  async #restartNow(): Promise<void> {
    this.#ended.fire();
    await this.#stopNow();
    await this.#ensureStarted();
  }

  #restartUnasked(): void {
    this.restart().catch((error: unknown) => {
      this.#isDown = true;
      this.#failed.fire(error);
    });
  }

  #forget(client: Promise<EditorClient>): void {
    if (this.#client === client) {
      this.#client = undefined;
    }
  }

  #onClosed(client: Promise<EditorClient>): void {
    if (this.#client !== client) {
      return;
    }
    this.#client = undefined;
    const now = Date.now();
    this.#crashTimes = [...this.#crashTimes.filter((time) => now - time < RESTART_WINDOW_MS), now];
    const willRestart = this.#crashTimes.length <= RESTART_LIMIT && !this.#disposed;
    this.#ended.fire();
    this.#crashed.fire({ willRestart });
    if (willRestart) {
      this.#restartUnasked();
    }
  }

  /** Only another interpreter is worth a restart; without a process the next request chooses. */
  async #onInterpreterChange(): Promise<void> {
    const running = await this.#client?.catch(() => undefined);
    if (running === undefined && !this.#isDown) {
      return;
    }
    const chosen = await this.#python.choose().catch(() => undefined);
    if (running?.interpreter.path !== chosen?.path) {
      this.#restartUnasked();
    }
  }
}

function ended(): Error {
  return problem(
    "editor.ended",
    "The Interpogate backend ended before it answered.",
    "It is started again by itself; try once more.",
  );
}
