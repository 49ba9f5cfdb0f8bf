/** Mean, spread, NaN and Inf of what the inspected node took and returned. Part of the session. */
import type { NodeDetails, NodeStatistics } from "../protocol/messages.generated.ts";
import { RequestFailed, type RpcClient } from "../protocol/rpc.ts";

export class Statistics {
  /** Of the node that was asked for last; null where none are known. */
  current: NodeStatistics | null = $state.raw(null);

  private asked = 0;
  private node = "";

  constructor(private readonly client: RpcClient) {}

  /** Follows the inspector. What stands there of the same node stays until the answer is here. */
  async read(modelId: string, { node }: Pick<NodeDetails, "node">): Promise<void> {
    const asked = ++this.asked;
    if (node !== this.node) this.current = null;
    this.node = node;
    try {
      const found = await this.client.request("node/statistics", { modelId, node });
      if (asked === this.asked) this.current = found;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (asked === this.asked) this.current = null;
    }
  }

  clear(): void {
    this.asked++;
    this.node = "";
    this.current = null;
  }
}
