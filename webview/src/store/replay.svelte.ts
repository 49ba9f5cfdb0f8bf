/**
 * A run once more, slower: its events by their times, up to a moment that moves. It knows no clock;
 * the component that shows it says how much time has passed.
 */
import type { EventKind } from "../protocol/messages.generated.ts";
import type { RpcClient } from "../protocol/rpc.ts";
import { at } from "./columns.ts";
import type { Run } from "./received.ts";
import { RunTracker } from "./runs.ts";

/** How many times slower than it was; below 1 faster. */
export const SLOWNESS: readonly number[] = [
  0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000,
];
const PLEASANT_MS = 5000;

export class Replay {
  /** The run that is shown again; null: what really is. */
  run: Run | null = $state.raw(null);
  playing = $state(false);
  /** Microseconds since the run began. */
  time = $state(0);
  duration = $state(0);
  slowness = $state(100);
  loading = $state(false);
  /** Events so far. */
  position = $state(0);
  tracker: RunTracker | null = null;

  private kinds: EventKind[] = [];
  private modules: number[] = [];
  private times: number[] = [];

  constructor(
    private readonly client: RpcClient,
    private readonly changed: () => void,
  ) {}

  get eventCount(): number {
    return this.times.length;
  }

  /** The module of the last event, by its index. */
  get module(): number | null {
    return this.modules[this.position - 1] ?? null;
  }

  /** Reads a run's events and stands at its beginning. */
  async open(run: Run): Promise<void> {
    this.close();
    this.run = run;
    this.loading = true;
    try {
      await this.readAll(run);
    } catch {
      if (this.run === run) this.close();
    } finally {
      this.loading = false;
    }
    if (this.run !== run) return;
    this.duration = Math.max(this.times.at(-1) ?? 0, 1);
    this.slowness = pleasantSlowness(this.duration / 1000);
    this.seek(0);
  }

  close(): void {
    this.run = null;
    this.playing = false;
    this.tracker = null;
    this.kinds = [];
    this.modules = [];
    this.times = [];
    this.position = 0;
    this.time = 0;
    this.changed();
  }

  play(): void {
    if (!this.run || this.loading) return;
    if (this.time >= this.duration) this.seek(0);
    this.playing = true;
  }

  pause(): void {
    this.playing = false;
  }

  /** So many milliseconds have passed for who watches. */
  advance(milliseconds: number): void {
    if (!this.playing) return;
    this.seek(this.time + (milliseconds * 1000) / this.slowness);
    if (this.time >= this.duration) this.playing = false;
  }

  /** To the event that is so many further. */
  step(count: number): void {
    this.playing = false;
    const target = Math.min(Math.max(this.position + count, 0), this.eventCount);
    this.show(target);
    this.time = target === 0 ? 0 : at(this.times, target - 1);
  }

  seek(time: number): void {
    this.time = Math.min(Math.max(time, 0), this.duration);
    this.show(this.time >= this.duration ? this.eventCount : countUntil(this.times, this.time));
  }

  private show(count: number): void {
    const run = this.run;
    if (!run) return;
    if (!this.tracker || count < this.position) this.rewind(run);
    const tracker = this.tracker;
    if (!tracker) return;
    const first = tracker.next;
    tracker.accept({
      modelId: run.modelId,
      runId: run.runId,
      first,
      kinds: this.kinds.slice(first, count),
      modules: this.modules.slice(first, count),
      timesUs: [],
    });
    const ended = count >= this.eventCount;
    tracker.phase = ended ? run.phase : "running";
    tracker.failedNode = ended ? (run.problem?.node ?? null) : null;
    this.position = count;
    this.changed();
  }

  private rewind(run: Run): void {
    this.tracker = new RunTracker(run.runId);
    this.position = 0;
  }

  private async readAll(run: Run): Promise<void> {
    const { modelId, runId } = run;
    while (this.times.length < run.eventCount) {
      const first = this.times.length;
      const { events } = await this.client.request("run/read", { modelId, runId, first });
      if (this.run !== run) return;
      const skipped = first - events.first;
      if (events.kinds.length <= skipped) return;
      for (let row = skipped; row < events.kinds.length; row++) {
        this.kinds.push(at(events.kinds, row));
        this.modules.push(at(events.modules, row));
        this.times.push(at(events.timesUs, row));
      }
    }
  }
}

/** How many of the sorted times are not after a moment. */
function countUntil(times: readonly number[], moment: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(times, middle) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The least slowness at which a run of so many milliseconds can be followed. */
export function pleasantSlowness(milliseconds: number): number {
  const enough = SLOWNESS.find((slowness) => milliseconds * slowness >= PLEASANT_MS);
  return enough ?? SLOWNESS.at(-1) ?? 1;
}
