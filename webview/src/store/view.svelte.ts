/** Where the user looks, for when the page is loaded again. Part of the session. */
import type { PageView } from "../protocol/messages.generated.ts";

const STILL_MS = 300;

export class View {
  /** Null: as the graph is first met. */
  place: PageView | null = $state.raw(null);

  private timer: ReturnType<typeof setTimeout> | undefined;

  /** The camera has moved: asks where it stands once it is still. */
  moved(ask: () => PageView | null): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.place = ask()), STILL_MS);
  }

  /** Another graph is looked at. */
  clear(): void {
    clearTimeout(this.timer);
    this.place = null;
  }
}
