/** Where the page begins: finds its host, makes the session, mounts the application. */
import { mount } from "svelte";
import "./ui/theme.css";
import { Session } from "./store/session.svelte.ts";
import { openEmbeddedTransport } from "./transport/embedded.ts";
import { openVsCodeTransport } from "./transport/vscode.ts";
import App from "./ui/App.svelte";

const target = document.getElementById("app");
const transport = openVsCodeTransport() ?? openEmbeddedTransport();

if (target && transport) {
  const session = new Session(transport);
  mount(App, { target, props: { session } });
  void session.start();
} else if (target) {
  target.textContent =
    "Interpogate: this page shows a model inside VS Code; no host was found here.";
}
