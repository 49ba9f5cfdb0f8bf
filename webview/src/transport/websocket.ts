/**
 * The page in a browser tab: one WebSocket to the server that the page came from. The key to it came
 * behind the # of the address; it stays in this tab and goes nowhere but into the handshake.
 * A lost connection is tried again until it stands; what was asked meanwhile is refused at once. So it is
 * while the server does not respond: a script that holds Python's lock blocks its own server.
 */
import { type PageState, PROTOCOL_VERSION } from "../protocol/messages.generated.ts";
import { copyText } from "./clipboard.ts";
import type { Transport } from "./transport.ts";

const PROTOCOL = "interpogate";
const TOKEN_KEY = "interpogate-token";
const STATE_KEY = "interpogate-state";
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4000;
const LOST = -32_000;
const PING = "page-ping";
const TURN_MS = 1500;
const QUIET_TURNS = 3;

/** `waiting`: the first connection is not there yet; `silent`: it is there, and nothing comes. */
export type ConnectionState = "waiting" | "open" | "lost" | "silent";

interface Request {
  id?: number;
  method: string;
  params: Record<string, unknown>;
}

export class WebSocketTransport implements Transport {
  private receive: (message: unknown) => void = () => undefined;
  private changed: (state: ConnectionState) => void = () => undefined;
  private socket: WebSocket | null = null;
  private state: ConnectionState = "waiting";
  private wait = FIRST_WAIT_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Turns in which nothing came, each with a ping; of a clock nothing is read: a machine may sleep. */
  private quiet = 0;
  private readonly early: string[] = [];
  private readonly unanswered = new Set<number>();

  constructor(
    private readonly address: string,
    private readonly token: string,
  ) {
    this.connect();
    setInterval(() => this.turn(), TURN_MS);
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => this.hurry());
  }

  /** Hears of each change; `open` after `lost` means that anything may have happened meanwhile. */
  onState(changed: (state: ConnectionState) => void): void {
    this.changed = changed;
  }

  send(message: unknown): void {
    const request = message as Request;
    if (request.method === "text/copy") void this.copy(request);
    else if (this.state === "lost") this.refuse(request.id);
    else this.post(request);
    // It is sent all the same: the wish to cancel a run counts once the server responds again.
    if (this.state === "silent") this.refuse(request.id);
  }

  onMessage(receive: (message: unknown) => void): void {
    this.receive = receive;
  }

  onClose(): void {
    // It is never closed for good: a lost connection is made again.
  }

  loadState(): Partial<PageState> | null {
    return storedState();
  }

  saveState(state: PageState): void {
    try {
      sessionStorage.setItem(STATE_KEY, JSON.stringify(state));
    } catch {
      // Storage may be full or forbidden; the page then begins anew after a reload.
    }
  }

  private post(request: Request): void {
    if (request.id !== undefined) this.unanswered.add(request.id);
    const text = JSON.stringify(request);
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
    else this.early.push(text);
  }

  private turn(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    if (this.quiet >= QUIET_TURNS && this.state === "open") {
      this.become("silent");
      for (const id of [...this.unanswered]) this.refuse(id);
    }
    this.quiet++;
    if (this.quiet > QUIET_TURNS) return;
    const params = { protocolVersion: PROTOCOL_VERSION };
    this.socket.send(JSON.stringify({ jsonrpc: "2.0", id: PING, method: "session/hello", params }));
  }

  private connect(): void {
    const socket = new WebSocket(this.address, [PROTOCOL, this.token]);
    this.socket = socket;
    socket.addEventListener("open", () => this.opened(socket));
    socket.addEventListener("message", (event) => this.take(event.data));
    socket.addEventListener("close", () => this.closed());
  }

  private opened(socket: WebSocket): void {
    this.wait = FIRST_WAIT_MS;
    this.quiet = 0;
    for (const text of this.early.splice(0)) socket.send(text);
    this.become("open");
  }

  private closed(): void {
    this.socket = null;
    this.become("lost");
    this.early.length = 0;
    for (const id of [...this.unanswered]) this.refuse(id);
    this.timer = setTimeout(() => this.connect(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  /** Somebody looks, or the network is back: no reason to wait longer. */
  private hurry(): void {
    if (this.socket !== null || document.visibilityState === "hidden") return;
    clearTimeout(this.timer);
    this.wait = FIRST_WAIT_MS;
    this.connect();
  }

  private become(state: ConnectionState): void {
    if (this.state === state) return;
    this.state = state;
    this.changed(state);
  }

  private take(data: unknown): void {
    const message = parsed(data);
    if (message === null) return;
    this.quiet = 0;
    if (this.state === "silent") this.become("open");
    // A late reply to what was refused counts no more, nor does that to a ping.
    const id = message["id"];
    if (id === PING || (typeof id === "number" && !this.unanswered.delete(id))) return;
    this.receive(message);
  }

  private refuse(id: number | undefined): void {
    if (id === undefined) return;
    this.unanswered.delete(id);
    const message =
      this.state === "silent"
        ? "Interpogate does not respond."
        : "The connection to Interpogate was lost.";
    const error = { code: LOST, message };
    queueMicrotask(() => this.receive({ jsonrpc: "2.0", id, error }));
  }

  private async copy({ id, params }: Request): Promise<void> {
    const done = await copyText(String(params["text"]));
    const error = { code: LOST, message: "The browser does not let this page use the clipboard." };
    this.receive({ jsonrpc: "2.0", id, ...(done ? { result: {} } : { error }) });
  }
}

function parsed(data: unknown): Record<string, unknown> | null {
  try {
    const message: unknown = JSON.parse(String(data));
    return typeof message === "object" && message !== null
      ? (message as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function storedState(): Partial<PageState> | null {
  try {
    return JSON.parse(sessionStorage.getItem(STATE_KEY) ?? "null");
  } catch {
    return null;
  }
}

/** Whether a server's document holds the page. */
export function isServed(): boolean {
  return document.querySelector('meta[name="interpogate-host"][content="browser"]') !== null;
}

/** Keeps the key for reloads of this tab. */
export function keepToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token);
}

/** The token in an address, or a text that is nothing but a token; empty if there is none. */
export function tokenIn(text: string): string {
  const word = /(?:^|[#&]token=)([\w-]{43,128})\s*$/.exec(text.trim());
  return word?.[1] ?? "";
}

/** Null without a key: the address was typed, or the tab is new. */
export function openWebSocketTransport(): WebSocketTransport | null {
  const given = tokenIn(location.hash);
  if (given !== "") {
    keepToken(given);
    history.replaceState(null, "", location.pathname);
  }
  const token = sessionStorage.getItem(TOKEN_KEY) ?? "";
  if (token === "") return null;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocketTransport(`${scheme}://${location.host}/socket`, token);
}
