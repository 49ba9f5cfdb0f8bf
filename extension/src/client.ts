/**
 * One life of the editor process: the language client that speaks with it.
 *
 * Starts the process with the bundled backend and exchanges versions. Decides nothing about restarts
 * (`backend.ts`) and shows nothing to the user.
 */

import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type LanguageClientOptions,
} from "vscode-languageclient/node";
import { EVENT_METHODS, type Welcome } from "../../webview/src/protocol/messages.generated";
import { definitionMiddleware } from "./followed-links";
import type { Interpreter } from "./interpreters";
import type { BackendEvent, BackendMethod, BackendMethods } from "./methods";
import { problem } from "./problems";
import { settings as userSettings } from "./settings";
import { hintMiddleware, refreshHints } from "./shape-hints";

const PREFIX = "interpogate/";
const PROTOCOL_VERSION = 1;
const STOP_TIMEOUT_MS = 3000;
const LEVEL = /^\[(debug|info|warning|error|critical)\] (.*)$/;

/** Files, unsaved ones, and cells of notebooks, each a document; no old versions, no diffs. */
const PYTHON_DOCUMENTS = [
  "file",
  "untitled",
  "vscode-notebook-cell",
  "vscode-interactive-input",
].map((scheme) => ({ language: "python", scheme }));

/** What a client needs to start and whom it tells. */
export interface ClientSettings {
  readonly interpreter: Interpreter;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly onEvent: (event: BackendEvent) => void;
  /** The process ended without being asked to. */
  readonly onClosed: () => void;
}

/** A running editor process. */
export class EditorClient {
  readonly interpreter: Interpreter;
  readonly welcome: Welcome;
  readonly #client: LanguageClient;
  readonly #listener: vscode.Disposable;

  private constructor(client: LanguageClient, interpreter: Interpreter, welcome: Welcome) {
    this.#client = client;
    this.#listener = userSettings.onDidChangeShapesInCode(() => refreshHints(client));
    this.interpreter = interpreter;
    this.welcome = welcome;
  }

  /** Starts the process; throws a problem if it does not come up or speaks another version. */
  static async start(settings: ClientSettings): Promise<EditorClient> {
    const client = makeClient(settings);
    try {
      await client.start();
    } catch (error) {
      settings.log.error(`The editor process did not start: ${String(error)}`);
      throw didNotStart(settings.interpreter);
    }
    return new EditorClient(client, settings.interpreter, await exchangeVersions(client));
  }

  async request<M extends BackendMethod>(
    method: M,
    params: BackendMethods[M]["params"],
  ): Promise<BackendMethods[M]["result"]> {
    const name = PREFIX + method;
    const result = await this.#client.sendRequest<BackendMethods[M]["result"]>(name, params);
    if (method === "model/close") {
      refreshHints(this.#client);
    }
    return result;
  }

  async stop(): Promise<void> {
    this.#listener.dispose();
    await this.#client.dispose(STOP_TIMEOUT_MS);
  }
}

/** The library would show each failure in words of its own; the backend says it once, in ours. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

function makeClient(settings: ClientSettings): LanguageClient {
  const server = {
    command: settings.interpreter.path,
    args: [startScript(settings.extensionUri)],
  };
  const client = new QuietClient("interpogate", "Interpogate", server, clientOptions(settings));
  for (const method of EVENT_METHODS) {
    client.onNotification(PREFIX + method, (params: unknown) => {
      // The method decides the parameters' type; the editor process wrote them by the same table.
      settings.onEvent({ method, params } as BackendEvent);
    });
  }
  return client;
}

function clientOptions({ log, onClosed }: ClientSettings): LanguageClientOptions {
  return {
    documentSelector: PYTHON_DOCUMENTS,
    // Names of modules stand in hovers: no command of theirs may run but this one.
    markdown: { isTrusted: { enabledCommands: ["interpogate.revealPath"] } },
    middleware: { ...hintMiddleware, ...definitionMiddleware },
    outputChannel: log,
    traceOutputChannel: log,
    initializationFailedHandler: () => false,
    stdioOptions: { stdout: forwardTo(log), stderr: forwardTo(log) },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        onClosed();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  };
}

function forwardTo(log: vscode.LogOutputChannel): (stream: Readable) => void {
  return (stream) => {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) =>
      logLine(log, line),
    );
  };
}

/** The backend writes each line's level in front of it; lines of others have none. */
function logLine(log: vscode.LogOutputChannel, line: string): void {
  const [, level = "info", text = line] = LEVEL.exec(line) ?? [];
  const write = { debug: log.debug, info: log.info, warning: log.warn }[level] ?? log.error;
  write.call(log, text);
}

/** The bundled backend, or the checkout's own when the extension runs from source unbundled. */
function startScript(extensionUri: vscode.Uri): string {
  const bundled = vscode.Uri.joinPath(extensionUri, "extension/bundled/start_editor.py").fsPath;
  const source = vscode.Uri.joinPath(extensionUri, "python_backend/start_editor.py").fsPath;
  return existsSync(bundled) ? bundled : source;
}

async function exchangeVersions(client: LanguageClient): Promise<Welcome> {
  try {
    const hello = { protocolVersion: PROTOCOL_VERSION };
    const welcome = await client.sendRequest<Welcome>(`${PREFIX}session/hello`, hello);
    if (welcome.protocolVersion !== PROTOCOL_VERSION) {
      throw wrongVersion(welcome);
    }
    return welcome;
  } catch (error) {
    await client.dispose(STOP_TIMEOUT_MS).catch(() => undefined);
    throw error;
  }
}

function wrongVersion(welcome: Welcome): Error {
  return problem(
    "protocol.version",
    `The backend speaks version ${welcome.protocolVersion} of the protocol, the extension ` +
      `${PROTOCOL_VERSION}.`,
    "Install the extension again.",
  );
}

function didNotStart(interpreter: Interpreter): Error {
  return problem(
    "editor.start",
    `The Interpogate backend did not start with ${interpreter.path}.`,
    "The log says why; another interpreter may help.",
    "selectInterpreter",
  );
}
