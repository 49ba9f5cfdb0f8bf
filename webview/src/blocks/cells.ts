/**
 * Grids of coloured cells, as attention, heat maps, slices and the logit lens have them. The colours
 * of a panel are kept as a small bitmap, one pixel a cell, which the canvas scales: sharp squares from
 * near, smoothed from afar.
 */
import type { Brush } from "./brush.ts";
import {
  type ColourMap,
  colourMap,
  INFINITY_COLOUR,
  NAN_COLOUR,
  type Range,
  shareOf,
} from "./colours.ts";
import { type Cell, type Figure, labelOf } from "./figure.ts";
import type { Area, Kind, Size } from "./kind.ts";
import { cellArea, entryAt, type PanelGrid, panelArea, panelAt, panelGrid } from "./panels.ts";

/** A bitmap by figure, then by panel and theme. */
const bitmaps = new WeakMap<Figure, Map<string, ImageBitmap>>();

export function rangeOf({ picture }: Figure): Range {
  return { scale: picture.scale, low: picture.low, high: picture.high };
}

function paint(values: ArrayLike<number>, pixels: Uint8ClampedArray, range: Range, map: ColourMap) {
  const last = map.length - 1;
  for (let cell = 0; cell < values.length; cell++) {
    const value = values[cell] ?? Number.NaN;
    const finite = Number.isFinite(value);
    const other = Number.isNaN(value) ? NAN_COLOUR : INFINITY_COLOUR;
    const colour = finite ? (map[Math.round(shareOf(value, range) * last)] ?? other) : other;
    pixels[cell * 4] = colour[0];
    pixels[cell * 4 + 1] = colour[1];
    pixels[cell * 4 + 2] = colour[2];
    pixels[cell * 4 + 3] = 255;
  }
}

/** One pixel a cell; null if the picture has no values. */
function bitmapOf(figure: Figure, panel: number, dark: boolean): ImageBitmap | null {
  const key = `${panel} ${dark}`;
  const known = bitmaps.get(figure)?.get(key);
  if (known) return known;
  const values = figure.numbers("values")?.values;
  const { count: width } = figure.x;
  const { count: height } = figure.y;
  if (!values || width * height === 0) return null;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) return null;
  const image = context.createImageData(width, height);
  const own = values.subarray(panel * width * height, (panel + 1) * width * height);
  paint(own, image.data, rangeOf(figure), colourMap(figure.picture.scale, dark));
  context.putImageData(image, 0, 0);
  // A bitmap never changes: the browser keeps it as it draws it, a canvas is copied for each frame.
  const bitmap = canvas.transferToImageBitmap();
  const all = bitmaps.get(figure) ?? new Map<string, ImageBitmap>();
  bitmaps.set(figure, all.set(key, bitmap));
  return bitmap;
}

/** Half as wide and high, each pixel the mean of four. */
function halved(bitmap: ImageBitmap): ImageBitmap | null {
  const canvas = new OffscreenCanvas(Math.ceil(bitmap.width / 2), Math.ceil(bitmap.height / 2));
  const context = canvas.getContext("2d");
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return context && canvas.transferToImageBitmap();
}

/** Halved so often that no more than about two cells fall on a pixel; kept like the whole one. */
function reducedOf(
  figure: Figure,
  panel: number,
  dark: boolean,
  level: number,
): ImageBitmap | null {
  if (level === 0) return bitmapOf(figure, panel, dark);
  const key = `${panel} ${dark} ${level}`;
  const known = bitmaps.get(figure)?.get(key);
  if (known) return known;
  const larger = reducedOf(figure, panel, dark, level - 1);
  const bitmap = larger && halved(larger);
  if (bitmap) bitmaps.get(figure)?.set(key, bitmap);
  return bitmap;
}

/** The cells of one panel, scaled into an area. */
export function drawCells(brush: Brush, figure: Figure, panel: number, area: Area): void {
  const { context, scale } = brush;
  const cells = Math.max(
    figure.x.count / (area.width * scale),
    figure.y.count / (area.height * scale),
  );
  // The browser would reduce every bitmap anew for each frame.
  const level = Math.max(0, Math.floor(Math.log2(cells)));
  const bitmap = reducedOf(figure, panel, brush.theme.dark, level);
  if (!bitmap) return;
  context.imageSmoothingEnabled = cells > 1;
  context.imageSmoothingQuality = "low";
  context.drawImage(bitmap, area.x, area.y, area.width, area.height);
}

/** `head 3`, or only its number where there is little room. */
export function panelName(figure: Figure, panel: number): string {
  const entry = figure.panels.first + panel;
  return labelOf(figure.panels, entry) || String(entry);
}

export function drawPanelName(brush: Brush, figure: Figure, panel: number, area: Area): void {
  const writing = { size: 7.5, colour: brush.theme.muted, room: area.width };
  brush.text(panelName(figure, panel), area.x, area.y - 4.5, writing);
}

interface Cells {
  readonly name: string;
  readonly size: (figure: Figure | null) => Size;
  /** Width by height of a panel in an area. */
  readonly aspect: (figure: Figure, area: Size) => number;
  /** What is drawn over the cells of a panel. */
  readonly over?: (brush: Brush, figure: Figure, panel: number, area: Area) => void;
  /** What is drawn instead of coloured cells. */
  readonly under?: (brush: Brush, figure: Figure, panel: number, area: Area) => void;
}

function isOutside({ context }: Brush, area: Area): boolean {
  const { a, d, e, f } = context.getTransform();
  const { width, height } = context.canvas;
  const outsideX = (area.x + area.width) * a + e < 0 || area.x * a + e > width;
  return outsideX || (area.y + area.height) * d + f < 0 || area.y * d + f > height;
}

/** Cells so much wider than high, as far as that leaves no more than 60 % of the room empty. */
export function flat(least: number): Cells["aspect"] {
  return ({ x, y }, area) => {
    const whole = area.width / area.height;
    const wanted = (least * x.count) / Math.max(1, y.count);
    return Math.min(2.5 * whole, Math.max(whole, wanted));
  };
}

/** A kind whose panels are grids of cells. */
export function cellsKind({ name, size, aspect, over, under }: Cells): Kind {
  const gridOf = (figure: Figure, area: Size): PanelGrid =>
    panelGrid(figure.panels.count, aspect(figure, area), area);
  const inside = (figure: Figure, area: Area, index: number) =>
    panelArea(gridOf(figure, area), area, index);
  return {
    name,
    isPlot: false,
    size,
    draw(brush, figure, area) {
      const grid = gridOf(figure, area);
      for (let index = 0; index < figure.panels.count; index++) {
        const panel = panelArea(grid, area, index);
        if (isOutside(brush, panel)) continue;
        (under ?? drawCells)(brush, figure, index, panel);
        over?.(brush, figure, index, panel);
        brush.border(panel, brush.theme.line);
        if (grid.label > 0) drawPanelName(brush, figure, index, panel);
      }
    },
    cellAt(figure, area, x, y): Cell | null {
      const index = panelAt(gridOf(figure, area), area, x, y);
      if (index < 0 || index >= figure.panels.count) return null;
      return entryAt(figure, index, inside(figure, area, index), x, y);
    },
    areaOf(figure, area, cell) {
      const index = cell.panel - figure.panels.first;
      if (index < 0 || index >= figure.panels.count) return null;
      return cellArea(figure, inside(figure, area, index), cell);
    },
    panel: (figure, area, index) =>
      index < figure.panels.count ? inside(figure, area, index) : null,
  };
}
