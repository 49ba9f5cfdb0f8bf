/**
 * A block seen large: one panel of it or all, a part of its axes or all, and the entry chosen. Made
 * when a block is opened.
 */
import type { Block, BlockPicture, BlockWindow } from "../protocol/messages.generated.ts";
import { RequestFailed } from "../protocol/rpc.ts";
import type { BlockStore } from "./blocks.svelte.ts";
import { type Trouble, troubleOf } from "./received.ts";

export class Looking {
  /** What stands large. */
  picture: BlockPicture | null = $state.raw(null);
  /** All panels, small. */
  multiples: BlockPicture | null = $state.raw(null);
  problem: Trouble | null = $state.raw(null);
  /** Entry along `panels`; -1: all of them. */
  panel = $state(-1);
  window: BlockWindow | null = $state.raw(null);
  stale = $state(false);

  private asked = 0;

  constructor(private readonly blocks: BlockStore) {}

  /** Reads what is shown at a size in pixels, and first of all what panels there are. */
  async read(
    block: Block,
    size: { readonly width: number; readonly height: number },
  ): Promise<void> {
    const asked = ++this.asked;
    this.stale = true;
    try {
      if (!this.multiples) await this.readMultiples(block, asked);
      if (asked !== this.asked) return;
      const { panel, window } = this;
      const picture = await this.blocks.look({ block, ...size, panel, window });
      if (asked !== this.asked) return;
      this.picture = picture;
      this.problem = troubleOf(picture.problem);
      this.stale = false;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (asked === this.asked) this.problem = troubleOf(error.problem);
    }
  }

  /** Another run, or the block is another: the panels too are read anew. */
  outdate(): void {
    this.multiples = null;
    this.stale = true;
  }

  private async readMultiples(block: Block, asked: number): Promise<void> {
    const multiples = await this.blocks.look({ block, width: 64, height: 64 });
    if (asked !== this.asked) return;
    const { size } = multiples.panels;
    if (this.panel >= size) this.panel = -1;
    const first = this.multiples === null && this.picture === null;
    if (first && size > 1 && size <= MANY) this.panel = 0;
    if (first && block.kind === "slice") this.window = tableOf(multiples);
    this.multiples = multiples;
  }
}

/** More panels than this are first seen all together. */
const MANY = 64;
/** As many rows and columns as can be read as numbers. */
const TABLE = { columns: 14, rows: 24 } as const;

function tableOf({ x, y }: BlockPicture): BlockWindow | null {
  if (x.size <= TABLE.columns && y.size <= TABLE.rows) return null;
  const lastX = Math.min(x.size, TABLE.columns);
  return { firstX: 0, lastX, firstY: 0, lastY: Math.min(y.size, TABLE.rows) };
}
