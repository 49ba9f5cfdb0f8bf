/** Small multiples: how many panels stand beside each other in an area, and where. Pure. */
import type { Axis, Cell, Figure } from "./figure.ts";
import { entryOf, placeOf } from "./figure.ts";
import type { Area, Size } from "./kind.ts";

const GAP = 6;
const LABEL = 9;

export interface PanelGrid {
  readonly columns: number;
  readonly rows: number;
  readonly panel: Size;
  /** Room above each panel for its name. */
  readonly label: number;
  readonly gap: number;
}

/** Columns that bring `count` panels of an aspect (width by height) closest to the area's own. */
function columnsFor(count: number, aspect: number, area: Size): number {
  const ideal = Math.sqrt((count * area.width) / Math.max(1e-6, area.height * aspect));
  const around = [Math.floor(ideal), Math.ceil(ideal)];
  const sizes = around.map((guess) => {
    const columns = Math.min(count, Math.max(1, guess));
    return { columns, width: fitted(count, columns, aspect, area).width };
  });
  sizes.sort((left, right) => right.width - left.width);
  return sizes[0]?.columns ?? 1;
}

function fitted(count: number, columns: number, aspect: number, area: Size): Size {
  const rows = Math.ceil(count / columns);
  const label = count > 1 ? LABEL : 0;
  const wide = (area.width - GAP * (columns - 1)) / columns;
  const high = (area.height - GAP * (rows - 1)) / rows - label;
  if (aspect <= 0) return { width: Math.max(1, wide), height: Math.max(1, high) };
  const width = Math.max(1, Math.min(wide, high * aspect));
  return { width, height: width / aspect };
}

/** Columns for an area that is made for its panels: full rows where that is near to a square. */
export function balancedColumns(count: number, aspect: number): number {
  const least = Math.max(1, Math.ceil(Math.sqrt(count / aspect) - 1e-9));
  for (let columns = least; columns <= Math.min(count, least * 1.5 + 1); columns++) {
    if (count % columns === 0) return columns;
  }
  return Math.min(count, least);
}

/** Room for so many panels of a width, with their names. */
export function spreadSize(count: number, columns: number, panel: Size): Size {
  const label = count > 1 ? LABEL : 0;
  const rows = Math.ceil(count / columns);
  return {
    width: columns * (panel.width + GAP) - GAP,
    height: rows * (panel.height + label + GAP) - GAP,
  };
}

/** `aspect` 0: panels take all the room there is. */
export function panelGrid(count: number, aspect: number, area: Size): PanelGrid {
  const wanted = aspect > 0 ? aspect : 1.7;
  const columns = count <= 1 ? 1 : columnsFor(count, wanted, area);
  return {
    columns,
    rows: Math.ceil(Math.max(1, count) / columns),
    panel: fitted(count, columns, aspect, area),
    label: count > 1 ? LABEL : 0,
    gap: GAP,
  };
}

export function gridSize({ columns, rows, panel, label, gap }: PanelGrid): Size {
  return {
    width: columns * panel.width + (columns - 1) * gap,
    height: rows * (panel.height + label) + (rows - 1) * gap,
  };
}

/** Panel number `index`; the grid stands in the middle of the area, at its top. */
export function panelArea(grid: PanelGrid, area: Area, index: number): Area {
  const { panel, label, gap } = grid;
  const left = area.x + (area.width - gridSize(grid).width) / 2;
  const column = index % grid.columns;
  const row = Math.floor(index / grid.columns);
  return {
    x: left + column * (panel.width + gap),
    y: area.y + row * (panel.height + label + gap) + label,
    width: panel.width,
    height: panel.height,
  };
}

export function panelAt(grid: PanelGrid, area: Area, x: number, y: number): number {
  const left = area.x + (area.width - gridSize(grid).width) / 2;
  const column = Math.floor((x - left) / (grid.panel.width + grid.gap));
  const row = Math.floor((y - area.y) / (grid.panel.height + grid.label + grid.gap));
  const inside = column >= 0 && column < grid.columns && row >= 0 && row < grid.rows;
  return inside ? row * grid.columns + column : -1;
}

/** The part of an axis' extent that its cells cover, as shares of its entries. */
export function coverage({ first, step, count, size }: Axis): readonly [number, number] {
  const whole = Math.max(1, size);
  return [first / whole, Math.min(1, (first + step * count) / whole)];
}

/** What part of the tensor a panel is to show; null: all of it. */
export interface View {
  readonly firstX: number;
  readonly lastX: number;
  readonly firstY: number;
  readonly lastY: number;
}

/** The entries that a picture's panels span. */
export function viewOf({ x, y }: Figure): View {
  const end = (axis: Axis) => Math.min(axis.size, axis.first + axis.step * axis.count);
  return { firstX: x.first, lastX: end(x), firstY: y.first, lastY: end(y) };
}

/** The entry of a figure under a point of a panel. */
export function entryAt(
  figure: Figure,
  panel: number,
  area: Area,
  x: number,
  y: number,
): Cell | null {
  const across = (x - area.x) / area.width;
  const down = (y - area.y) / area.height;
  if (!(across >= 0 && across < 1 && down >= 0 && down < 1)) return null;
  const view = viewOf(figure);
  return {
    panel: entryOf(figure.panels, panel),
    column: Math.floor(view.firstX + across * (view.lastX - view.firstX)),
    row: Math.floor(view.firstY + down * (view.lastY - view.firstY)),
  };
}

/** Where an entry's cell lies in a panel. */
export function cellArea(figure: Figure, area: Area, { row, column }: Cell): Area | null {
  const across = placeOf(figure.x, column);
  const down = placeOf(figure.y, row);
  if (across < 0 || down < 0) return null;
  const width = area.width / figure.x.count;
  const height = area.height / figure.y.count;
  return { x: area.x + across * width, y: area.y + down * height, width, height };
}
