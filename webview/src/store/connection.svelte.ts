/** Whether the page's host can be reached, where that may change: in a browser tab. */
import type { ConnectionState } from "../transport/websocket.ts";

export class Connection {
  state: ConnectionState = $state("waiting");

  /** `takeKey` begins anew with another key; false if the text holds none. */
  constructor(readonly takeKey: (text: string) => boolean) {}
}
