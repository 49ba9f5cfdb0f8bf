/** A host without a page: a transport that answers from a recording, for tests of the store. */
import type {
  Level,
  ModelState,
  PageState,
  Problem,
  RunState,
} from "../../../webview/src/protocol/messages.generated.ts";
import type { Transport } from "../../../webview/src/transport/transport.ts";
import type { Recording } from "./read.ts";

interface Request {
  readonly id?: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

type Answer = (params: Readonly<Record<string, unknown>>) => unknown;

export class FakeHost implements Transport {
  readonly requests: Request[] = [];
  /** The events that `run/read` answers with. */
  record = { first: 0, last: 0 };
  private model: ModelState;
  private receive: (message: unknown) => void = () => {};
  private closed: () => void = () => {};
  private readonly held = new Set<string>();
  private readonly refused = new Map<string, Problem>();
  private readonly own = new Map<string, Answer>();

  constructor(
    private readonly recording: Recording,
    private readonly kept: Partial<PageState> | null = null,
  ) {
    this.model = recording.model;
  }

  methods(): string[] {
    return this.requests.map(({ method }) => method);
  }

  send(message: unknown): void;
  send(method: string, params: unknown): void;
  send(message: unknown, params?: unknown): void {
    if (typeof message === "string") this.receive({ jsonrpc: "2.0", method: message, params });
    else this.take(message as Request);
  }

  change(part: Partial<ModelState>): void {
    this.model = { ...this.model, ...part };
    this.send("model/changed", this.model);
  }

  hold(method: string): void {
    this.held.add(method);
  }

  refuse(method: string, problem: Problem): void {
    this.refused.set(method, problem);
  }

  accept(method: string): void {
    this.refused.delete(method);
  }

  /** Answers a method in a way of the test's own. */
  answer(method: string, answer: Answer): void {
    this.own.set(method, answer);
  }

  close(): void {
    this.closed();
  }

  /** Until all replies, and what they led to, have gone through. */
  async settle(): Promise<void> {
    for (let before = -1; before !== this.requests.length; ) {
      before = this.requests.length;
      await new Promise((done) => setImmediate(done));
    }
  }

  onMessage(receive: (message: unknown) => void): void {
    this.receive = receive;
  }

  onClose(closed: () => void): void {
    this.closed = closed;
  }

  loadState(): Partial<PageState> | null {
    return this.kept;
  }

  saveState(): void {}

  private take(request: Request): void {
    this.requests.push(request);
    if (request.id === undefined || this.held.has(request.method)) return;
    const problem = this.refused.get(request.method);
    const reply = problem
      ? { error: { code: -32_000, message: problem.message, data: problem } }
      : {
          result: (this.own.get(request.method) ?? this.answers[request.method])?.(request.params),
        };
    queueMicrotask(() => this.receive({ jsonrpc: "2.0", id: request.id, ...reply }));
  }

  private readonly answers: Readonly<Record<string, Answer>> = {
    "page/ready": () => this.recording.host,
    "model/read": () => this.model,
    "graph/read": ({ containers }) => ({
      graphVersion: 1,
      levels: this.levels(containers as string[]),
    }),
    "graph/locate": ({ path }) => this.recording.locations[path as string],
    "node/inspect": ({ node }) => this.recording.details[node as string],
    "text/tokenize": () => this.recording.tokens,
    "block/list": () => ({ modelId: "m1", blocks: [] }),
    "run/start": () => this.runState(),
    "run/list": () => ({ runs: [] }),
    "run/read": () => ({ state: this.runState(), events: this.events() }),
  };

  private levels(containers: readonly string[]): Level[] {
    return containers.flatMap((id) => this.recording.levels[id] ?? []);
  }

  private runState(): RunState {
    const eventCount = this.record.last;
    return { modelId: "m1", runId: 1, phase: "running", durationMs: 0, eventCount };
  }

  private events() {
    const { first, last } = this.record;
    const { kinds, modules, timesUs } = this.recording.events;
    const columns = {
      kinds: kinds.slice(first, last),
      modules: modules.slice(first, last),
      timesUs: timesUs.slice(first, last),
    };
    return { modelId: "m1", runId: 1, first, ...columns };
  }
}
