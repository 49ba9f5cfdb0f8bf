/**
 * A small typed JSON-RPC 2.0 client: requests, notifications, subscriptions.
 * It must not know what carries its messages. Used by the store alone.
 */
import type {
  EventMethods,
  HostMethods,
  PageMethods,
  Problem,
  ServerMethods,
  WorkerMethods,
} from "./messages.generated.ts";

type Outgoing = ServerMethods & WorkerMethods & HostMethods;
type Incoming = EventMethods & PageMethods;
type Requests = {
  [M in keyof Outgoing]: Outgoing[M]["result"] extends null ? never : M;
}[keyof Outgoing];
type Notifications = Exclude<keyof Outgoing, Requests>;

export type RequestMethod = Requests;
export type Params<M extends keyof Outgoing> = Outgoing[M]["params"];
export type Result<M extends keyof Outgoing> = Outgoing[M]["result"];
export type IncomingParams<M extends keyof Incoming> = Incoming[M]["params"];
export type IncomingMethod = keyof Incoming;

export interface RpcError {
  code: number;
  message: string;
  data?: unknown;
}

interface Message {
  jsonrpc: "2.0";
  id?: number | string | null;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: RpcError;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A request that was answered with an error, or that can no longer be answered. */
export class RequestFailed extends Error {
  constructor(
    readonly code: number,
    readonly problem: Problem,
  ) {
    super(problem.message);
  }
}

const CLOSED = -32_000;

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "message" in value && "hint" in value;
}

/** The problem an error reply carries; one is made up from the message if it carries none. */
export function problemOf(error: RpcError): Problem {
  if (isProblem(error.data)) return error.data;
  const bare = { node: null, file: null, line: null } as const;
  return { code: "page.reply", message: error.message, hint: "", action: "none", ...bare };
}

export class RpcClient {
  private readonly pending = new Map<number, Pending>();
  private readonly listeners = new Map<string, (params: unknown) => void>();
  private nextId = 1;
  private closed = false;

  constructor(private readonly send: (message: unknown) => void) {}

  /** Settles always: with the reply, the reply's error, or `RequestFailed` when the line closes. */
  request<M extends Requests>(method: M, params: Params<M>): Promise<Result<M>> {
    if (this.closed) return Promise.reject(this.lineClosed());
    const id = this.nextId++;
    return new Promise<Result<M>>((resolve, reject) => {
      this.pending.set(id, { resolve: (result) => resolve(result as Result<M>), reject });
      this.post({ jsonrpc: "2.0", id, method, params }, id);
    });
  }

  notify<M extends Notifications>(method: M, params: Params<M>): void {
    if (!this.closed) this.send({ jsonrpc: "2.0", method, params });
  }

  on<M extends IncomingMethod>(method: M, listener: (params: IncomingParams<M>) => void): void {
    this.listeners.set(method, (params) => listener(params as IncomingParams<M>));
  }

  /** Takes one message from the transport; what is no JSON-RPC is ignored. */
  receive(data: unknown): void {
    if (typeof data !== "object" || data === null || !("jsonrpc" in data)) return;
    const message = data as Message;
    if (message.method !== undefined) this.listeners.get(message.method)?.(message.params);
    else if (typeof message.id === "number") this.settle(message.id, message);
  }

  /** Rejects everything that waits. */
  close(): void {
    this.closed = true;
    for (const waiting of this.pending.values()) waiting.reject(this.lineClosed());
    this.pending.clear();
  }

  private post(message: Message, id: number): void {
    try {
      this.send(message);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.settle(id, { jsonrpc: "2.0", id, error: { code: CLOSED, message: text } });
    }
  }

  private settle(id: number, message: Message): void {
    const waiting = this.pending.get(id);
    this.pending.delete(id);
    if (!waiting) return;
    if (!message.error) waiting.resolve(message.result);
    else waiting.reject(new RequestFailed(message.error.code, problemOf(message.error)));
  }

  private lineClosed(): RequestFailed {
    const message = "The connection to the backend is closed.";
    return new RequestFailed(CLOSED, problemOf({ code: CLOSED, message }));
  }
}
