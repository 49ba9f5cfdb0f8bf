/** Finding modules of the whole model by words. Part of the session; the host does the looking. */
import type { RpcClient } from "../protocol/rpc.ts";
import { at } from "./columns.ts";

const LIMIT = 20;

export interface FoundModule {
  readonly path: string;
  readonly className: string;
}

export class Search {
  query = $state("");
  found: readonly FoundModule[] = $state.raw([]);
  /** The row that Enter takes. */
  chosen = $state(0);
  /** Whether the query has been answered. */
  answered = $state(false);

  private asked = 0;

  constructor(
    private readonly client: RpcClient,
    private readonly modelId: () => string | null,
  ) {}

  async look(): Promise<void> {
    const modelId = this.modelId();
    const query = this.query.trim();
    const asked = ++this.asked;
    if (modelId === null || query === "") return this.answer([], false);
    try {
      const params = { modelId, query, limit: LIMIT };
      const { paths, classNames } = await this.client.request("module/find", params);
      if (asked !== this.asked) return;
      const found = paths.map((path, row) => ({ path, className: at(classNames, row) }));
      this.answer(found, true);
    } catch {
      // The model's own state says why nothing can be found.
      if (asked === this.asked) this.answer([], true);
    }
  }

  move(step: number): void {
    const count = this.found.length;
    if (count > 0) this.chosen = (this.chosen + step + count) % count;
  }

  clear(): void {
    this.asked++;
    this.query = "";
    this.answer([], false);
  }

  private answer(found: readonly FoundModule[], answered: boolean): void {
    const same = found.length === this.found.length && found.every(this.isFoundAt);
    if (!same) this.chosen = 0;
    this.found = found;
    this.answered = answered;
  }

  /** The same answer to a longer query leaves the choice where it is. */
  private readonly isFoundAt = ({ path }: FoundModule, row: number): boolean =>
    this.found[row]?.path === path;
}
