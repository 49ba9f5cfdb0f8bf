/**
 * A block while it is put together: what the tensor can be drawn as, the choices made, and what they
 * show. Made for each tensor that is clicked, and for each block that is edited.
 */
import type {
  Block,
  BlockDimension,
  BlockOffer,
  BlockPicture,
  DimensionRole,
  ValueReference,
} from "../protocol/messages.generated.ts";
import { RequestFailed } from "../protocol/rpc.ts";
import type { BlockStore } from "./blocks.svelte.ts";
import { type Trouble, troubleOf } from "./received.ts";

const PREVIEW = { width: 320, height: 320 } as const;
const WAIT_MS = 90;

/** Roles that one dimension at most can have, unless the kind itself gives them to several. */
const SINGLE: ReadonlySet<DimensionRole> = new Set(["x", "y"]);

/** Gives a dimension a role; who had it, if only one can, gets the old one. */
export function withRole(
  roles: readonly DimensionRole[],
  dimension: number,
  role: DimensionRole,
  guessed: readonly DimensionRole[] = [],
): DimensionRole[] {
  const old = roles[dimension];
  const single = SINGLE.has(role) && guessed.filter((other) => other === role).length <= 1;
  return roles.map((other, index) => {
    if (index === dimension) return role;
    return other === role && single && old ? old : other;
  });
}

/** What a block is of. */
export interface BlockSubject {
  readonly node: string;
  readonly value: ValueReference;
  /** Which call of the node, from 1. */
  readonly call: number;
}

export class Composing {
  dimensions: readonly BlockDimension[] = $state.raw([]);
  offers: readonly BlockOffer[] = $state.raw([]);
  draft: Block = $state.raw(EMPTY);
  picture: BlockPicture | null = $state.raw(null);
  problem: Trouble | null = $state.raw(null);
  loading = $state(true);
  saving = $state(false);

  readonly offer: BlockOffer | null = $derived(
    this.offers.find(({ kind }) => kind === this.draft.kind) ?? null,
  );

  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  constructor(
    private readonly blocks: BlockStore,
    private readonly subject: BlockSubject,
    /** The block that is edited; null: a new one. */
    readonly existing: Block | null,
    /** The kind to begin with; empty: the most fitting. */
    private readonly wanted = "",
  ) {}

  async start(): Promise<void> {
    try {
      const { node, value } = this.subject;
      const call = this.existing?.call ?? this.subject.call;
      const { dimensions, offers } = await this.blocks.offer(node, value, call);
      this.dimensions = dimensions;
      this.offers = offers;
      const fitting = offers.filter(({ refusal }) => !refusal);
      const first = fitting.find(({ kind }) => kind === this.wanted) ?? fitting[0];
      if (this.existing) this.take(this.completed(this.existing));
      else if (first) this.choose(first.kind);
      else this.problem = refused(offers);
    } catch (error) {
      this.fail(error);
    } finally {
      this.loading = false;
    }
  }

  choose(kind: string): void {
    const offer = this.offers.find((candidate) => candidate.kind === kind);
    if (!offer || offer.refusal) return;
    const indices = this.dimensions.map((_, dimension) => this.draft.indices?.[dimension] ?? 0);
    const { node, value } = this.subject;
    const blockId = this.existing?.blockId ?? 0;
    const call = this.existing?.call ?? this.subject.call;
    this.take({ blockId, node, value, kind, roles: offer.roles, indices, options: [], call });
  }

  setRole(dimension: number, role: DimensionRole): void {
    this.take({
      ...this.draft,
      roles: withRole(this.draft.roles, dimension, role, this.offer?.roles),
    });
  }

  setIndex(dimension: number, index: number): void {
    const indices = this.dimensions.map((_, other) =>
      other === dimension ? index : (this.draft.indices?.[other] ?? 0),
    );
    this.take({ ...this.draft, indices });
  }

  optionValue(name: string): string {
    const given = this.draft.options?.find(([other]) => other === name)?.[1];
    return given ?? this.offer?.options.find((option) => option.name === name)?.value ?? "";
  }

  setOption(name: string, text: string): void {
    const others = (this.draft.options ?? []).filter(([other]) => other !== name);
    this.take({ ...this.draft, options: [...others, [name, text]] });
  }

  /** True if the block stands in the graph now. */
  async save(): Promise<boolean> {
    this.saving = true;
    try {
      await this.blocks.put(this.draft);
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    } finally {
      this.saving = false;
    }
  }

  close(): void {
    clearTimeout(this.timer);
    this.asked++;
  }

  /** Roles and indices may be left out of a block: then they are as guessed. */
  private completed(block: Block): Block {
    const offer = this.offers.find(({ kind }) => kind === block.kind);
    const roles = block.roles.length > 0 ? block.roles : (offer?.roles ?? []);
    const indices = this.dimensions.map((_, dimension) => block.indices?.[dimension] ?? 0);
    return { ...block, roles, indices };
  }

  private take(draft: Block): void {
    this.draft = draft;
    this.problem = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.preview(), this.picture ? WAIT_MS : 0);
  }

  private async preview(): Promise<void> {
    const asked = ++this.asked;
    try {
      const block = { ...this.draft, blockId: 0 };
      const picture = await this.blocks.look({ block, ...PREVIEW });
      if (asked === this.asked) this.picture = picture;
    } catch (error) {
      if (asked === this.asked) this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (!(error instanceof RequestFailed)) throw error;
    this.problem = troubleOf(error.problem);
  }
}

const EMPTY: Block = {
  blockId: 0,
  node: "",
  value: { side: "output", keys: [] },
  kind: "",
  roles: [],
};

function refused(offers: readonly BlockOffer[]): Trouble {
  const message = offers[0]?.refusal ?? "Nothing can be drawn of this.";
  const bare = { action: "none", node: null, file: null, line: null } as const;
  return { code: "block.refused", message, hint: "", ...bare };
}
