/** The list of a model's runs, those of a worker that has ended included: their text is still there. */
import type { RpcClient } from "../protocol/rpc.ts";
import { type Run, runOf } from "./received.ts";

const MOST = 40;

export class RunHistory {
  /** The newest first, without tokens. */
  runs: readonly Run[] = $state.raw([]);

  private modelId: string | null = null;

  constructor(private readonly client: RpcClient) {}

  clear(): void {
    this.modelId = null;
    this.runs = [];
  }

  /** Asks for the runs that there are; once for each model. */
  async follow(modelId: string): Promise<void> {
    if (modelId === this.modelId) return;
    this.modelId = modelId;
    await this.read();
  }

  /** Which runs can still be shown. */
  async read(): Promise<void> {
    const { modelId } = this;
    if (modelId === null) return;
    try {
      const { runs } = await this.client.request("run/list", { modelId });
      if (modelId !== this.modelId) return;
      const known = new Map(runs.map((run) => [run.runId, runOf(run)]));
      const others = this.runs.filter(({ runId }) => !known.has(runId));
      this.keep([...known.values(), ...others.map(forgotten)]);
    } catch {
      // Without a worker nothing can be shown again; texts stay.
    }
  }

  note(run: Run): void {
    const others = this.runs.filter(({ runId }) => runId !== run.runId);
    this.keep([{ ...run, tokens: null }, ...others]);
  }

  /** The worker is gone, and with it what it kept. */
  forget(): void {
    this.runs = this.runs.map(forgotten);
  }

  private keep(runs: readonly Run[]): void {
    this.runs = [...runs].sort((left, right) => right.runId - left.runId).slice(0, MOST);
  }
}

function forgotten(run: Run): Run {
  return { ...run, isKept: false, phase: run.phase === "running" ? "cancelled" : run.phase };
}
