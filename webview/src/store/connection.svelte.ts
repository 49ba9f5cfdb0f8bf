/** Whether the page's host can be reached, where that may change: in a browser tab. */
import type { ConnectionState } from "../transport/websocket.ts";

export class Connection {
  state: ConnectionState = $state("waiting");
}
