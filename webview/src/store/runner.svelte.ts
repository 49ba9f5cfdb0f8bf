/** Runs: text or inputs, tokens, events, predictions. Part of the session. */
import type { Prediction, RunEvents, RunState, Tokens } from "../protocol/messages.generated.ts";
import { RequestFailed, type RpcClient } from "../protocol/rpc.ts";
import { type Model, type Run, runOf, type Trouble, troubleOf } from "./received.ts";
import { RunTracker } from "./runs.ts";

const TOKENIZE_DELAY_MS = 150;

export class Runner {
  text = $state("");
  inputs = $state("");
  run: Run | null = $state.raw(null);
  /** Tokens of what is written in the box, when that is not what was run. */
  draft: Tokens | null = $state.raw(null);
  position: number | null = $state(null);
  prediction: Prediction | null = $state.raw(null);
  problem: Trouble | null = $state.raw(null);
  starting = $state(false);
  /** Grows with each event that was taken. */
  progress = $state(0);
  tracker: RunTracker | null = null;

  readonly running: boolean = $derived(this.starting || this.run?.phase === "running");
  readonly tokens: Tokens | null = $derived(this.draft ?? this.run?.tokens ?? null);

  private model: Model | null = null;
  private ranText: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private catchingUp = false;

  constructor(private readonly client: RpcClient) {}

  /** Another model, or the same after a restart: what was run before no longer counts. */
  follow(model: Model): void {
    const fresh = this.model?.modelId !== model.modelId || model.phase === "starting";
    const introduced = this.model?.summary ?? null;
    this.model = model;
    if (fresh) this.reset();
    if (model.summary && (!introduced || fresh)) this.introduce(model);
    if (model.phase === "stopped" || model.phase === "failed") this.abandon();
    if (model.runId > 0 && this.run === null && model.phase === "ready")
      void this.catchUp(model.runId);
  }

  clear(): void {
    this.model = null;
    this.text = "";
    this.inputs = "";
    this.reset();
  }

  async start(): Promise<void> {
    const model = this.model;
    if (!model?.summary || this.running) return;
    const text = model.summary.takesText ? this.text : null;
    const inputs = text === null && this.inputs.trim() !== "" ? this.inputs : null;
    this.begin(text);
    try {
      const params = { modelId: model.modelId, text, inputs };
      this.runChanged(await this.client.request("run/start", params));
    } catch (error) {
      if (error instanceof RequestFailed) this.problem = troubleOf(error.problem);
    } finally {
      this.starting = false;
    }
  }

  async cancel(): Promise<void> {
    const run = this.run;
    if (run?.phase !== "running") return;
    try {
      const { modelId, runId } = run;
      this.runChanged(await this.client.request("run/cancel", { modelId, runId }));
    } catch (error) {
      if (error instanceof RequestFailed) this.problem = troubleOf(error.problem);
    }
  }

  runChanged(state: RunState): void {
    const run = runOf(state);
    if (run.modelId !== this.model?.modelId || run.runId < (this.run?.runId ?? 0)) return;
    const late = run.runId === this.run?.runId && this.run.phase !== "running";
    if (late && run.phase === "running") return;
    this.run = run;
    this.trackerOf(run.runId).phase = run.phase;
    this.trackerOf(run.runId).failedNode = run.problem?.node ?? null;
    this.problem = run.problem;
    this.progress++;
    if (run.phase !== "running") this.ended(run);
  }

  events(events: RunEvents): void {
    if (events.modelId !== this.model?.modelId) return;
    if (events.runId < (this.run?.runId ?? 0)) return;
    if (!this.trackerOf(events.runId).accept(events)) void this.catchUp(events.runId);
    this.progress++;
  }

  /** A hidden page misses messages: ask for them when it is seen again. */
  resume(): void {
    const run = this.run;
    if (run && this.tracker && (run.phase === "running" || this.tracker.next < run.eventCount)) {
      void this.catchUp(run.runId);
    }
  }

  edited(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.tokenize(), TOKENIZE_DELAY_MS);
  }

  async choose(position: number): Promise<void> {
    this.position = position;
    const run = this.run;
    if (!run?.predictsTokens || run.phase === "running" || this.draft) return;
    const asked = ++this.asked;
    const { modelId, runId } = run;
    try {
      const params = { modelId, runId, position, count: 10 };
      const prediction = await this.client.request("prediction/read", params);
      if (asked === this.asked) this.prediction = prediction;
    } catch (error) {
      if (asked === this.asked) this.prediction = null;
      if (error instanceof RequestFailed) this.problem = troubleOf(error.problem);
    }
  }

  private introduce(model: Model): void {
    const summary = model.summary;
    if (!summary) return;
    if (this.text === "") this.text = summary.exampleText;
    if (this.inputs === "") this.inputs = summary.exampleInputs;
    if (summary.takesText && model.phase === "ready") void this.tokenize();
    else if (summary.takesText) this.edited();
  }

  private begin(text: string | null): void {
    clearTimeout(this.timer);
    this.starting = true;
    this.problem = null;
    this.prediction = null;
    this.draft = null;
    this.ranText = text;
  }

  private reset(): void {
    clearTimeout(this.timer);
    this.run = null;
    this.tracker = null;
    this.draft = null;
    this.position = null;
    this.prediction = null;
    this.problem = null;
    this.ranText = null;
    this.starting = false;
    this.progress++;
  }

  /** The worker is gone: a run that was under way will send nothing more. */
  private abandon(): void {
    if (this.run?.phase !== "running") return;
    this.run = { ...this.run, phase: "cancelled" };
    if (this.tracker) this.tracker.phase = "cancelled";
    this.progress++;
  }

  private trackerOf(runId: number): RunTracker {
    if (this.tracker?.runId !== runId) {
      this.tracker = new RunTracker(runId);
      this.tracker.phase = "running";
    }
    return this.tracker;
  }

  private ended(run: Run): void {
    if (this.tracker && this.tracker.next < run.eventCount) void this.catchUp(run.runId);
    if (!run.tokens || run.phase !== "finished") return;
    const last = run.tokens.ids.length - 1;
    const kept = this.position !== null && this.position <= last && this.position;
    void this.choose(kept === false ? last : kept);
  }

  private async catchUp(runId: number): Promise<void> {
    const modelId = this.model?.modelId;
    if (this.catchingUp || modelId === undefined) return;
    this.catchingUp = true;
    try {
      for (let more = true; more; ) {
        const tracker = this.trackerOf(runId);
        const first = tracker.next;
        const record = await this.client.request("run/read", { modelId, runId, first });
        if (this.model?.modelId !== modelId || this.tracker !== tracker) return;
        tracker.accept(record.events);
        if (this.run?.runId !== runId || record.state.phase !== this.run.phase) {
          this.runChanged(record.state);
        }
        this.progress++;
        more = record.events.kinds.length > 0 && tracker.next < record.state.eventCount;
      }
    } catch {
      // The run is no longer known; the model's state tells why.
    } finally {
      this.catchingUp = false;
    }
  }

  private async tokenize(): Promise<void> {
    const model = this.model;
    if (!model?.summary?.takesText || this.running) return;
    if (this.text === this.ranText) {
      this.draft = null;
      return;
    }
    const text = this.text;
    try {
      const draft = await this.client.request("text/tokenize", { modelId: model.modelId, text });
      if (text !== this.text || this.running) return;
      this.draft = draft;
      this.prediction = null;
      this.position = null;
    } catch {
      // Chips are a preview: a run says what is wrong with the text.
    }
  }
}
