/**
 * Which modules of a run are running, done or failed, from its numbered events; and what follows
 * from that for groups, operations and edges. Pure; the session feeds it.
 */
import type { RunEvents, RunPhase } from "../protocol/messages.generated.ts";
import { at } from "./columns.ts";
import { type GraphLevel, type GraphNode, type InstancePlace, type Levels, ROOT } from "./graph.ts";

export type NodeState = "idle" | "running" | "done" | "failed" | "skipped";

const IDLE = 0;
const RUNNING = 1;
const DONE = 2;
const FAILED = 3;
const STATES: readonly NodeState[] = ["idle", "running", "done", "failed"];

export class RunTracker {
  private states = new Uint8Array(256);
  private starts = new Uint32Array(256);
  private lastTouched = -1;
  phase: RunPhase | null = null;
  failedNode: string | null = null;

  /** Number of the next event that is expected. */
  next: number;

  /** `first`: where the forward pass begins that counts; a run that generates has one for each token. */
  constructor(
    readonly runId: number,
    first = 0,
  ) {
    this.next = first;
  }

  /** Takes what is new in a message. False: events before it were missed, ask for them. */
  accept(events: RunEvents): boolean {
    if (events.runId !== this.runId) return true;
    if (events.first > this.next) return false;
    for (let row = this.next - events.first; row < events.kinds.length; row++) {
      this.apply(at(events.kinds, row), at(events.modules, row));
    }
    this.next = Math.max(this.next, events.first + events.kinds.length);
    return true;
  }

  moduleState(index: number): NodeState {
    return STATES[this.states[index] ?? IDLE] ?? "idle";
  }

  /** How often a module has begun in the forward pass. */
  startsOf(index: number): number {
    return this.starts[index] ?? 0;
  }

  /** The state of a folded stack: running from its first start until something after it begins. */
  rangeState(first: number, last: number): NodeState {
    let touched = false;
    for (let index = first; index <= last; index++) {
      const state = this.states[index] ?? IDLE;
      if (state === FAILED) return "failed";
      if (state === RUNNING) return "running";
      touched ||= state === DONE;
    }
    if (!touched) return "idle";
    const inside = this.lastTouched >= first && this.lastTouched <= last;
    return inside && this.phase === "running" ? "running" : "done";
  }

  private apply(kind: "started" | "finished" | "failed", module: number): void {
    // The root begins: another forward pass of the same run.
    if (kind === "started" && module === 0) {
      this.states.fill(IDLE);
      this.starts.fill(0);
    }
    if (module >= this.states.length) this.grow(module);
    if (kind === "started") this.starts[module] = this.startsOf(module) + 1;
    this.states[module] = kind === "started" ? RUNNING : kind === "finished" ? DONE : FAILED;
    this.lastTouched = module;
  }

  private grow(module: number): void {
    const size = Math.max(module + 1, this.states.length * 2);
    const larger = new Uint8Array(size);
    larger.set(this.states);
    this.states = larger;
    const starts = new Uint32Array(size);
    starts.set(this.starts);
    this.starts = starts;
  }
}

function moduleNodeState(tracker: RunTracker, node: GraphNode): NodeState {
  // A saved run may come without its events.
  if (tracker.phase === "finished" && tracker.next === 0) return node.calls > 0 ? "done" : "idle";
  if (node.kind === "group") return tracker.rangeState(node.firstModule, node.lastModule);
  return node.place ? placeState(tracker, node, node.place) : tracker.moduleState(node.firstModule);
}

/** Places of one instance run one after another, each as often as the others. */
function placeState(tracker: RunTracker, node: GraphNode, { number }: InstancePlace): NodeState {
  const ends = number * node.calls;
  const starts = tracker.startsOf(node.firstModule);
  if (starts <= ends - node.calls) return "idle";
  return starts > ends ? "done" : tracker.moduleState(node.firstModule);
}

/** How far the level has come: the highest order among its modules that have begun. */
function reachedOrder(level: GraphLevel, states: ReadonlyMap<string, NodeState>): number {
  let reached = -1;
  for (const node of level.nodes) {
    const state = states.get(node.id);
    if (state !== undefined && state !== "idle") reached = Math.max(reached, node.order);
  }
  return reached;
}

function withoutEvents(node: GraphNode, outer: NodeState, reached: number): NodeState {
  if (node.kind === "input") return outer === "idle" ? "idle" : "done";
  if (outer === "done") return node.order < 0 && node.kind !== "output" ? "idle" : "done";
  return node.order >= 0 && node.order < reached ? "done" : "idle";
}

function levelStates(
  level: GraphLevel,
  outer: NodeState,
  tracker: RunTracker,
  into: Map<string, NodeState>,
): void {
  for (const node of level.nodes) {
    if (node.firstModule >= 0) into.set(node.id, moduleNodeState(tracker, node));
  }
  const reached = reachedOrder(level, into);
  for (const node of level.nodes) {
    if (node.firstModule < 0) into.set(node.id, withoutEvents(node, outer, reached));
  }
}

/** What never ran in a run that is over is skipped, not waiting. */
function settle(states: Map<string, NodeState>, tracker: RunTracker): void {
  if (tracker.failedNode !== null && states.has(tracker.failedNode)) {
    states.set(tracker.failedNode, "failed");
  }
  if (tracker.phase !== "failed" && tracker.phase !== "cancelled") return;
  for (const [id, state] of states) {
    if (state === "idle") states.set(id, "skipped");
    else if (state === "running") states.set(id, tracker.phase === "failed" ? "failed" : "skipped");
  }
}

function rootState(tracker: RunTracker): NodeState {
  if (tracker.phase === "finished") return "done";
  const state = tracker.moduleState(0);
  return state === "idle" && tracker.phase === "running" ? "running" : state;
}

/** Whether a node is, or holds, the one that failed; ids begin with the path of their container. */
function holdsFailure({ id, kind }: GraphNode, failed: string): boolean {
  if (id === failed) return true;
  const holds = kind === "module" || kind === "group";
  return holds && (failed.startsWith(`${id}.`) || failed.startsWith(`${id}::`));
}

/** The states with the failure of a trace: the node that raised, or what hides it. */
export function withFailure(
  states: Map<string, NodeState>,
  open: readonly GraphLevel[],
  failed: string,
): Map<string, NodeState> {
  for (const { nodes } of open) {
    for (const node of nodes) if (holdsFailure(node, failed)) states.set(node.id, "failed");
  }
  return states;
}

/** The state of every node of the given levels (outermost first). An edge follows its source. */
export function nodeStates(
  levels: Levels,
  open: readonly GraphLevel[],
  tracker: RunTracker | null,
): Map<string, NodeState> {
  const states = new Map<string, NodeState>();
  if (!tracker || levels.size === 0) return states;
  states.set(ROOT, rootState(tracker));
  for (const level of open) {
    levelStates(level, states.get(level.container) ?? "idle", tracker, states);
  }
  settle(states, tracker);
  return states;
}
