/** How often values occur, with their mean and deviation, and how many are no numbers. */
import type { Brush } from "../brush.ts";
import type { Figure } from "../figure.ts";
import { numberText } from "../numbers.ts";
import { type Plot, plotKind } from "../plots.ts";

function range(figure: Figure): readonly [number, number] {
  const counts = figure.numbers("values")?.values ?? new Float32Array();
  let most = 1;
  for (const count of counts) most = Math.max(most, count);
  return [0, most];
}

/** Where a value stands across; null outside of the bins. */
function acrossOf(figure: Figure, plot: Plot, value: number): number | null {
  const edges = figure.numbers("edges")?.values;
  const first = edges?.[0] ?? 0;
  const last = edges?.[edges.length - 1] ?? 0;
  if (!edges || !(last > first) || value < first || value > last) return null;
  return plot.area.x + (plot.area.width * (value - first)) / (last - first);
}

/** One deviation to both sides of the mean, behind the bars. */
function drawDeviation(brush: Brush, figure: Figure, plot: Plot): void {
  const { statistics } = figure.picture;
  const { area } = plot;
  if (figure.panels.size > 1 || statistics?.mean == null) return;
  const deviation = statistics.deviation ?? 0;
  const left = acrossOf(figure, plot, statistics.mean - deviation) ?? area.x;
  const right = acrossOf(figure, plot, statistics.mean + deviation) ?? area.x + area.width;
  const band = { x: left, y: area.y, width: right - left, height: area.height };
  brush.faded(0.45, () => brush.fill(band, brush.theme.line));
}

function drawMean(brush: Brush, figure: Figure, plot: Plot): void {
  const { statistics } = figure.picture;
  if (figure.panels.size > 1 || statistics?.mean == null) return;
  const mean = acrossOf(figure, plot, statistics.mean);
  if (mean === null) return;
  brush.line(
    [
      [mean, plot.area.y],
      [mean, plot.area.y + plot.area.height],
    ],
    brush.theme.second,
    1.75,
  );
}

function drawEnds(brush: Brush, figure: Figure, { area }: Plot): void {
  const edges = figure.numbers("edges")?.values;
  if (!edges || area.width < 80 || area.height > 180) return;
  const y = area.y + area.height - 5;
  const writing = { size: 7, colour: brush.theme.muted };
  const end = { ...writing, align: "right" } as const;
  brush.text(numberText(edges[edges.length - 1] ?? 0), area.x + area.width - 2, y, end);
}

function draw(brush: Brush, figure: Figure, plot: Plot): void {
  drawDeviation(brush, figure, plot);
  const width = plot.area.width / figure.x.count;
  const foot = plot.area.y + plot.area.height;
  for (let bin = 0; bin < figure.x.count; bin++) {
    const y = plot.upOf(plot.values[bin] ?? 0);
    const x = plot.area.x + bin * width;
    brush.fill({ x, y, width: width * 0.94, height: foot - y }, brush.theme.accent);
  }
  drawMean(brush, figure, plot);
  drawEnds(brush, figure, plot);
}

export default plotKind({ name: "histogram", range, draw });
