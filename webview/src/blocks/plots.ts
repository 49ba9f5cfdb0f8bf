/** Panels with an axis upwards, as bars, lines and histograms have them. Pure but for the brush. */
import type { Brush } from "./brush.ts";
import { drawPanelName } from "./cells.ts";
import { type Cell, entryOf, type Figure } from "./figure.ts";
import type { Area, Kind, Size } from "./kind.ts";
import { numberText, ticksOf, tickTexts } from "./numbers.ts";
import {
  balancedColumns,
  type PanelGrid,
  panelArea,
  panelAt,
  panelGrid,
  spreadSize,
} from "./panels.ts";

const ASPECT = 1.7;
/** A panel as high as this has room for numbers along its axis. */
const LARGE = 180;

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
  /** Where a value is drawn in its column; the whole column if not given. */
  readonly markOf?: (plot: Plot, value: number, column: Area) => Area;
  /** What is drawn over the axis' lines. */
  readonly over?: (brush: Brush, figure: Figure, plot: Plot) => void;
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

function ticksUp(low: number, high: number, height: number): number[] {
  return ticksOf(low, high, Math.round(height / 70));
}

/** Lines at round numbers in a large panel, only the ends of the axis in a small one. */
export function drawAxis(brush: Brush, plot: Plot, ends: readonly [number, number]): void {
  const { area, low, high } = plot;
  const isLarge = area.height >= LARGE;
  const ticks = isLarge ? ticksUp(low, high, area.height) : [];
  const texts = tickTexts(ticks);
  ticks.forEach((tick, index) => {
    drawTick(brush, plot, tick, texts[index] ?? "");
  });
  if (low < 0 && high > 0) across(brush, plot, 0, brush.theme.muted);
  if (isLarge || area.height < 34) return;
  const writing = { size: 7, colour: brush.theme.muted };
  brush.text(numberText(ends[1]), area.x + 2, Math.max(area.y + 5, plot.upOf(ends[1])), writing);
  if (ends[0] === ends[1]) return;
  const foot = Math.min(area.y + area.height - 5, plot.upOf(ends[0]));
  brush.text(numberText(ends[0]), area.x + 2, foot, writing);
}

function across(brush: Brush, { area, upOf }: Plot, value: number, colour: string): void {
  const y = upOf(value);
  brush.line(
    [
      [area.x, y],
      [area.x + area.width, y],
    ],
    colour,
  );
}

function drawTick(brush: Brush, plot: Plot, tick: number, text: string): void {
  across(brush, plot, tick, brush.theme.line);
  const writing = { size: 11, colour: brush.theme.muted, align: "right" } as const;
  brush.text(text, plot.area.x - 5, plot.upOf(tick), writing);
}

function drawNothing(brush: Brush, { x, y, width, height }: Area): void {
  const writing = { size: 10, colour: brush.theme.muted, align: "center" } as const;
  brush.text("nothing finite", x + width / 2, y + height / 2, writing);
}

export function plotSize(figure: Figure | null): Size {
  const count = figure?.panels.count ?? 1;
  if (count <= 1) return { width: 240, height: 96 };
  const columns = balancedColumns(count, ASPECT);
  const width = Math.max(40, Math.min(110, 420 / columns));
  return spreadSize(count, columns, { width, height: width / ASPECT });
}

/** What the axis spans by itself, without the room that is left around curves. */
function endsOf({ picture }: Figure, { low, high }: Plot): readonly [number, number] {
  return [Math.max(low, Math.min(picture.low, high)), Math.min(high, picture.high)];
}

export function plotKind({ name, range, draw, rowAt, markOf, over }: PlotKind): Kind {
  const gridOf = (figure: Figure, area: Size): PanelGrid => panelGrid(figure.panels.count, 0, area);
  const inside = (figure: Figure, area: Area, index: number) =>
    panelArea(gridOf(figure, area), area, index);
  return {
    name,
    isPlot: true,
    size: plotSize,
    numbers: (figure, height) => tickTexts(ticksUp(...range(figure), height)),
    draw(brush, figure, area) {
      for (let index = 0; index < figure.panels.count; index++) {
        const panel = inside(figure, area, index);
        const plot = plotOf(figure, index, panel, range(figure));
        drawAxis(brush, plot, endsOf(figure, plot));
        brush.clipped(panel, () => draw(brush, figure, plot));
        over?.(brush, figure, plot);
        brush.border(panel, brush.theme.line);
        if (figure.panels.count > 1) drawPanelName(brush, figure, index, panel);
        else if (figure.picture.statistics?.mean === null) drawNothing(brush, panel);
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
      const column = { x: panel.x + place * width, y: panel.y, width, height: panel.height };
      const value = figure.valueAt(cell);
      if (!markOf || value === null || !Number.isFinite(value)) return column;
      return markOf(plotOf(figure, index, panel, range(figure)), value, column);
    },
    panel: (figure, area, index) =>
      index < figure.panels.count ? inside(figure, area, index) : null,
  };
}
