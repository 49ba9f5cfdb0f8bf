/** Values along one dimension as curves, one for each row. */
import type { Brush } from "../brush.ts";
import { colourMap, cssOfRgb } from "../colours.ts";
import type { Figure } from "../figure.ts";
import type { Area } from "../kind.ts";
import { type Plot, plotKind } from "../plots.ts";

const POINTS_UNTIL = 60;
const DOT = 2.4;
/** Share of the axis that is left free above and below. */
const ROOM = 0.07;

/** Curves of one value only stand in the middle. */
function range({ picture: { low, high } }: Figure): readonly [number, number] {
  const room = (high - low) * ROOM || Math.abs(high) / 2 || 1;
  return [low - room, high + room];
}

/** The colour of a curve: the accent if it is alone, else along the scale. */
function colourOf(brush: Brush, row: number, rows: number): string {
  if (rows <= 1) return brush.theme.accent;
  const map = colourMap("sequential", brush.theme.dark);
  const share = 0.25 + (0.65 * row) / (rows - 1);
  return cssOfRgb(map[Math.round(share * (map.length - 1))] ?? [128, 128, 128]);
}

/** Runs of finite values; what is no number leaves a gap. */
function runsOf(figure: Figure, plot: Plot, row: number): [number, number][][] {
  const width = plot.area.width / figure.x.count;
  const runs: [number, number][][] = [[]];
  for (let column = 0; column < figure.x.count; column++) {
    const value = plot.values[row * figure.x.count + column] ?? Number.NaN;
    if (!Number.isFinite(value)) runs.push([]);
    else runs.at(-1)?.push([plot.area.x + (column + 0.5) * width, plot.upOf(value)]);
  }
  return runs;
}

function draw(brush: Brush, figure: Figure, plot: Plot): void {
  const rows = figure.y.count;
  for (let row = 0; row < rows; row++) {
    const colour = colourOf(brush, row, rows);
    for (const run of runsOf(figure, plot, row)) {
      brush.line(run, colour, 1.6);
      // A point alone is no line.
      if (run.length !== 1 && (figure.x.count > POINTS_UNTIL || rows > 4)) continue;
      for (const [x, y] of run) brush.dot(x, y, DOT, colour);
    }
  }
}

function rowAt(figure: Figure, plot: Plot, column: number, y: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let row = 0; row < figure.y.count; row++) {
    const distance = Math.abs(plot.upOf(plot.values[row * figure.x.count + column] ?? 0) - y);
    if (distance < least) [best, least] = [row, distance];
  }
  return best;
}

function markOf(plot: Plot, value: number, { x, width }: Area): Area {
  const side = Math.min(width, plot.area.height / 10, 14);
  const [middle, y] = [x + width / 2, plot.upOf(value)];
  return { x: middle - side / 2, y: y - side / 2, width: side, height: side };
}

export default plotKind({ name: "line", range, draw, rowAt, markOf });
