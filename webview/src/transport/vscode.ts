/** The page inside a VS Code webview: `postMessage` both ways, state in the webview's own store. */
import type { PageState } from "../protocol/messages.generated.ts";
import type { Transport } from "./transport.ts";

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

class VsCodeTransport implements Transport {
  private readonly api = acquireVsCodeApi();

  send(message: unknown): void {
    // A plain copy: the store's reactive objects cannot be cloned structurally.
    this.api.postMessage(JSON.parse(JSON.stringify(message)));
  }

  onMessage(receive: (message: unknown) => void): void {
    window.addEventListener("message", (event) => receive(event.data));
  }

  onClose(closed: () => void): void {
    window.addEventListener("pagehide", closed, { once: true });
  }

  /** What another webview left under the same key (its own keys) is kept. */
  loadState(): Partial<PageState> | null {
    const state = this.api.getState();
    return isRecord(state) ? (state as Partial<PageState>) : null;
  }

  saveState(state: PageState): void {
    const kept = this.api.getState();
    this.api.setState({ ...(isRecord(kept) ? kept : {}), ...JSON.parse(JSON.stringify(state)) });
  }
}

/** Null outside VS Code. */
export function openVsCodeTransport(): Transport | null {
  return typeof acquireVsCodeApi === "function" ? new VsCodeTransport() : null;
}
