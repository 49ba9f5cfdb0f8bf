/** Runs: text or inputs, tokens, events, and which of them is shown. Part of the session. */
import type { RunEvents, RunState, StartRun, Tokens } from "../protocol/messages.generated.ts";
import { RequestFailed, type RpcClient } from "../protocol/rpc.ts";
import { RunHistory } from "./history.svelte.ts";
import { Predictions } from "./predictions.svelte.ts";
import {
  isUnresponsive,
  type Model,
  type Run,
  runOf,
  type Trouble,
  troubleOf,
} from "./received.ts";
import { Replay } from "./replay.svelte.ts";
import { RunTracker } from "./runs.ts";
import { Uploads } from "./uploads.svelte.ts";

const TOKENIZE_DELAY_MS = 150;
/** Behind the last event of any run: the answer holds the state alone. */
const NO_EVENTS = 2 ** 30;

export interface Generation {
  readonly tokenCount: number;
  readonly temperature: number;
  readonly seed: number;
}

export class Runner {
  text = $state("");
  inputs = $state("");
  run: Run | null = $state.raw(null);
  /** Tokens of what is written in the box, when that is not what was run. */
  draft: Tokens | null = $state.raw(null);
  problem: Trouble | null = $state.raw(null);
  starting = $state(false);
  /** Grows with each event that was taken. */
  progress = $state(0);

  readonly predictions: Predictions;
  readonly history: RunHistory;
  readonly uploads: Uploads;
  readonly replay: Replay;
  readonly running: boolean = $derived(this.starting || this.run?.phase === "running");
  readonly tokens: Tokens | null = $derived(this.draft ?? this.run?.tokens ?? null);

  private model: Model | null = null;
  private own: RunTracker | null = null;
  /** The highest number of a run so far. */
  private newest = 0;
  /** The run that the graph shows, or is about to. */
  private shown = 0;
  private ranText: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private catchingUp: RunTracker | null = null;
  private isRestored = false;

  constructor(private readonly client: RpcClient) {
    this.predictions = new Predictions(client);
    this.history = new RunHistory(client);
    this.uploads = new Uploads(client);
    this.replay = new Replay(client, () => this.progress++);
  }

  /** How far the shown run is; during a replay, how far that is. */
  get tracker(): RunTracker | null {
    return this.replay.tracker ?? this.own;
  }

  /** Another model, or the same after a restart: what was run before no longer counts. */
  follow(model: Model): void {
    const reloaded = this.model?.difference?.graphVersion !== model.difference?.graphVersion;
    const fresh = this.model?.modelId !== model.modelId || model.phase === "starting" || reloaded;
    const another = this.model !== null && this.model.modelId !== model.modelId;
    const introduced = this.model?.summary ?? null;
    this.model = model;
    const { problem } = this;
    if (fresh) this.reset();
    // The one thing of the run before that still counts: why it ended.
    if (reloaded && problem?.code === "run.replaced") this.problem = problem;
    if (another) this.history.clear();
    else if (reloaded || model.phase === "starting" || model.phase === "stopped")
      this.history.forget();
    if (model.summary && (!introduced || fresh)) this.introduce(model);
    if (model.phase === "stopped" || model.phase === "failed") this.abandon();
    if (model.phase === "ready") this.followRuns(model);
  }

  /** The model responds again: that a request was refused meanwhile counts no more. */
  respondsAgain(): void {
    if (isUnresponsive(this.problem)) this.problem = null;
  }

  /** What stood in the boxes before the page was loaded again: no run takes its place. */
  restore(text: string, inputs: string): void {
    this.text = text;
    this.inputs = inputs;
    this.isRestored = text !== "" || inputs !== "";
  }

  clear(): void {
    this.model = null;
    this.restore("", "");
    this.uploads.clear();
    this.history.clear();
    this.reset();
  }

  /** Runs what stands in the box: once, or once for each token to generate. */
  async start(generation: Generation | null = null): Promise<void> {
    const model = this.model;
    if (!model?.summary || this.running) return;
    const text = model.summary.takesText ? this.text : null;
    const inputs = this.inputs.trim() === "" ? null : this.inputs;
    this.begin(text);
    try {
      const params = { modelId: model.modelId, text, inputs, ...generation };
      this.runChanged(await this.request(params));
    } catch (error) {
      if (error instanceof RequestFailed) this.problem = troubleOf(error.problem);
      void this.tokenize();
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

  /** Shows an earlier run again, with its text in the box; of one that is gone only the text. */
  async select(run: Run): Promise<void> {
    if (this.running) return;
    this.isRestored = false;
    this.problem = null;
    if (!run.isKept) return this.write(run);
    this.replay.close();
    const { modelId, runId } = run;
    const before = this.shown;
    this.shown = runId;
    try {
      const state = await this.client.request("run/select", { modelId, runId });
      if (this.shown === runId) this.show(runOf(state));
    } catch (error) {
      if (this.shown === runId) this.shown = before;
      if (error instanceof RequestFailed) this.problem = troubleOf(error.problem);
      void this.history.read();
    }
  }

  runChanged(state: RunState): void {
    const run = runOf(state);
    if (run.modelId !== this.model?.modelId) return;
    const current = this.run?.runId === run.runId ? this.run : null;
    const late = current && current.phase !== "running" && run.phase === "running";
    if (late) return;
    this.history.note(run);
    if (run.runId > this.newest) this.meet(run);
    else if (!current) return;
    this.adopt(run);
  }

  events(events: RunEvents): void {
    if (events.modelId !== this.model?.modelId || events.runId < this.newest) return;
    // An earlier run was selected meanwhile.
    if (this.run && this.run.runId < events.runId && events.runId === this.newest) return;
    if (!this.trackerOf(events.runId).accept(events)) void this.catchUp(events.runId);
    this.progress++;
  }

  /** A hidden page misses messages: ask for them when it is seen again. */
  resume(): void {
    const run = this.run;
    if (run && this.own && (run.phase === "running" || this.own.next < run.eventCount)) {
      void this.catchUp(run.runId);
    }
  }

  edited(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.tokenize(), TOKENIZE_DELAY_MS);
  }

  /** Puts a run's text, with what was generated, into the box. */
  useText(run: Run): void {
    this.text = (run.text ?? "") + run.generatedText;
    void this.tokenize();
  }

  private async request(params: StartRun): Promise<RunState> {
    try {
      return await this.client.request("run/start", params);
    } catch (error) {
      const isMissing =
        error instanceof RequestFailed && error.problem.code === "input.notUploaded";
      const { modelId, inputs } = params;
      if (!isMissing || !(await this.uploads.sendAgain(modelId, inputs ?? ""))) throw error;
      return this.client.request("run/start", params);
    }
  }

  private followRuns(model: Model): void {
    const { modelId, runId, shownRunId } = model;
    if (runId === 0 && this.newest > 0) this.leave();
    void this.history.follow(modelId);
    if (this.run === null && !this.starting && runId > 0) void this.load(shownRunId || runId);
    else if (shownRunId > 0 && shownRunId !== this.shown && !this.running) {
      if (this.run?.runId !== shownRunId) void this.load(shownRunId);
    }
    this.shown = shownRunId;
  }

  /** A fresh worker has taken the place of the one that ran. */
  private leave(): void {
    this.history.forget();
    this.reset();
    void this.tokenize();
  }

  /** A run that this page hears of for the first time; another page may have started it. */
  private meet(run: Run): void {
    this.newest = run.runId;
    this.shown = run.runId;
    if (this.starting) return;
    this.begin(run.text);
    this.starting = false;
    this.write(run);
  }

  private adopt(run: Run): void {
    const ended = run.phase !== "running" && this.run?.phase !== run.phase;
    this.run = run;
    const tracker = this.trackerOf(run.runId);
    tracker.phase = run.phase;
    tracker.failedNode = run.problem?.node ?? null;
    this.problem = run.problem;
    this.progress++;
    if (run.phase === "running") return;
    if (tracker.next < run.eventCount) void this.catchUp(run.runId);
    if (ended && run.tokens) void this.predictions.show(run);
  }

  /** Puts what a run was given into the boxes. */
  private write(run: Run): void {
    if (run.text !== null) this.text = run.text;
    if (run.inputs !== null || run.text !== null) this.inputs = run.inputs ?? "";
    this.draft = null;
    if (run.text !== this.ranText) void this.tokenize();
  }

  /** Another run takes the place of the one that was shown. */
  private show(run: Run): void {
    this.replay.close();
    this.predictions.clear();
    this.newest = Math.max(this.newest, run.runId);
    this.own = new RunTracker(run.runId, run.stepFirstEvent);
    this.run = null;
    this.ranText = run.text;
    if (!this.isRestored) this.write(run);
    this.adopt(run);
    if (this.isRestored) void this.tokenize();
    this.isRestored = false;
  }

  private async load(runId: number): Promise<void> {
    const modelId = this.model?.modelId;
    if (modelId === undefined) return;
    const before = this.run;
    try {
      const record = await this.client.request("run/read", { modelId, runId, first: NO_EVENTS });
      if (this.model?.modelId === modelId && this.run === before) this.show(runOf(record.state));
    } catch {
      // The run is no longer known; the model's state tells why.
    }
  }

  private introduce(model: Model): void {
    const { summary } = model;
    if (!summary) return;
    if (this.text === "") this.text = model.lastText ?? summary.exampleText;
    if (this.inputs === "") this.inputs = model.lastInputs ?? summary.exampleInputs;
    if (summary.takesText && model.phase === "ready") void this.tokenize();
    else if (summary.takesText) this.edited();
  }

  private begin(text: string | null): void {
    this.isRestored = false;
    clearTimeout(this.timer);
    this.replay.close();
    this.starting = true;
    this.problem = null;
    this.predictions.clear();
    this.draft = null;
    this.ranText = text;
  }

  private reset(): void {
    clearTimeout(this.timer);
    this.replay.close();
    this.run = null;
    this.own = null;
    this.newest = 0;
    this.shown = 0;
    this.draft = null;
    this.predictions.reset();
    this.problem = null;
    this.ranText = null;
    this.starting = false;
    this.progress++;
  }

  /** The worker is gone: a run that was under way will send nothing more. */
  private abandon(): void {
    if (this.run?.phase !== "running") return;
    this.run = { ...this.run, phase: "cancelled" };
    if (this.own) this.own.phase = "cancelled";
    this.progress++;
  }

  private trackerOf(runId: number): RunTracker {
    if (this.own?.runId !== runId) {
      this.own = new RunTracker(runId);
      this.own.phase = "running";
    }
    return this.own;
  }

  private async catchUp(runId: number): Promise<void> {
    const modelId = this.model?.modelId;
    const tracker = this.trackerOf(runId);
    if (this.catchingUp === tracker || modelId === undefined) return;
    this.catchingUp = tracker;
    try {
      for (let more = true; more; ) {
        const first = tracker.next;
        const record = await this.client.request("run/read", { modelId, runId, first });
        if (this.model?.modelId !== modelId || this.own !== tracker) return;
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
      if (this.catchingUp === tracker) this.catchingUp = null;
    }
  }

  private async tokenize(): Promise<void> {
    const model = this.model;
    if (!model?.summary?.takesText || this.running) return;
    if (this.text === this.ranText && this.run?.tokens) {
      this.draft = null;
      return;
    }
    const text = this.text;
    try {
      const draft = await this.client.request("text/tokenize", { modelId: model.modelId, text });
      if (text !== this.text || this.running) return;
      this.draft = draft;
    } catch {
      // Chips are a preview: a run says what is wrong with the text.
    }
  }
}
