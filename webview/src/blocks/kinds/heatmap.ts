/** Any two dimensions as coloured cells. */
import { cellsKind } from "../cells.ts";
import type { Figure } from "../figure.ts";
import type { Size } from "../kind.ts";
import { balancedColumns, spreadSize } from "../panels.ts";

function aspectOf({ x, y }: Figure): number {
  return Math.min(4, Math.max(0.4, x.size / Math.max(1, y.size)));
}

function size(figure: Figure | null): Size {
  if (!figure) return { width: 240, height: 110 };
  const count = figure.panels.count;
  const aspect = aspectOf(figure);
  if (count <= 1) {
    const width = Math.min(240, Math.max(120, 200 * aspect));
    return { width, height: width / aspect };
  }
  const columns = balancedColumns(count, aspect);
  const width = Math.min(130, Math.max(30, 260 / columns));
  return spreadSize(count, columns, { width, height: width / aspect });
}

/** A long strip alone in a large area is drawn higher. */
function aspectIn(figure: Figure, area: Size): number {
  const natural = aspectOf(figure);
  return figure.panels.count > 1 ? natural : Math.min(natural, (2.5 * area.width) / area.height);
}

export default cellsKind({ name: "heatmap", size, aspect: aspectIn });
