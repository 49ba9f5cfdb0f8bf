/**
 * What carries messages between the page and its host, and keeps the page's state there.
 * It knows no method names. One implementation per host; chosen in `main.ts`.
 */
import type { PageState } from "../protocol/messages.generated.ts";

export interface Transport {
  send(message: unknown): void;
  /** The one receiver of all incoming messages. */
  onMessage(receive: (message: unknown) => void): void;
  /** Called once when nothing can arrive any more. */
  onClose(closed: () => void): void;
  loadState(): Partial<PageState> | null;
  saveState(state: PageState): void;
}
