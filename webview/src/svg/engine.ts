/** What the layout library takes for granted and a bare JavaScript engine lacks. */

/** Plain data only, which is all that the layout clones. */
function clone(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clone);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clone(inner)]));
}

const engine: { structuredClone?: unknown } = globalThis;
engine.structuredClone ??= clone;
