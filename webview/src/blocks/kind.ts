/**
 * What a kind of block is to everything else: a size, a drawing, and which entry lies under a point.
 * A new kind is one file in `kinds/`. It knows no graph and no page; the brush is all it draws with.
 */
import type { Brush } from "./brush.ts";
import type { Cell, Figure } from "./figure.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Area extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Kind {
  /** As in `Block.kind`. */
  readonly name: string;
  /** Whether values stand upwards, so that rows have no place of their own. */
  readonly isPlot: boolean;
  /** Room that the drawing takes in the graph; null: nothing is known of it yet. */
  size(figure: Figure | null): Size;
  draw(brush: Brush, figure: Figure, area: Area): void;
  /** The entry under a point of the area. */
  cellAt(figure: Figure, area: Area, x: number, y: number): Cell | null;
  /** Where an entry is drawn. */
  areaOf(figure: Figure, area: Area, cell: Cell): Area | null;
  /** What is written along the upward axis of a large panel of a height; none if not given. */
  numbers?(figure: Figure, height: number): readonly string[];
  /** The area of one panel, for axes around it; null if it has none. */
  panel(figure: Figure, area: Area, index: number): Area | null;
}
