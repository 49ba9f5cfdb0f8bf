import type { Recording } from "./read.ts";

/** A recording of a GPT-2-like model, written by hand. */
export function gptRecording(options?: {
  layers?: number;
  width?: number;
  vocabulary?: number;
}): Recording;
