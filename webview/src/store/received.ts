/** Messages with the defaults that the wire may leave out filled in. */
import type { HostState, ModelState, Problem, RunState } from "../protocol/messages.generated.ts";

export type Trouble = Required<Problem>;
export type Model = Required<Omit<ModelState, "problem">> & { readonly problem: Trouble | null };
export type Run = Required<Omit<RunState, "problem">> & { readonly problem: Trouble | null };
export type Host = Required<HostState>;

export function troubleOf(problem: Problem): Trouble;
export function troubleOf(problem: Problem | null | undefined): Trouble | null;
export function troubleOf(problem: Problem | null | undefined): Trouble | null {
  if (!problem) return null;
  return { action: "none", node: null, file: null, line: null, ...problem };
}

export function modelOf(state: ModelState): Model {
  const defaults = { summary: null, graphVersion: 0, origin: "none", runId: 0 } as const;
  const unchanged = { reloading: false, difference: null } as const;
  return { ...defaults, ...unchanged, ...state, problem: troubleOf(state.problem) };
}

export function runOf(state: RunState): Run {
  const defaults = { tokens: null, predictsTokens: false };
  return { ...defaults, ...state, problem: troubleOf(state.problem) };
}

export function hostOf(state: HostState): Host {
  return { modelId: null, ...state };
}
