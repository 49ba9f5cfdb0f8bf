/**
 * What went wrong, in the words of the protocol's `Problem`.
 *
 * Everything that fails towards the user ends here as one sentence and a hint. Knows no VS Code API;
 * `notices.ts` shows problems, `relay.ts` sends them to pages.
 */

import type { Problem, ProblemAction } from "../../webview/src/protocol/messages.generated";

/** An error that carries a problem. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = "ProblemError";
    this.problem = problem;
  }
}

/** Error codes of JSON-RPC that the extension itself gives. */
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;

/** A problem that the extension itself found. */
export function problem(
  code: string,
  message: string,
  hint: string,
  action: ProblemAction = "none",
): ProblemError {
  return new ProblemError({ code, message, hint, action });
}

/** The workspace is in Restricted Mode. */
export const UNTRUSTED_CODE = "workspace.untrusted";

export function untrusted(): ProblemError {
  return problem(
    UNTRUSTED_CODE,
    "Interpogate runs no code in a workspace that is not trusted.",
    "Trust this workspace to open models.",
  );
}

/** The problem behind any error, whether it came over the wire or was thrown here. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) {
    return error.problem;
  }
  const data = isRecord(error) ? error.data : undefined;
  if (isProblem(data)) {
    return data;
  }
  const message = error instanceof Error ? error.message : "Something unexpected happened.";
  return { code: "internal", message, hint: "The log has the details.", action: "none" };
}

const LONGEST_NOTICE = 400;

/**
 * A problem as the text of a notice.
 *
 * Messages may hold what a user's code raised: a notice must not take it for a link, which could name a
 * command, nor fill the window.
 */
export function noticeText({ message, hint }: Pick<Problem, "message" | "hint">): string {
  const whole = [message, hint].filter((part) => part !== "").join(" ");
  const plain = whole.replace(/\s+/g, " ").replaceAll("](", "] (");
  return plain.length > LONGEST_NOTICE ? `${plain.slice(0, LONGEST_NOTICE - 1)}…` : plain;
}

/** Whether a value from the wire has the fields of a problem. */
export function isProblem(value: unknown): value is Problem {
  return (
    isRecord(value) &&
    [value.code, value.message, value.hint].every((field) => typeof field === "string")
  );
}

/** The fields that are ever read from a value of unknown shape. */
type Field =
  | ("jsonrpc" | "id" | "method" | "params" | "code" | "message" | "hint" | "data")
  | ("source" | "folder" | "state" | "modelId" | "model" | "path");

/** Whether a value is an object, whose fields may be anything. */
export function isRecord(value: unknown): value is { readonly [F in Field]?: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
