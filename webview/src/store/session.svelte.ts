/**
 * All that the page knows, and the one place that talks to the host: model, graph, run, inspection.
 * Components read it and call its methods; it knows neither layout nor drawing nor the DOM.
 */
import type { PageState, ProblemAction } from "../protocol/messages.generated.ts";
import { RequestFailed, RpcClient } from "../protocol/rpc.ts";
import type { Transport } from "../transport/transport.ts";
import { BlockStore } from "./blocks.svelte.ts";
import { Drawer } from "./drawer.svelte.ts";
import { GraphStore } from "./graphs.svelte.ts";
import { Inspection } from "./inspection.svelte.ts";
import { Marks } from "./marks.svelte.ts";
import {
  type Host,
  hostOf,
  type Model,
  modelOf,
  respondsAgain,
  type Trouble,
  troubleOf,
} from "./received.ts";
import { Runner } from "./runner.svelte.ts";
import { Search } from "./search.svelte.ts";
import { Statistics } from "./statistics.svelte.ts";
import { View } from "./view.svelte.ts";

export class Session {
  host: Host | null = $state.raw(null);
  model: Model | null = $state.raw(null);
  /** Trouble that belongs to no model: the host cannot be reached, a request was refused. */
  problem: Trouble | null = $state.raw(null);

  readonly client: RpcClient;
  readonly graph: GraphStore;
  readonly runner: Runner;
  readonly inspection: Inspection;
  readonly search: Search;
  readonly blocks: BlockStore;
  readonly statistics: Statistics;
  readonly marks = new Marks();
  readonly drawer = new Drawer();
  readonly view = new View();

  constructor(private readonly transport: Transport) {
    this.client = new RpcClient((message) => transport.send(message));
    this.graph = new GraphStore(this.client, (node) => this.selected(node.id, node.path));
    this.runner = new Runner(this.client);
    this.inspection = new Inspection(this.client, () => this.graph.also);
    this.search = new Search(this.client, () => this.model?.modelId ?? null);
    this.blocks = new BlockStore(this.client);
    this.statistics = new Statistics(this.client);
    this.restore(transport.loadState());
    this.listen();
  }

  async start(): Promise<void> {
    await this.guard(async () => {
      this.host = hostOf(await this.client.request("page/ready", {}));
      await this.show(this.host.modelId);
    });
  }

  /** Shows another model, or the empty state. */
  async show(modelId: string | null): Promise<void> {
    if (modelId === null) return this.forget();
    await this.guard(async () => {
      this.follow(modelOf(await this.client.request("model/read", { modelId })));
    });
  }

  open(source: string | null): Promise<void> {
    return this.guard(async () => void (await this.client.request("page/open", { source })));
  }

  act(action: ProblemAction): Promise<void> {
    const modelId = this.model?.modelId ?? null;
    return this.guard(
      async () => void (await this.client.request("problem/act", { modelId, action })),
    );
  }

  /** What a reload of the window should bring back. */
  get pageState(): PageState {
    return {
      modelId: this.model?.modelId ?? null,
      source: this.model?.source ?? null,
      folder: this.kept?.folder ?? null,
      expanded: [...this.graph.expanded],
      selected: this.graph.selected,
      text: this.runner.text,
      inputs: this.runner.inputs,
      detail: this.graph.detail,
      ...this.drawer.lasting,
      blocks: this.blocks.lasting,
      view: this.view.place,
    };
  }

  save(state: PageState): void {
    this.transport.saveState(state);
  }

  private kept: Partial<PageState> | null = null;

  private restore(state: Partial<PageState> | null): void {
    this.kept = state;
    if (!state) return;
    this.graph.expanded = new Set(state.expanded ?? []);
    this.graph.selected = state.selected ?? null;
    this.graph.detail = state.detail ?? "essential";
    this.runner.restore(state.text ?? "", state.inputs ?? "");
    this.drawer.restore(state);
    this.blocks.restore(state.blocks ?? []);
    this.view.place = state.view ?? null;
  }

  private listen(): void {
    this.client.on("model/changed", (model) => {
      if (this.model?.modelId === model.modelId) this.follow(modelOf(model));
    });
    this.client.on("run/changed", (run) => this.runner.runChanged(run));
    this.client.on("run/events", (events) => this.runner.events(events));
    this.client.on("block/changed", (blocks) => this.blocks.changed(blocks));
    this.client.on("page/show", ({ modelId }) => void this.show(modelId));
    this.client.on("page/reveal", ({ modelId, path }) => {
      if (this.model?.modelId === modelId) void this.reveal(path);
    });
    this.client.on("page/mark", ({ modelId, paths }) => {
      if (this.model?.modelId === modelId) this.marks.cursor = new Set(paths);
    });
    this.transport.onMessage((message) => this.client.receive(message));
    this.transport.onClose(() => this.client.close());
  }

  /** What was kept for another model does not fit this one. */
  private dropForeignState(model: Model): void {
    if (this.model || !this.kept || this.kept.source === model.source) return;
    this.graph.expanded = new Set();
    this.graph.selected = null;
    this.runner.restore("", "");
    this.blocks.restore([]);
    this.view.clear();
  }

  private follow(model: Model): void {
    this.dropForeignState(model);
    const another = this.model !== null && this.model.modelId !== model.modelId;
    if (another) this.startAnew();
    if (respondsAgain(this.model, model)) {
      this.graph.outdate();
      this.runner.respondsAgain();
    }
    this.model = model;
    this.problem = null;
    this.runner.follow(model);
    this.blocks.follow(model);
    this.marks.follow(model.modelId, model.difference);
    const version = model.graphVersion;
    void this.graph.follow(model).then(() => this.refresh(model.modelId, version));
  }

  private startAnew(): void {
    this.inspection.clear();
    this.search.clear();
    this.statistics.clear();
    this.marks.clear();
    this.view.clear();
    this.runner.clear();
  }

  private forget(): void {
    this.model = null;
    this.startAnew();
    this.blocks.clear();
    this.graph.clear(null);
  }

  /** A newer graph may know more of the selected node. */
  private refresh(modelId: string, version: number): void {
    const node = this.graph.selected;
    const current = this.model?.modelId === modelId && this.model.graphVersion === version;
    if (current && version > 0 && node !== null && this.model?.phase === "ready") {
      void this.inspection.inspect(modelId, node);
    }
  }

  private selected(node: string, path: string): void {
    const modelId = this.model?.modelId;
    if (modelId === undefined) return;
    this.client.notify("page/selected", { modelId, node, path });
    void this.inspection.inspect(modelId, node);
  }

  /** Unfolds what hides a module, selects it and brings it into view. */
  reveal(path: string): Promise<void> {
    return this.guard(() => this.graph.reveal(path));
  }

  /** Selects a node, wherever it is, and brings it into view. */
  revealNode(node: string): Promise<void> {
    return this.guard(() => this.graph.revealNode(node));
  }

  private async guard(action: () => Promise<void>): Promise<void> {
    this.problem = null;
    try {
      await action();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      this.problem = troubleOf(error.problem);
    }
  }
}
