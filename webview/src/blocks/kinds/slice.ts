/** Two dimensions as a table: the number stands in each cell where it can be read. */
import type { Brush } from "../brush.ts";
import { cellsKind, flat, rangeOf } from "../cells.ts";
import { colourOf, inkOn } from "../colours.ts";
import { entryOf, type Figure } from "../figure.ts";
import type { Area, Size } from "../kind.ts";
import { numberText } from "../numbers.ts";

const CELL = { width: 36, height: 15 } as const;
const TEXT = 12;

function size(figure: Figure | null): Size {
  if (!figure) return { width: 240, height: 120 };
  const wide = Math.min(8, Math.max(2, figure.x.size));
  const high = Math.min(9, Math.max(1, figure.y.size));
  return { width: wide * CELL.width, height: high * CELL.height };
}

/** Numbers over the cells of a panel; nothing where cells are too small for them. */
export function drawNumbers(brush: Brush, figure: Figure, panel: number, area: Area): void {
  const width = area.width / figure.x.count;
  const height = area.height / figure.y.count;
  const text = Math.min(TEXT, height * 0.62, width / 4.2);
  if (!brush.isLegible(text)) return;
  const range = rangeOf(figure);
  const first = entryOf(figure.panels, panel);
  for (let row = 0; row < figure.y.count; row++) {
    for (let column = 0; column < figure.x.count; column++) {
      const cell = { row: entryOf(figure.y, row), column: entryOf(figure.x, column) };
      const value = figure.valueAt({ panel: first, ...cell });
      if (value === null) continue;
      const colour = inkOn(colourOf(value, range, brush.theme.dark));
      const x = area.x + (column + 0.5) * width;
      const y = area.y + (row + 0.5) * height + text * 0.06;
      const writing = { size: text, colour, align: "center", room: width - 2 } as const;
      brush.text(numberText(value, 3), x, y, writing);
    }
  }
}

export default cellsKind({ name: "slice", size, aspect: flat(1.6), over: drawNumbers });
