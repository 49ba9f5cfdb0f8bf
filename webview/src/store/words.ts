/** Numbers, shapes and origins as the page writes them. Pure text, used by labels and components. */
import type {
  ChangeKind,
  ModelDifference,
  Origin,
  SourceLocation,
} from "../protocol/messages.generated.ts";
import type { Strand, TensorShape } from "./graph.ts";
import type { Model, Run } from "./received.ts";

export const TIMES = "×";

export interface Dimension {
  readonly text: string;
  readonly isToken: boolean;
}

export function dimensionsOf(shape: readonly number[], tokenDimension: number): Dimension[] {
  return shape.map((size, index) => ({ text: String(size), isToken: index === tokenDimension }));
}

export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.join(TIMES);
}

export function tensorText(tensor: TensorShape): string {
  return `${shapeText(tensor.shape)} ${tensor.dtype}`;
}

const MOST_SHAPES = 2;

/** What flows along an edge: its one or two shapes, else how many tensors; nothing if unknown. */
export function flowParts(strands: readonly Strand[]): Dimension[] {
  const shapes = new Map<string, { tensor: TensorShape; count: number }>();
  for (const { tensor, count } of strands) {
    if (!tensor) continue;
    const known = shapes.get(shapeText(tensor.shape));
    if (known) known.count += count;
    else shapes.set(shapeText(tensor.shape), { tensor, count });
  }
  const all = [...shapes.values()];
  if (all.length > MOST_SHAPES) {
    return [plainPart(`${all.reduce((sum, { count }) => sum + count, 0)} tensors`)];
  }
  return all.flatMap((shape, index) => [
    ...(index > 0 ? [plainPart(", ")] : []),
    ...partsOf(shape),
  ]);
}

function partsOf({ tensor, count }: { tensor: TensorShape; count: number }): Dimension[] {
  const several = count > 1 ? [plainPart(`${count} of `)] : [];
  if (tensor.shape.length === 0) return [...several, plainPart("scalar")];
  const sizes = dimensionsOf(tensor.shape, tensor.tokenDimension);
  const joined = sizes.flatMap((size, index) => (index > 0 ? [plainPart(TIMES), size] : [size]));
  return [...several, ...joined];
}

function plainPart(text: string): Dimension {
  return { text, isToken: false };
}

/** One line for each kind of tensor on an edge that carries several; else none. */
export function flowLines(strands: readonly Strand[]): string[] {
  const counts = new Map<string, number>();
  for (const { tensor, count } of strands) {
    if (tensor) counts.set(tensorText(tensor), (counts.get(tensorText(tensor)) ?? 0) + count);
  }
  const lines = [...counts].map(([text, count]) => (count > 1 ? `${count} of ${text}` : text));
  return lines.length > 1 || [...counts.values()].some((count) => count > 1) ? lines : [];
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
];

/** `124439808` becomes `124.4 M`. */
export function countText(count: number): string {
  const unit = UNITS.find(([size]) => count >= size);
  if (!unit) return String(count);
  const value = count / unit[0];
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${unit[1]}`;
}

export function durationText(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  if (milliseconds >= 1) return `${milliseconds.toFixed(1)} ms`;
  return `${(milliseconds * 1000).toFixed(0)} µs`;
}

/** The file's name with its folder, and the line. */
export function sourceText({ file, line }: SourceLocation): string {
  return `${file.split(/[\\/]/).slice(-2).join("/")}:${line}`;
}

/** How the shown run went, in a few words. */
export function outcomeText(run: Run | null, running: boolean): string {
  if (running) {
    const steps = run?.phase === "running" && run.stepCount > 1;
    return steps ? `Step ${Math.max(run.step, 1)} of ${run.stepCount}…` : "Running…";
  }
  if (!run) return "";
  if (run.phase === "finished") return `Run ${run.runId}: ${durationText(run.durationMs)}`;
  const made = run.tokens ? run.tokens.ids.length - run.promptTokenCount : 0;
  if (run.phase === "cancelled" && made > 0)
    return `Run ${run.runId} cancelled after ${made} of ${run.stepCount} tokens`;
  return run.phase === "failed" ? `Run ${run.runId} failed` : `Run ${run.runId} cancelled`;
}

/** What a run's duration is the duration of. */
export function durationMeaning(run: Run): string {
  const passes = run.step > 1 ? `${run.step} forward passes, one a token` : "the forward pass";
  return `Wall time of ${passes}, watching included`;
}

/** The time of day at which something began; empty if unknown. */
export function clockText(seconds: number): string {
  if (seconds === 0) return "";
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  return new Date(seconds * 1000).toLocaleTimeString([], { ...options, hourCycle: "h23" });
}

/** What a run was given, in one line. */
export function givenText(run: Run): string {
  const given = run.text ?? run.inputs ?? "example inputs";
  return given.trim().replaceAll(/\s*\n\s*/g, " ↵ ") || "∅";
}

/** How many times slower than it was; the words beside a speed. */
export function speedText(slowness: number): string {
  if (slowness === 1) return "real time";
  return slowness < 1 ? `${Math.round(1 / slowness)} × faster` : `1/${slowness}`;
}

const SIGNS = { added: "+", removed: "−", changed: "~" } as const;

/** What stands before a module that a reload changed. */
export function changeSign(kind: ChangeKind): string {
  return SIGNS[kind];
}

/** `Reloaded: 2 added, 1 removed`. */
export function changedText(difference: ModelDifference): string {
  const { addedCount, removedCount, changedCount } = difference;
  const counts: readonly (readonly [number, string])[] = [
    [addedCount, "added"],
    [removedCount, "removed"],
    [changedCount, "changed"],
  ];
  const parts = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return parts.length > 0 ? `Reloaded: ${parts.join(", ")}` : "Reloaded: the modules are as before";
}

/** Where shapes come from, said honestly. */
export function originText(origin: Origin, runId: number): string {
  switch (origin) {
    case "none":
      return "No shapes yet";
    case "fake":
      return "Shapes from a trace without weights, on invented inputs";
    case "example":
      return "Shapes from a trace on invented inputs";
    case "run":
      return `Observed in run ${runId}`;
    default:
      return origin satisfies never;
  }
}

/** The status line of a model that is on its way. */
export function phaseText(model: Model): string {
  if (model.message) return model.message;
  switch (model.phase) {
    case "starting":
      return "Starting Python…";
    case "loading":
      return "Loading the model…";
    case "tracing":
      return "Following the data flow…";
    case "ready":
      return "Ready";
    case "failed":
      return "The model could not be opened";
    case "stopped":
      return "The model's process has ended";
    default:
      return model.phase satisfies never;
  }
}

/** What vocabularies are written in; other raw tokens are bytes in disguise and cannot be read. */
const READABLE_TOKEN = /^[\u0020-\u007eĠĊĉ▁]+$/;

/** A token as the vocabulary writes it, where that can be read; else the text it stands for. */
export function tokenLabel(raw: string, text: string): string {
  return READABLE_TOKEN.test(raw) ? raw : tokenText(text);
}

/** A text with its spaces and line ends made visible. */
export function tokenText(text: string): string {
  if (text === "") return "∅";
  return text.replaceAll(" ", "·").replaceAll("\n", "↵").replaceAll("\t", "⇥");
}

export function probabilityText(probability: number): string {
  if (probability >= 0.0995) return `${(probability * 100).toFixed(1)}%`;
  if (probability >= 0.0001) return `${(probability * 100).toFixed(2)}%`;
  return "<0.01%";
}
