/**
 * Visualization blocks: which there are, and what they show of the run. Part of the session.
 * It reads only what the view says it can see, at the size it is seen at.
 */
import type {
  Block,
  BlockCell,
  BlockOffers,
  BlockPicture,
  Blocks,
  BlockWindow,
  ReadBlock,
  ValueReference,
} from "../protocol/messages.generated.ts";
import { RequestFailed, type RpcClient } from "../protocol/rpc.ts";
import { type Model, respondsAgain, type Trouble, troubleOf } from "./received.ts";

export interface Shown {
  readonly picture: BlockPicture;
  /** Of an older run, or of what the block was before. */
  readonly stale: boolean;
}

/** A block in view, and the pixels that one panel of it covers. */
export interface Need {
  readonly blockId: number;
  readonly width: number;
  readonly height: number;
}

/** What a larger view asks for. */
export interface Detail {
  readonly block: Block;
  readonly width: number;
  readonly height: number;
  readonly panel?: number;
  readonly window?: BlockWindow | null;
}

interface Reading {
  readonly width: number;
  readonly height: number;
}

const SMALLEST = 32;
const LARGEST = 1024;

/** Sizes that pictures are asked at: powers of two, so that zooming asks seldom. */
export function pixelsFor(length: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, length)));
  return Math.min(LARGEST, Math.max(SMALLEST, wanted));
}

/** Whether two blocks show the same of the same. */
function isSame(left: Block, right: Block): boolean {
  const parts = ({ node, value, kind, call }: Block) =>
    JSON.stringify([node, value.side, value.keys, kind, call ?? 1]);
  return parts(left) === parts(right);
}

/** Changes whenever tensors may be others. */
function momentOf({ graphVersion, runId, shownRunId }: Model): string {
  return `${graphVersion} ${runId} ${shownRunId}`;
}

export class BlockStore {
  blocks: readonly Block[] = $state.raw([]);
  shown: ReadonlyMap<number, Shown> = $state.raw(new Map());
  problem: Trouble | null = $state.raw(null);
  /** The block that is open large. */
  opened: number | null = $state(null);
  /** The node that has just got a block: the view keeps it in sight while it grows. */
  added: string | null = null;
  /** Grows with each run and each change of what a block shows. */
  version = $state(0);

  private model: Model | null = null;
  private kept: readonly Block[] = [];
  /** Whether `blocks` is all there is: they were listed, and those kept were put back. */
  private settled = false;
  private listing = false;
  private needs: readonly Need[] = [];
  private readonly readings = new Map<number, Reading>();

  constructor(private readonly client: RpcClient) {}

  /** Blocks of an earlier window, to be put back where the model had to be opened again. */
  restore(blocks: readonly Block[]): void {
    this.kept = blocks;
  }

  /** What a reload should bring back. */
  get lasting(): readonly Block[] {
    return this.settled ? this.blocks : this.kept;
  }

  follow(model: Model): void {
    const before = this.model;
    this.model = model;
    if (before && before.modelId !== model.modelId) this.startAnew([]);
    else if (model.phase === "starting") this.startAnew(this.lasting);
    if (!this.listing && model.phase === "ready") void this.list(model.modelId);
    const isOld = before && momentOf(before) !== momentOf(model);
    if (isOld || respondsAgain(before, model)) this.outdate();
  }

  clear(): void {
    this.model = null;
    this.startAnew([]);
  }

  changed({ modelId, blocks }: Blocks): void {
    if (modelId === this.model?.modelId) this.take(blocks);
  }

  /** Another run is shown: every picture is read again, those in view first. */
  outdate(): void {
    this.version++;
    this.readings.clear();
    this.shown = new Map([...this.shown].map(([id, shown]) => [id, { ...shown, stale: true }]));
    this.read();
  }

  /** What can be seen of blocks, and how large. */
  want(needs: readonly Need[]): void {
    this.needs = needs;
    this.read();
  }

  offer(node: string, value: ValueReference, call = 1): Promise<BlockOffers> {
    return this.client.request("block/offer", { modelId: this.modelId, node, value, call });
  }

  async put(block: Block): Promise<Block> {
    const put = await this.client.request("block/put", { modelId: this.modelId, block });
    if (block.blockId === 0 && this.settled) this.added = block.node;
    if (!this.blocks.some(({ blockId }) => blockId === put.blockId))
      this.take([...this.blocks, put]);
    else this.take(this.blocks.map((other) => (other.blockId === put.blockId ? put : other)));
    return put;
  }

  async remove(blockId: number): Promise<void> {
    await this.guard(async () => {
      await this.client.request("block/remove", { modelId: this.modelId, blockId });
      this.take(this.blocks.filter((block) => block.blockId !== blockId));
    });
  }

  /** A picture at a size of its own; a block that is no member yet is a draft. */
  look({ block, width, height, panel = -1, window = null }: Detail): Promise<BlockPicture> {
    const draft = block.blockId === 0 ? block : null;
    const size = { width: pixelsFor(width), height: pixelsFor(height) };
    const params = { ...this.reference(block.blockId), ...size, panel, window, draft };
    return this.client.request("block/read", params);
  }

  /** The exact value of an entry; null where it cannot be had. */
  async cell(
    blockId: number,
    {
      panel,
      row,
      column,
    }: { readonly panel: number; readonly row: number; readonly column: number },
  ): Promise<BlockCell | null> {
    const params = { modelId: this.modelId, blockId, runId: 0, panel, row, column };
    try {
      return await this.client.request("block/cell", params);
    } catch (error) {
      if (error instanceof RequestFailed) return null;
      throw error;
    }
  }

  private get modelId(): string {
    return this.model?.modelId ?? "";
  }

  private reference(blockId: number): Pick<ReadBlock, "modelId" | "blockId" | "runId"> {
    return { modelId: this.modelId, blockId, runId: 0 };
  }

  private startAnew(kept: readonly Block[]): void {
    this.kept = kept;
    this.settled = false;
    this.listing = false;
    this.blocks = [];
    this.shown = new Map();
    this.opened = null;
    this.problem = null;
    this.readings.clear();
  }

  private async list(modelId: string): Promise<void> {
    this.listing = true;
    const { kept } = this;
    await this.guard(async () => {
      const { blocks } = await this.client.request("block/list", { modelId });
      if (modelId !== this.model?.modelId) return;
      this.take(blocks);
      if (blocks.length === 0) await this.putBack(kept);
      this.settled = true;
    });
  }

  /** Another page of the same model may have been quicker. */
  private async putBack(kept: readonly Block[]): Promise<void> {
    for (const block of kept) {
      if (this.blocks.some((other) => isSame(block, other))) continue;
      await this.guard(async () => void (await this.put({ ...block, blockId: 0 })));
    }
  }

  private take(blocks: readonly Block[]): void {
    const before = new Map(this.blocks.map((block) => [block.blockId, JSON.stringify(block)]));
    for (const block of blocks) {
      const known = before.get(block.blockId);
      if (known !== undefined && known !== JSON.stringify(block)) this.outdateOne(block.blockId);
    }
    const ids = new Set(blocks.map(({ blockId }) => blockId));
    this.blocks = blocks;
    this.shown = new Map([...this.shown].filter(([id]) => ids.has(id)));
    for (const id of this.readings.keys()) if (!ids.has(id)) this.readings.delete(id);
    if (this.opened !== null && !ids.has(this.opened)) this.opened = null;
    this.read();
  }

  private outdateOne(blockId: number): void {
    this.readings.delete(blockId);
    const shown = this.shown.get(blockId);
    if (shown) this.shown = new Map(this.shown).set(blockId, { ...shown, stale: true });
    this.version++;
  }

  private read(): void {
    if (!this.listing) return;
    for (const need of this.needs) void this.readOne(need);
  }

  /** Reads a block again where it is out of date or is drawn larger than it was read. */
  private async readOne({ blockId, width, height }: Need): Promise<void> {
    const size = { width: pixelsFor(width), height: pixelsFor(height) };
    const known = this.readings.get(blockId);
    if (known && known.width >= size.width && known.height >= size.height) return;
    if (!this.blocks.some((block) => block.blockId === blockId)) return;
    const reading: Reading = size;
    this.readings.set(blockId, reading);
    try {
      const params = { ...this.reference(blockId), ...size };
      const picture = await this.client.request("block/read", params);
      if (this.readings.get(blockId) === reading) this.show(blockId, picture);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (this.readings.get(blockId) === reading) this.refused(blockId, troubleOf(error.problem));
    }
  }

  private show(blockId: number, picture: BlockPicture): void {
    this.shown = new Map(this.shown).set(blockId, { picture, stale: false });
  }

  /** What could not be read says so in its own place. */
  private refused(blockId: number, problem: Trouble): void {
    const block = this.blocks.find((candidate) => candidate.blockId === blockId);
    const empty = { name: "", size: 0, first: 0, step: 1, count: 0, labels: [] };
    this.show(blockId, {
      modelId: this.modelId,
      blockId,
      runId: 0,
      kind: block?.kind ?? "",
      title: "",
      note: "",
      problem,
      panels: empty,
      x: empty,
      y: empty,
      scale: "sequential",
      low: 0,
      high: 0,
      arrays: [],
      texts: [],
      statistics: null,
    });
  }

  private async guard(action: () => Promise<void>): Promise<void> {
    this.problem = null;
    try {
      await action();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      this.problem = troubleOf(error.problem);
    }
  }
}
