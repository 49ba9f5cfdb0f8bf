/** Which family of layers a module belongs to, judged by its class name: it decides the accent. */
import type { GraphNode } from "./graph.ts";

export const FAMILIES = [
  "attention",
  "linear",
  "norm",
  "embedding",
  "activation",
  "dropout",
  "convolution",
  "container",
  "other",
] as const;

export type Family = (typeof FAMILIES)[number];

const PATTERNS: readonly (readonly [RegExp, Family])[] = [
  [/dropout|droppath/i, "dropout"],
  [/embed|rotary|position/i, "embedding"],
  [/norm$|norm\d?d?$|normalization|norm(?=[A-Z_]|$)/i, "norm"],
  [/attention|attn/i, "attention"],
  [/conv|(max|avg|average|adaptive)pool|upsample/i, "convolution"],
  [/linear|dense|projection|lm_?head|router/i, "linear"],
  [/gelu|relu|silu|swish|tanh|sigmoid|softmax|activation|mish|softplus/i, "activation"],
];

/** Transformers' `Conv1D` is a linear layer with its weight transposed. */
const EXCEPTIONS: ReadonlyMap<string, Family> = new Map([["Conv1D", "linear"]]);

export function familyOfClass(className: string): Family | null {
  const exact = EXCEPTIONS.get(className);
  if (exact) return exact;
  const pattern = PATTERNS.find(([expression]) => expression.test(className));
  return pattern ? pattern[1] : null;
}

export function familyOf(node: GraphNode): Family {
  if (node.kind !== "module" && node.kind !== "group") return "other";
  const family = familyOfClass(node.type.split(".").at(-1) ?? "");
  return family ?? (node.expandable ? "container" : "other");
}
