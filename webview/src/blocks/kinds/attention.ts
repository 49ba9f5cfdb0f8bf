/** Attention weights: a square of query by key for each head. */
import { cellsKind } from "../cells.ts";
import type { Figure } from "../figure.ts";
import type { Size } from "../kind.ts";
import { balancedColumns, spreadSize } from "../panels.ts";

const SIDE = { alone: 176, least: 26, most: 108 } as const;

function size(figure: Figure | null): Size {
  const count = figure?.panels.count ?? 1;
  if (count <= 1) return { width: SIDE.alone, height: SIDE.alone };
  const columns = balancedColumns(count, 1);
  const side = Math.min(SIDE.most, Math.max(SIDE.least, 252 / columns));
  return spreadSize(count, columns, { width: side, height: side });
}

export default cellsKind({ name: "attention", size, aspect: (figure) => aspectOf(figure) });

/** Encoder and decoder may differ in length; a sliver would show nothing. */
function aspectOf({ x, y }: Figure): number {
  return Math.min(4, Math.max(0.25, x.size / Math.max(1, y.size)));
}
