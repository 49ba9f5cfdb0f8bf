/** Logit lens: the most likely next token after each layer at each position, coloured by probability. */

import { tokenText } from "../../store/words.ts";
import type { Brush } from "../brush.ts";
import { cellsKind, flat, rangeOf } from "../cells.ts";
import { colourOf, inkOn } from "../colours.ts";
import { entryOf, type Figure } from "../figure.ts";
import type { Area, Size } from "../kind.ts";

const CELL = { width: 40, height: 17 } as const;
const TEXT = { graph: 9.5, most: 13 } as const;
/** Cells are at least so much wider than high. */
const FLAT = 1.5;

function size(figure: Figure | null): Size {
  if (!figure) return { width: 300, height: 110 };
  return {
    width: Math.min(620, Math.max(160, figure.x.size * CELL.width)),
    height: Math.min(300, Math.max(34, figure.y.size * CELL.height)),
  };
}

function drawTokens(brush: Brush, figure: Figure, panel: number, area: Area): void {
  const width = area.width / figure.x.count;
  const height = area.height / figure.y.count;
  const text = Math.min(TEXT.most, Math.max(TEXT.graph, width / 5.5), height * 0.62, width / 2.4);
  const tokens = figure.texts("tokens");
  if (tokens.length === 0 || !brush.isLegible(text)) return;
  const range = rangeOf(figure);
  const first = panel * figure.x.count * figure.y.count;
  for (let row = 0; row < figure.y.count; row++) {
    for (let column = 0; column < figure.x.count; column++) {
      const place = { row: entryOf(figure.y, row), column: entryOf(figure.x, column) };
      const value = figure.valueAt({ panel: entryOf(figure.panels, panel), ...place }) ?? 0;
      const colour = inkOn(colourOf(value, range, brush.theme.dark));
      const token = tokens[first + row * figure.x.count + column] ?? "";
      const x = area.x + (column + 0.5) * width;
      const y = area.y + (row + 0.5) * height + text * 0.06;
      const writing = { size: text, colour, align: "center", room: width - 3 } as const;
      brush.text(tokenText(token.trim() || token), x, y, writing);
    }
  }
}

export default cellsKind({ name: "logit_lens", size, aspect: flat(FLAT), over: drawTokens });
