/** The block under the pointer, and where on the screen. */
import type { Cell } from "../blocks/figure.ts";
import type { BlockView } from "../blocks/frame.ts";

export interface PointedBlock {
  readonly view: BlockView;
  readonly cell: Cell | null;
  /** The pointer, in pixels of the graph's view. */
  readonly x: number;
  readonly y: number;
  /** Right upper corner of the block. */
  readonly right: number;
  readonly top: number;
  /** Whether there is room for buttons on it. */
  readonly wide: boolean;
}
