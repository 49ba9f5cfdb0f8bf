/** Panels with an axis upwards, as bars, lines and histograms have them. Pure but for the brush. */
import type { Brush } from "./brush.ts";
import { drawPanelName } from "./cells.ts";
import { type Cell, entryOf, type Figure } from "./figure.ts";
import type { Area, Kind, Size } from "./kind.ts";
import { numberText } from "./numbers.ts";
import {
  balancedColumns,
  type PanelGrid,
  panelArea,
  panelAt,
  panelGrid,
  spreadSize,
} from "./panels.ts";

const ASPECT = 1.7;

/** From values to places in a panel. */
export interface Plot {
  readonly area: Area;
  readonly low: number;
  readonly high: number;
  /** Numbers of the panel, row by row. */
  readonly values: ArrayLike<number>;
  readonly index: number;
  upOf(value: number): number;
}

export interface PlotKind {
  readonly name: string;
  readonly range: (figure: Figure) => readonly [number, number];
  readonly draw: (brush: Brush, figure: Figure, plot: Plot) => void;
  /** The row that a point of a column is nearest to; 0 if not given. */
  readonly rowAt?: (figure: Figure, plot: Plot, column: number, y: number) => number;
}

export function plotOf(
  figure: Figure,
  index: number,
  area: Area,
  [low, high]: readonly [number, number],
): Plot {
  const size = figure.x.count * figure.y.count;
  const all = figure.numbers("values")?.values ?? new Float32Array();
  const extent = high > low ? high - low : 1;
  const upOf = (value: number) => {
    const share = Math.min(1, Math.max(0, (value - low) / extent));
    return area.y + area.height * (1 - share);
  };
  return { area, low, high, values: all.subarray(index * size, (index + 1) * size), index, upOf };
}

/** The zero line where zero is inside, and the ends of the axis where they can be read. */
export function drawAxis(brush: Brush, plot: Plot): void {
  const { area, low, high } = plot;
  const { line, muted } = brush.theme;
  const zero = plot.upOf(Math.min(high, Math.max(low, 0)));
  brush.line(
    [
      [area.x, zero],
      [area.x + area.width, zero],
    ],
    low < 0 && high > 0 ? muted : line,
  );
  if (area.height < 34) return;
  const writing = { size: 7, colour: muted };
  brush.text(numberText(high), area.x + 2, area.y + 5, writing);
  brush.text(numberText(low), area.x + 2, area.y + area.height - 5, writing);
}

export function plotSize(figure: Figure | null): Size {
  const count = figure?.panels.count ?? 1;
  if (count <= 1) return { width: 240, height: 96 };
  const columns = balancedColumns(count, ASPECT);
  const width = Math.max(40, Math.min(110, 420 / columns));
  return spreadSize(count, columns, { width, height: width / ASPECT });
}

export function plotKind({ name, range, draw, rowAt }: PlotKind): Kind {
  const gridOf = (figure: Figure, area: Size): PanelGrid => panelGrid(figure.panels.count, 0, area);
  const inside = (figure: Figure, area: Area, index: number) =>
    panelArea(gridOf(figure, area), area, index);
  return {
    name,
    size: plotSize,
    draw(brush, figure, area) {
      for (let index = 0; index < figure.panels.count; index++) {
        const panel = inside(figure, area, index);
        const plot = plotOf(figure, index, panel, range(figure));
        brush.clipped(panel, () => draw(brush, figure, plot));
        drawAxis(brush, plot);
        brush.border(panel, brush.theme.line);
        if (figure.panels.count > 1) drawPanelName(brush, figure, index, panel);
      }
    },
    cellAt(figure, area, x, y): Cell | null {
      const index = panelAt(gridOf(figure, area), area, x, y);
      if (index < 0 || index >= figure.panels.count) return null;
      const panel = inside(figure, area, index);
      const place = Math.floor(((x - panel.x) / panel.width) * figure.x.count);
      const within = y >= panel.y && y <= panel.y + panel.height;
      if (!within || place < 0 || place >= figure.x.count) return null;
      const plot = plotOf(figure, index, panel, range(figure));
      const row = rowAt?.(figure, plot, place, y) ?? 0;
      return {
        panel: entryOf(figure.panels, index),
        row: entryOf(figure.y, row),
        column: entryOf(figure.x, place),
      };
    },
    areaOf(figure, area, cell) {
      const index = cell.panel - figure.panels.first;
      if (index < 0 || index >= figure.panels.count) return null;
      const panel = inside(figure, area, index);
      const width = panel.width / figure.x.count;
      const place = Math.floor((cell.column - figure.x.first) / figure.x.step + 1e-6);
      return { x: panel.x + place * width, y: panel.y, width, height: panel.height };
    },
    panel: (figure, area, index) =>
      index < figure.panels.count ? inside(figure, area, index) : null,
  };
}
