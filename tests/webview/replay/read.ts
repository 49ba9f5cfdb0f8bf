/** Reads a recording for unit tests. */
import { readFileSync } from "node:fs";
import type { Level, ModelState } from "../../../webview/src/protocol/messages.generated.ts";

export interface Recording {
  readonly model: ModelState;
  readonly levels: Readonly<Record<string, Level>>;
  readonly allLevels?: Readonly<Record<string, Level>>;
}

export function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")) as Recording;
}
