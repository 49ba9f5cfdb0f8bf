/** Values along one dimension as bars from zero. */
import type { Brush } from "../brush.ts";
import type { Figure } from "../figure.ts";
import { type Plot, plotKind } from "../plots.ts";

function range({ picture }: Figure): readonly [number, number] {
  return [Math.min(0, picture.low), Math.max(0, picture.high)];
}

function drawSpread(brush: Brush, figure: Figure, plot: Plot): void {
  const least = figure.numbers("minima")?.values;
  const most = figure.numbers("maxima")?.values;
  if (!least || !most) return;
  const width = plot.area.width / figure.x.count;
  for (let column = 0; column < figure.x.count; column++) {
    const index = plot.index * figure.x.count + column;
    const top = plot.upOf(most[index] ?? 0);
    const height = plot.upOf(least[index] ?? 0) - top;
    brush.fill({ x: plot.area.x + column * width, y: top, width, height }, brush.theme.line);
  }
}

function draw(brush: Brush, figure: Figure, plot: Plot): void {
  drawSpread(brush, figure, plot);
  const width = plot.area.width / figure.x.count;
  const gap = width * brush.zoom > 4 ? width * 0.14 : 0;
  const zero = plot.upOf(0);
  for (let column = 0; column < figure.x.count; column++) {
    const value = plot.values[column] ?? Number.NaN;
    const x = plot.area.x + column * width + gap / 2;
    if (!Number.isFinite(value)) {
      const { y, height } = plot.area;
      brush.fill({ x, y, width: width - gap, height }, brush.theme.warning);
      continue;
    }
    const y = plot.upOf(value);
    const colour = value < 0 ? brush.theme.second : brush.theme.accent;
    brush.fill({ x, y: Math.min(y, zero), width: width - gap, height: Math.abs(y - zero) }, colour);
  }
}

export default plotKind({ name: "bar", range, draw });
