/**
 * The protocol's methods by who answers them, as types, and the ports that carry them.
 *
 * One typed table for every call in the extension; derived from the generated protocol. Knows no VS
 * Code API.
 */

import type {
  EditorMethods,
  EventMethods,
  HostMethods,
  PageMethods,
  ServerMethods,
  WorkerMethods,
} from "../../webview/src/protocol/messages.generated";

/** What the editor process answers, itself or through a model's worker. */
export type BackendMethods = ServerMethods & WorkerMethods & EditorMethods;
export type BackendMethod = keyof BackendMethods;
export type HostMethod = keyof HostMethods;
export type EventMethod = keyof EventMethods;
export type PageMethod = keyof PageMethods;

/** Answers requests of the routes `server` and `worker`. */
export interface BackendPort {
  request<M extends BackendMethod>(
    method: M,
    params: BackendMethods[M]["params"],
  ): Promise<BackendMethods[M]["result"]>;
}

/** One handler for each method of the route `host`. */
export type HostHandlers = {
  readonly [M in HostMethod]: (
    params: HostMethods[M]["params"],
  ) => HostMethods[M]["result"] | Promise<HostMethods[M]["result"]>;
};

/** What the backend tells everyone. */
export type BackendEvent = {
  [M in EventMethod]: { readonly method: M; readonly params: EventMethods[M]["params"] };
}[EventMethod];
