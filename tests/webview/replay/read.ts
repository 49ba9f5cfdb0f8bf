/** What a recording holds, and reading one for unit tests. */
import { readFileSync } from "node:fs";
import type {
  HostState,
  Level,
  Location,
  ModelState,
  NodeDetails,
  RunEvents,
  Tokens,
} from "../../../webview/src/protocol/messages.generated.ts";

export interface Recording {
  readonly host: HostState;
  readonly model: ModelState;
  readonly levels: Readonly<Record<string, Level>>;
  readonly allLevels?: Readonly<Record<string, Level>>;
  readonly details: Readonly<Record<string, NodeDetails>>;
  readonly locations: Readonly<Record<string, Location>>;
  readonly tokens: Tokens;
  readonly events: Pick<RunEvents, "kinds" | "modules" | "timesUs">;
}

export function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")) as Recording;
}
