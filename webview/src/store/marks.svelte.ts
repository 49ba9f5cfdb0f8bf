/** Marks on modules that are no state of a run: what a reload changed, what the cursor is in. */
import type { ModelDifference, ModuleChange } from "../protocol/messages.generated.ts";
import type { GraphLevel } from "./graph.ts";
import { type ChangeMark, type MarkedPaths, marksOf, type NodeMarks } from "./marks.ts";

const NONE: ReadonlySet<string> = new Set();

export class Marks {
  /** Paths of the instances of the class that the editor's cursor is in. */
  cursor: ReadonlySet<string> = $state.raw(NONE);
  /** What the last reload changed, until the user has seen enough of it. */
  difference: ModelDifference | null = $state.raw(null);

  readonly added: ReadonlySet<string> = $derived(this.pathsOf("added"));
  readonly changed: ReadonlySet<string> = $derived(this.pathsOf("changed"));
  readonly removed: ReadonlySet<string> = $derived(this.pathsOf("removed"));

  private dismissed = "";

  /** Follows the model: a difference is shown once, until it is dismissed or another one comes. */
  follow(modelId: string, difference: ModelDifference | null): void {
    const name = `${modelId} ${difference?.graphVersion ?? 0}`;
    const shown = difference === null || name === this.dismissed ? null : difference;
    if (shown?.graphVersion !== this.difference?.graphVersion) this.difference = shown;
  }

  dismiss(modelId: string): void {
    this.dismissed = `${modelId} ${this.difference?.graphVersion ?? 0}`;
    this.difference = null;
  }

  clear(): void {
    this.cursor = NONE;
    this.difference = null;
  }

  /** The marks of the nodes that are shown, by node id. */
  of(open: readonly GraphLevel[]): ReadonlyMap<string, NodeMarks> {
    const { added, changed, removed, cursor } = this;
    return marksOf(open, { added, changed, removed, cursor } satisfies MarkedPaths);
  }

  /** What the last reload did to a node, in a few words; empty if nothing. */
  wordsOf(path: string, change: ChangeMark | null): string {
    if (change === null) return "";
    if (change === "added") return "New since the reload";
    if (change === "inside") return "Something inside changed";
    const details = this.difference?.changes.find((found) => found.path === path)?.details ?? [];
    return details.length > 0 ? `Changed: ${details.join(", ")}` : "Changed by the reload";
  }

  private pathsOf(kind: ModuleChange["kind"]): ReadonlySet<string> {
    const changes = this.difference?.changes.filter((change) => change.kind === kind) ?? [];
    return new Set(changes.map(({ path }) => path));
  }
}
