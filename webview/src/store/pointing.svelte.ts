/**
 * The entry of a block that is pointed at: its exact value is asked for when the pointer rests, and
 * kept while the run is shown. Made by each view that has a pointer.
 */
import type { BlockCell } from "../protocol/messages.generated.ts";
import type { BlockStore } from "./blocks.svelte.ts";

interface Place {
  readonly panel: number;
  readonly row: number;
  readonly column: number;
}

const REST_MS = 35;
const REMEMBERED = 2000;

export class Pointing {
  /** Exact value of the entry pointed at; null while it is on its way or cannot be had. */
  exact: BlockCell | null = $state.raw(null);

  private readonly known = new Map<string, BlockCell>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private key = "";

  constructor(private readonly blocks: BlockStore) {}

  point(blockId: number, place: Place | null): void {
    const key = place ? this.keyOf(blockId, place) : "";
    if (key === this.key) return;
    this.key = key;
    clearTimeout(this.timer);
    this.exact = this.known.get(key) ?? null;
    if (place && !this.exact) {
      this.timer = setTimeout(() => void this.ask(key, blockId, place), REST_MS);
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.key = "";
  }

  private keyOf(blockId: number, { panel, row, column }: Place): string {
    return [this.blocks.version, blockId, panel, row, column].join(" ");
  }

  private async ask(key: string, blockId: number, place: Place): Promise<void> {
    const cell = await this.blocks.cell(blockId, place);
    if (!cell) return;
    if (this.known.size > REMEMBERED) this.known.clear();
    this.known.set(key, cell);
    if (key === this.key) this.exact = cell;
  }
}
