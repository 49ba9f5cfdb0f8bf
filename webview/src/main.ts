/** Where the page begins: finds its host, makes the session, mounts the application. */
import { mount } from "svelte";
import "./ui/theme.css";
import { Connection } from "./store/connection.svelte.ts";
import { Session } from "./store/session.svelte.ts";
import { openEmbeddedTransport } from "./transport/embedded.ts";
import type { Transport } from "./transport/transport.ts";
import { openVsCodeTransport } from "./transport/vscode.ts";
import {
  isServed,
  keepToken,
  openWebSocketTransport,
  tokenIn,
  type WebSocketTransport,
} from "./transport/websocket.ts";
import App from "./ui/App.svelte";
import KeyNeeded from "./ui/KeyNeeded.svelte";

function show(target: HTMLElement, transport: Transport, connection: Connection | null): void {
  const session = new Session(transport);
  mount(App, { target, props: { session, connection } });
  void session.start();
}

/** What a page missed while it was cut off can be anything: it begins anew, with what it had unfolded. */
function watched(transport: WebSocketTransport): Connection {
  const connection = new Connection(takeKey);
  transport.onState((state) => {
    if (connection.state === "lost" && state === "open") location.reload();
    else connection.state = state;
  });
  return connection;
}

/** Keeps a key that the person gave, and begins anew with it. */
function takeKey(text: string): boolean {
  const token = tokenIn(text);
  if (token === "") return false;
  keepToken(token);
  location.replace(location.pathname);
  return true;
}

function showServed(target: HTMLElement): void {
  const transport = openWebSocketTransport();
  if (transport) show(target, transport, watched(transport));
  else mount(KeyNeeded, { target, props: { refused: false, onKey: takeKey } });
  // the printed address, opened in a tab that is here already, changes only what is behind the #
  window.addEventListener("hashchange", () => takeKey(location.hash));
}

const target = document.getElementById("app");
if (target && isServed()) {
  showServed(target);
} else if (target) {
  const transport = openVsCodeTransport() ?? openEmbeddedTransport();
  if (transport) show(target, transport, null);
  else target.textContent = "Interpogate: this page shows a model, and no host was found here.";
}
