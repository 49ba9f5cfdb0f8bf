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
  const unchanged = { reloading: false, difference: null, notes: [] } as const;
  const ran = { shownRunId: 0, lastText: null, lastInputs: null } as const;
  return { ...defaults, ...unchanged, ...ran, ...state, problem: troubleOf(state.problem) };
}

const UNRESPONSIVE = "worker.unresponsive";

export function isUnresponsive(problem: Trouble | null | undefined): boolean {
  return problem?.code === UNRESPONSIVE;
}

/** What was asked meanwhile was refused, and has to be asked again. */
export function respondsAgain(before: Model | null, model: Model): boolean {
  const isSame = before?.modelId === model.modelId;
  return isSame && isUnresponsive(before.problem) && !isUnresponsive(model.problem);
}

const RUN_DEFAULTS = {
  tokens: null,
  predictsTokens: false,
  text: null,
  inputs: null,
  startedAt: 0,
  step: 0,
  stepCount: 1,
  stepFirstEvent: 0,
  promptTokenCount: 0,
  predictionFirst: 0,
  predictionCount: 0,
  generatedText: "",
  note: "",
  isKept: false,
} as const;

export function runOf(state: RunState): Run {
  const run = { ...RUN_DEFAULTS, ...state, problem: troubleOf(state.problem) };
  // A saved picture counts neither.
  const tokenCount = run.tokens?.ids.length ?? 0;
  const predictionCount = run.predictionCount || (run.predictsTokens ? tokenCount : 0);
  return { ...run, predictionCount, promptTokenCount: run.promptTokenCount || tokenCount };
}

export function hostOf(state: HostState): Host {
  return { modelId: null, ...state };
}
