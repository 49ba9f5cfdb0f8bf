/** The shown graph: which levels are here, what is unfolded, what is selected. Part of the session. */
import type { GraphDetail } from "../protocol/messages.generated.ts";
import type { RpcClient } from "../protocol/rpc.ts";
import { openLevels } from "./bundles.ts";
import {
  containerOf,
  decodeLevel,
  findNode,
  type GraphLevel,
  type GraphNode,
  type Levels,
  missingLevels,
  ROOT,
} from "./graph.ts";
import type { Model } from "./received.ts";
import { defaultExpansion } from "./unfolding.ts";

export class GraphStore {
  levels: Levels = $state.raw(new Map());
  expanded: ReadonlySet<string> = $state.raw(new Set());
  selected: string | null = $state(null);
  /** Further nodes chosen beside the selected one, in the order of choosing. */
  also: readonly string[] = $state.raw([]);
  /** Grows by each selection, that of the selected node included. */
  selections = $state(0);
  detail: GraphDetail = $state("essential");
  /** Containers whose inside is being asked for. */
  loading: ReadonlySet<string> = $state.raw(new Set());
  /** The node that should be brought into view, with a number that grows by each wish. */
  wanted: { readonly id: string; readonly number: number } | null = $state.raw(null);
  /** Grows when the whole graph is another one: the view starts anew. */
  epoch = $state(0);

  readonly open: GraphLevel[] = $derived(openLevels(this.levels, this.expanded));
  /** The unfolded levels by container. */
  readonly shown: Levels = $derived(new Map(this.open.map((level) => [level.container, level])));
  readonly selectedNode: GraphNode | null = $derived(
    this.selected === null ? null : findNode(this.levels, this.selected),
  );

  private modelId: string | null = null;
  private version = 0;
  /** Grows when every level is to be read anew: answers to what was asked before are of no use. */
  private reading = 0;

  constructor(
    private readonly client: RpcClient,
    private readonly onSelect: (node: GraphNode) => void,
  ) {}

  /** Follows the model: reads the graph anew when there is a newer one. */
  async follow(model: Model): Promise<void> {
    if (model.modelId !== this.modelId) this.clear(model.modelId);
    if (model.phase === "starting") this.version = 0;
    if (model.graphVersion === 0 || model.graphVersion === this.version) return;
    this.version = model.graphVersion;
    await this.readAll();
  }

  /** Answers were refused: every level is read when the model is followed next. */
  outdate(): void {
    this.version = 0;
  }

  clear(modelId: string | null): void {
    if (this.modelId !== null) {
      this.expanded = new Set();
      this.selected = null;
      this.also = [];
    }
    this.modelId = modelId;
    this.version = 0;
    this.reading++;
    this.loading = new Set();
    this.levels = new Map();
    this.epoch++;
  }

  async setDetail(detail: GraphDetail): Promise<void> {
    this.detail = detail;
    if (this.version !== 0) await this.readAll();
  }

  select(id: string): void {
    const node = findNode(this.levels, id);
    if (!node) return;
    this.selected = id;
    this.also = [];
    this.selections++;
    this.onSelect(node);
  }

  /** Adds a node to the selection or takes it out; the inspector stays with the first one. */
  choose(id: string): void {
    if (this.selected === null) this.select(id);
    if (id === this.selected || !findNode(this.levels, id)) return;
    const others = this.also.filter((other) => other !== id);
    this.also = others.length < this.also.length ? others : [...this.also, id];
  }

  /** Leaves only the first node selected. */
  narrow(): void {
    this.also = [];
  }

  /** Unfolds or folds a container. */
  async toggle(id: string): Promise<void> {
    const expanded = new Set(this.expanded);
    if (!expanded.delete(id)) expanded.add(id);
    this.expanded = expanded;
    await this.readMissing();
  }

  async foldAll(): Promise<void> {
    this.expanded = new Set();
    await this.unfoldByDefault();
  }

  /** Unfolds all containers of the path, selects the node and asks the view to show it. */
  async reveal(path: string): Promise<void> {
    if (this.modelId === null) return;
    const location = await this.client.request("graph/locate", { modelId: this.modelId, path });
    const outer = location.containers.filter((id) => id !== ROOT && id !== location.node);
    this.expanded = new Set([...this.expanded, ...outer]);
    await this.readMissing();
    if (location.node === ROOT) return;
    this.select(location.node);
    this.show(location.node);
  }

  /** As `reveal`, for a node of any kind: the ids of others begin with the id of their container. */
  async revealNode(id: string): Promise<void> {
    if (!findNode(this.levels, id)) {
      const container = containerOf(id);
      await this.reveal(container);
      if (container === id) return;
      this.expanded = new Set([...this.expanded, container]);
      await this.readMissing();
    }
    this.select(id);
    this.show(id);
  }

  /** Asks the view to bring a node into sight. */
  show(id: string): void {
    this.wanted = { id, number: (this.wanted?.number ?? 0) + 1 };
  }

  private async readAll(): Promise<void> {
    const first = this.levels.size === 0;
    this.reading++;
    const levels = await this.read([ROOT, ...this.expanded]);
    if (!levels) return;
    this.levels = levels;
    await this.readMissing();
    if (first && this.expanded.size === 0) await this.unfoldByDefault();
    if (first && this.selected !== null) this.reselect();
  }

  /** After a reload or restart the page takes up the selection where it was. */
  private reselect(): void {
    const node = this.selectedNode;
    if (!node) this.selected = null;
    else this.select(node.id);
  }

  private async unfoldByDefault(): Promise<void> {
    for (;;) {
      const id = defaultExpansion(this.levels, this.expanded);
      if (id === null) return;
      this.expanded = new Set([...this.expanded, id]);
      if (!(await this.readMissing())) return;
    }
  }

  /** False if something could not be read. */
  private async readMissing(): Promise<boolean> {
    for (;;) {
      const missing = missingLevels(this.levels, this.expanded);
      if (missing.length === 0) return true;
      const levels = await this.read(missing);
      if (!levels) return false;
      this.levels = new Map([...this.levels, ...levels]);
      if (missing.some((id) => !levels.has(id))) return this.dropUnknown(missing);
    }
  }

  /** What cannot be unfolded any more (another version of the model) is forgotten. */
  private dropUnknown(asked: readonly string[]): false {
    const unknown = new Set(asked.filter((id) => !this.levels.has(id)));
    this.expanded = new Set([...this.expanded].filter((id) => !unknown.has(id)));
    return false;
  }

  /** Null if another graph was asked for meanwhile, or the answer failed. */
  private async read(containers: readonly string[]): Promise<Map<string, GraphLevel> | null> {
    if (this.modelId === null) return null;
    const { reading } = this;
    this.loading = new Set([...this.loading, ...containers]);
    const detail = this.detail;
    try {
      const params = { modelId: this.modelId, containers: [...containers], detail };
      const answer = await this.client.request("graph/read", params);
      if (reading !== this.reading) return null;
      return new Map(answer.levels.map((level) => [level.container, decodeLevel(level)]));
    } catch {
      // The model's own state says why; what is shown stays.
      return null;
    } finally {
      const done = new Set(containers);
      this.loading = new Set([...this.loading].filter((id) => !done.has(id)));
    }
  }
}
