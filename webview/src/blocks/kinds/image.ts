/** Pictures: RGB or one channel in colours, with an overlay and labelled boxes on them. */
import type { Brush } from "../brush.ts";
import { cellsKind, drawCells, keptPixels } from "../cells.ts";
import { inkOn, type Rgb } from "../colours.ts";
import type { Figure } from "../figure.ts";
import type { Area, Size } from "../kind.ts";
import { balancedColumns, spreadSize, viewOf } from "../panels.ts";
import { type Pixels, pixelsOf } from "../pixels.ts";

const SIDE = 200;
/** Pixels that one of the picture covers before it is shown as a square. */
const SHARP_FROM = 3;
const OVERLAY: Rgb = [255, 120, 20];
const BOXES: readonly Rgb[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [204, 121, 167],
];

function aspectOf({ x, y }: Figure): number {
  return Math.min(4, Math.max(0.25, x.size / Math.max(1, y.size)));
}

function size(figure: Figure | null): Size {
  if (!figure) return { width: SIDE, height: SIDE };
  const aspect = aspectOf(figure);
  const count = Math.max(1, figure.panels.count);
  if (count === 1)
    return { width: Math.min(SIDE, SIDE * aspect), height: Math.min(SIDE, SIDE / aspect) };
  const columns = balancedColumns(count, aspect);
  const side = Math.min(100, Math.max(26, 260 / columns));
  return spreadSize(count, columns, { width: side, height: side / aspect });
}

function colours(figure: Figure, panel: number): Pixels | null {
  const rgb = figure.numbers("rgb");
  if (!rgb) return null;
  const { count: width } = figure.x;
  const { count: height } = figure.y;
  return pixelsOf({ width, height }, (pixels) => {
    const first = panel * width * height * 3;
    for (let cell = 0; cell < width * height; cell++) {
      for (let part = 0; part < 3; part++) {
        pixels[cell * 4 + part] = rgb.values[first + cell * 3 + part] ?? 0;
      }
      pixels[cell * 4 + 3] = 255;
    }
  });
}

function overlay(figure: Figure, panel: number): Pixels | null {
  const found = figure.numbers("overlay");
  const [, height = 0, width = 0] = found?.shape ?? [];
  if (!found) return null;
  return pixelsOf({ width, height }, (pixels) => {
    for (let cell = 0; cell < width * height; cell++) {
      const value = found.values[panel * width * height + cell] ?? 0;
      pixels.set([...OVERLAY, Math.round(200 * Math.min(1, Math.max(0, value)))], cell * 4);
    }
  });
}

function draw(brush: Brush, figure: Figure, panel: number, area: Area): void {
  const image = keptPixels(figure, `rgb ${panel}`, () => colours(figure, panel));
  if (!image) drawCells(brush, figure, panel, area);
  else brush.image(image, area, SHARP_FROM);
  const over = keptPixels(figure, `overlay ${panel}`, () => overlay(figure, panel));
  if (over) brush.image(over, area, SHARP_FROM);
}

function drawBoxes(brush: Brush, figure: Figure, _panel: number, area: Area): void {
  const boxes = figure.numbers("boxes");
  const names = figure.texts("boxes");
  if (!boxes) return;
  const view = viewOf(figure);
  const across = area.width / Math.max(1, view.lastX - view.firstX);
  const down = area.height / Math.max(1, view.lastY - view.firstY);
  brush.clipped(area, () => {
    for (let index = 0; index * 4 < boxes.values.length; index++) {
      const [left = 0, top = 0, right = 0, bottom = 0] = boxes.values.subarray(
        index * 4,
        index * 4 + 4,
      );
      const box = {
        x: area.x + (left - view.firstX) * across,
        y: area.y + (top - view.firstY) * down,
        width: (right - left) * across,
        height: (bottom - top) * down,
      };
      drawBox(brush, box, names[index] ?? "", BOXES[index % BOXES.length] ?? [255, 255, 255]);
    }
  });
}

function drawBox(brush: Brush, box: Area, name: string, colour: Rgb): void {
  const css = `rgb(${colour.join()})`;
  brush.border(box, css, 2);
  const size = Math.min(12, Math.max(7, 10 / brush.zoom));
  if (name === "" || !brush.isLegible(size)) return;
  const writing = { size, colour: inkOn(colour), weight: 600 };
  const width = brush.width(name, writing) + size * 0.6;
  const plate = { x: box.x, y: box.y, width, height: size * 1.35 };
  brush.fill(plate, css);
  brush.text(name, box.x + size * 0.3, box.y + size * 0.72, writing);
}

export default cellsKind({ name: "image", size, aspect: aspectOf, under: draw, over: drawBoxes });
