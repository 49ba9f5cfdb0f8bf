/** Details of the selected node and what one can do with it. Part of the session. */
import type {
  HookCode,
  HookKind,
  InsertPlace,
  NodeDetails,
  RecipeOffer,
  SourcePlace,
} from "../protocol/messages.generated.ts";
import { RequestFailed, type RpcClient } from "../protocol/rpc.ts";
import { type Trouble, troubleOf } from "./received.ts";

export class Inspection {
  details: NodeDetails | null = $state.raw(null);
  loading = $state(false);
  problem: Trouble | null = $state.raw(null);
  /** One line about the last action, such as "Copied". */
  notice = $state("");

  private modelId: string | null = null;
  private node: string | null = null;
  /** Of the inspected node, from 1. */
  private call = 1;
  private asked = 0;

  constructor(
    private readonly client: RpcClient,
    /** Nodes chosen beside the inspected one: code is written for all of them. */
    private readonly also: () => readonly string[] = () => [],
  ) {}

  async inspect(modelId: string, node: string, call?: number): Promise<void> {
    const isOther = node !== this.node || modelId !== this.modelId;
    if (isOther) this.notice = "";
    this.call = call ?? (isOther ? 1 : this.call);
    this.modelId = modelId;
    this.node = node;
    const asked = ++this.asked;
    this.loading = true;
    try {
      const wanted = { modelId, node, call: this.call };
      const details = await this.client.request("node/inspect", wanted);
      if (asked !== this.asked) return;
      this.details = details;
      this.problem = null;
    } catch (error) {
      if (asked === this.asked) this.failed(error);
    } finally {
      if (asked === this.asked) this.loading = false;
    }
  }

  /** Shows another call of the inspected node. */
  async showCall(call: number): Promise<void> {
    const { modelId, node } = this;
    if (modelId !== null && node !== null) await this.inspect(modelId, node, call);
  }

  clear(): void {
    this.asked++;
    this.details = null;
    this.node = null;
    this.problem = null;
    this.loading = false;
    this.notice = "";
  }

  copyPath(): Promise<void> {
    const path = this.details?.path ?? "";
    return this.act(() => this.client.request("text/copy", { text: path }), "Path copied");
  }

  copyHookCode(): Promise<void> {
    return this.actOnNode(async (reference) => {
      const code = await this.client.request("hook/write", {
        ...reference,
        also: this.also(),
        kind: "post",
        style: "interpogate",
      });
      return this.copyCode(code, "Hook code copied");
    });
  }

  copyRecipe(recipe: string): Promise<void> {
    return this.actOnNode(async (reference) => {
      const asked = { ...reference, also: this.also(), recipe };
      return this.copyCode(await this.client.request("recipe/write", asked), "Code copied");
    });
  }

  insertRecipe(recipe: string, place: InsertPlace): Promise<void> {
    return this.actOnNode(async (reference) => {
      const asked = { ...reference, also: this.also(), kind: "post" as const, recipe, place };
      const inserted = await this.client.request("hook/insert", asked);
      return inserted.file ? `Inserted into ${inserted.file}` : "";
    });
  }

  /** Recipes for the selection, or none where nothing can be asked. */
  async recipes(): Promise<readonly RecipeOffer[]> {
    const { modelId, node } = this;
    if (modelId === null || node === null) return [];
    try {
      const asked = { modelId, node, also: this.also() };
      return (await this.client.request("recipe/list", asked)).offers;
    } catch (error) {
      this.failed(error);
      return [];
    }
  }

  private async copyCode(code: HookCode, notice: string): Promise<string> {
    const text = [...code.imports, "", code.text].join("\n").trimStart();
    await this.client.request("text/copy", { text });
    return notice;
  }

  goToSource(): Promise<void> {
    return this.openSource("definition");
  }

  goToUse(): Promise<void> {
    return this.openSource("use");
  }

  private openSource(what: SourcePlace): Promise<void> {
    return this.actOnNode(async (reference) => {
      await this.client.request("source/open", { ...reference, what });
      return "";
    });
  }

  insertHook(kind: HookKind): Promise<void> {
    return this.actOnNode(async (reference) => {
      const asked = { ...reference, also: this.also(), kind };
      const inserted = await this.client.request("hook/insert", asked);
      return inserted.file ? `Inserted into ${inserted.file}` : "";
    });
  }

  private actOnNode(
    action: (reference: { modelId: string; node: string }) => Promise<string>,
  ): Promise<void> {
    const { modelId, node } = this;
    if (modelId === null || node === null) return Promise.resolve();
    return this.act(() => action({ modelId, node }), null);
  }

  /** Runs an action; its own text, or the one given, becomes the notice. */
  private async act(action: () => Promise<unknown>, notice: string | null): Promise<void> {
    this.problem = null;
    try {
      const said = await action();
      this.notice = notice ?? String(said);
    } catch (error) {
      this.notice = "";
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    if (error instanceof RequestFailed) this.problem = troubleOf(error.problem);
    else throw error;
  }
}
