/** Names of single tensors within the structures that the inspector shows. Pure. */
import type { ValueReference, ValueRow, ValueSide } from "../protocol/messages.generated.ts";

/** Keys of the rows that lead to a row, outermost first. */
export function keysOf(rows: readonly ValueRow[], index: number): string[] {
  const keys: string[] = [];
  let depth = Number.POSITIVE_INFINITY;
  for (let row = index; row >= 0 && depth > 0; row--) {
    const value = rows[row];
    if (!value || value.depth >= depth) continue;
    depth = value.depth;
    if (value.key !== "") keys.unshift(value.key);
  }
  return keys;
}

export function referenceOf(
  side: ValueSide,
  rows: readonly ValueRow[],
  index: number,
): ValueReference {
  return { side, keys: keysOf(rows, index) };
}
