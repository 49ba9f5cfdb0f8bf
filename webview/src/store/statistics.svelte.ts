/**
 * What is known of the inspected node's tensors beside their shapes: mean, spread, NaN and Inf, and the
 * blocks that are worth having there. Part of the session.
 */
import type {
  BlockSuggestion,
  NodeDetails,
  NodeStatistics,
} from "../protocol/messages.generated.ts";
import { RequestFailed, type RpcClient } from "../protocol/rpc.ts";

const OUTPUT = { side: "output", keys: [] } as const;

export class Statistics {
  /** Of the node that was asked for last; null where none are known. */
  current: NodeStatistics | null = $state.raw(null);
  /** Values that stand in no row, such as attention weights that are not returned. */
  suggestions: readonly BlockSuggestion[] = $state.raw([]);

  private asked = 0;
  /** The node and the call that were asked for last. */
  private shown = "";

  constructor(private readonly client: RpcClient) {}

  /** Follows the inspector. What stands there of the same call stays until the answer is here. */
  async read(
    modelId: string,
    { node, call = 1 }: Pick<NodeDetails, "node" | "call">,
  ): Promise<void> {
    const asked = ++this.asked;
    const shown = `${node} ${call}`;
    if (shown !== this.shown) this.forget();
    this.shown = shown;
    const [statistics, offers] = await Promise.all([
      orNull(this.client.request("node/statistics", { modelId, node, call: Math.max(call, 1) })),
      orNull(this.client.request("block/offer", { modelId, node, value: OUTPUT })),
    ]);
    if (asked !== this.asked) return;
    this.current = statistics;
    this.suggestions = offers?.suggestions ?? [];
  }

  clear(): void {
    this.asked++;
    this.shown = "";
    this.forget();
  }

  private forget(): void {
    this.current = null;
    this.suggestions = [];
  }
}

/** A saved picture has no such answers, and some nodes have none. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RequestFailed) return null;
    throw error;
  }
}
