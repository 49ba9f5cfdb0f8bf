/** What the shown run predicts: a strip over all positions, a table at one, any token by name. */
import type { FoundTokens, Prediction, PredictionStrip } from "../protocol/messages.generated.ts";
import { RequestFailed, type RpcClient } from "../protocol/rpc.ts";
import { type Run, type Trouble, troubleOf } from "./received.ts";

export class Predictions {
  position: number | null = $state(null);
  prediction: Prediction | null = $state.raw(null);
  strip: PredictionStrip | null = $state.raw(null);
  found: FoundTokens | null = $state.raw(null);
  /** The token that the user asks for. */
  wanted = $state("");
  /** Why the wanted token was not found, or no table can be read. */
  problem: Trouble | null = $state.raw(null);

  private run: Run | null = null;
  /** What the position was chosen in. */
  private text = "";
  private asked = 0;
  private search = 0;

  constructor(private readonly client: RpcClient) {}

  /** A run begins, or the text is another one: nothing is known any more. */
  clear(): void {
    this.asked++;
    this.search++;
    this.run = null;
    this.prediction = null;
    this.strip = null;
    this.found = null;
    this.problem = null;
  }

  /** The position, too, belongs to another model. */
  reset(): void {
    this.clear();
    this.position = null;
    this.wanted = "";
  }

  /** A run is over: its predictions can be read. */
  async show(run: Run): Promise<void> {
    this.clear();
    if (!run.tokens || run.predictionCount === 0) return;
    this.run = run;
    const last = run.predictionFirst + run.predictionCount - 1;
    const text = run.tokens.texts.join("");
    const kept = text === this.text && this.position !== null && this.predicts(this.position);
    this.text = text;
    await Promise.all([this.choose(kept ? (this.position ?? last) : last), this.readStrip(run)]);
  }

  /** Whether next tokens are known after a position. */
  predicts(position: number): boolean {
    const { predictionFirst: first = 0, predictionCount: count = 0 } = this.run ?? {};
    return position >= first && position < first + count;
  }

  async choose(position: number): Promise<void> {
    if (!this.run || !this.predicts(position)) return;
    this.position = position;
    const asked = ++this.asked;
    const { modelId, runId } = this.run;
    try {
      const params = { modelId, runId, position, count: 10 };
      const prediction = await this.client.request("prediction/read", params);
      if (asked !== this.asked) return;
      this.prediction = prediction;
      this.problem = null;
    } catch (error) {
      if (asked !== this.asked) return;
      this.prediction = null;
      this.fail(error);
    }
    await this.find(this.wanted);
  }

  /** How likely a token is that the user names, after the chosen position. */
  async find(text: string): Promise<void> {
    this.wanted = text;
    const search = ++this.search;
    const { run, position } = this;
    if (text === "" || !run || position === null) {
      this.found = null;
      return;
    }
    const { modelId, runId } = run;
    try {
      const params = { modelId, runId, position, text };
      const found = await this.client.request("prediction/find", params);
      if (search !== this.search) return;
      this.found = found;
      this.problem = null;
    } catch (error) {
      if (search !== this.search) return;
      this.found = null;
      this.fail(error);
    }
  }

  private async readStrip({ modelId, runId }: Run): Promise<void> {
    try {
      const strip = await this.client.request("prediction/strip", { modelId, runId });
      if (this.run?.runId === runId) this.strip = strip;
    } catch {
      // The table says why; a strip is a help beside it.
    }
  }

  private fail(error: unknown): void {
    if (error instanceof RequestFailed) this.problem = troubleOf(error.problem);
  }
}
