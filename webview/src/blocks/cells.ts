/** Grids of coloured cells, as attention, heat maps, slices and the logit lens have them. */
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
import { type Pixels, pixelsOf } from "./pixels.ts";

/** By figure, then by panel and theme. */
const painted = new WeakMap<Figure, Map<string, Pixels>>();

/** What is painted once for each figure. */
export function keptPixels(figure: Figure, key: string, paint: () => Pixels | null): Pixels | null {
  const all = painted.get(figure) ?? new Map<string, Pixels>();
  const pixels = all.get(key) ?? paint();
  if (pixels) painted.set(figure, all.set(key, pixels));
  return pixels;
}

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
function coloursOf(figure: Figure, panel: number, dark: boolean): Pixels | null {
  const values = figure.numbers("values")?.values;
  const { count: width } = figure.x;
  const { count: height } = figure.y;
  if (!values || width * height === 0) return null;
  const own = values.subarray(panel * width * height, (panel + 1) * width * height);
  const map = colourMap(figure.picture.scale, dark);
  return pixelsOf({ width, height }, (colours) => paint(own, colours, rangeOf(figure), map));
}

/** The cells of one panel, scaled into an area. */
export function drawCells(brush: Brush, figure: Figure, panel: number, area: Area): void {
  const { dark } = brush.theme;
  const pixels = keptPixels(figure, `${panel} ${dark}`, () => coloursOf(figure, panel, dark));
  if (pixels) brush.image(pixels, area);
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

/** How much wider than the room cells may make a panel: more would leave most of it empty. */
const WIDEST = 2.5;

/** Cells so much wider than high that text fits, where that is possible; else all the room. */
export function flat(least: number): Cells["aspect"] {
  return ({ x, y }, area) => {
    const whole = area.width / area.height;
    const wanted = (least * x.count) / Math.max(1, y.count);
    const isReduced = x.step > 1 || y.step > 1;
    return isReduced || wanted > WIDEST * whole ? whole : Math.max(whole, wanted);
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
        if (brush.isOutside(panel)) continue;
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
