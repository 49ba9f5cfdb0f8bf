/**
 * One page's end of the protocol: JSON-RPC 2.0 objects over `postMessage`.
 *
 * Backend methods are passed on, host methods answered here; every request gets exactly one reply,
 * anything that is not a known method's message is ignored. Knows no VS Code API. `page.ts` makes one
 * for each webview.
 */

import {
  type EventMethods,
  HOST_METHODS,
  type PageMethods,
  SERVER_METHODS,
  WORKER_METHODS,
} from "../../webview/src/protocol/messages.generated";
import type { BackendMethod, BackendPort, HostHandlers, HostMethod } from "./methods";
import { INTERNAL_ERROR, isRecord, METHOD_NOT_FOUND, problemOf } from "./problems";

type MessageId = number | string;

/** A message from a page, its shape checked. */
export interface PageMessage {
  /** Absent in a notification. */
  readonly id?: MessageId;
  readonly method: string;
  readonly params: unknown;
}

type Outgoing = PageMethods & EventMethods;

/** The extension's own business: a page opens models by `page/open`, which asks the user. */
const NOT_FOR_PAGES: ReadonlySet<string> = new Set([
  "session/hello",
  "session/prefer",
  "model/open",
  "model/close",
  "code/read",
  "code/find",
]);
const BACKEND_NAMES: ReadonlySet<string> = new Set(
  [...SERVER_METHODS, ...WORKER_METHODS].filter((name) => !NOT_FOR_PAGES.has(name)),
);
const HOST_NAMES: ReadonlySet<string> = new Set(HOST_METHODS);

/** The shape of a JSON-RPC request or notification, or nothing if the message is something else. */
export function readPageMessage(message: unknown): PageMessage | undefined {
  if (!isRecord(message) || message.jsonrpc !== "2.0" || typeof message.method !== "string") {
    return undefined;
  }
  const { id, method, params } = message;
  if (params !== undefined && !isRecord(params)) {
    return undefined;
  }
  if (id === undefined) {
    return { method, params: params ?? {} };
  }
  const isId = typeof id === "number" || typeof id === "string";
  return isId ? { id, method, params: params ?? {} } : undefined;
}

/** Speaks with one page. */
export class PageRelay {
  readonly #post: (message: unknown) => void;
  readonly #backend: BackendPort;
  readonly #host: HostHandlers;

  constructor(post: (message: unknown) => void, backend: BackendPort, host: HostHandlers) {
    this.#post = post;
    this.#backend = backend;
    this.#host = host;
  }

  /** Handles whatever the page posted. */
  async receive(raw: unknown): Promise<void> {
    const message = readPageMessage(raw);
    if (message === undefined) {
      return;
    }
    if (message.id === undefined) {
      await this.#answer(message).catch(() => undefined);
      return;
    }
    this.#post({ jsonrpc: "2.0", id: message.id, ...(await this.#outcome(message)) });
  }

  /** Tells the page something that needs no answer. */
  notify<M extends keyof Outgoing>(method: M, params: Outgoing[M]["params"]): void {
    this.#post({ jsonrpc: "2.0", method, params });
  }

  async #outcome(message: PageMessage): Promise<object> {
    if (!BACKEND_NAMES.has(message.method) && !HOST_NAMES.has(message.method)) {
      return { error: { code: METHOD_NOT_FOUND, message: `Unknown method ${message.method}.` } };
    }
    try {
      return { result: (await this.#answer(message)) ?? {} };
    } catch (error) {
      return { error: errorObject(error) };
    }
  }

  // The two tables above prove the method; its parameters are checked by whoever decodes them.
  async #answer({ method, params }: PageMessage): Promise<unknown> {
    if (HOST_NAMES.has(method)) {
      return this.#host[method as HostMethod](params as never);
    }
    if (BACKEND_NAMES.has(method)) {
      return this.#backend.request(method as BackendMethod, params as never);
    }
    return undefined;
  }
}

/** Code, message and data as they came over the wire, or made from an error thrown here. */
function errorObject(error: unknown): object {
  const code = isRecord(error) && typeof error.code === "number" ? error.code : INTERNAL_ERROR;
  const data = problemOf(error);
  return { code, message: data.message, data };
}
