/**
 * Runs one task at a time; calls that come while it runs share one further run after it.
 *
 * Used by `backend.ts`, so that restarts never overlap and a burst of changes costs one restart.
 */

export class Coalesced {
  readonly #task: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(task: () => Promise<void>) {
    this.#task = task;
  }

  /** Resolves when a run that began after this call has ended. */
  run(): Promise<void> {
    if (this.#running === undefined) {
      return this.#start();
    }
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#start();
      });
    return this.#next;
  }

  #start(): Promise<void> {
    const run = this.#task().finally(() => {
      if (this.#running === run) {
        this.#running = undefined;
      }
    });
    this.#running = run;
    return run;
  }
}
