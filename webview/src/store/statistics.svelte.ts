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
  private node = "";

  constructor(private readonly client: RpcClient) {}

  /** Follows the inspector. What stands there of the same node stays until the answer is here. */
  async read(modelId: string, { node }: Pick<NodeDetails, "node">): Promise<void> {
    const asked = ++this.asked;
    if (node !== this.node) this.forget();
    this.node = node;
    const [statistics, offers] = await Promise.all([
      orNull(this.client.request("node/statistics", { modelId, node })),
      orNull(this.client.request("block/offer", { modelId, node, value: OUTPUT })),
    ]);
    if (asked !== this.asked) return;
    this.current = statistics;
    this.suggestions = offers?.suggestions ?? [];
  }

  clear(): void {
    this.asked++;
    this.node = "";
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
