/**
 * The page inside a saved document: every answer stands in the document itself, as gzipped JSON made by
 * `python_backend/interpogate/notebook/snapshot.py`. There is no host; nothing can run or be inserted.
 */
import type {
  BlockPicture,
  Blocks,
  HookKind,
  HostState,
  Level,
  Levels,
  Location,
  ModelState,
  Modules,
  NodeDetails,
  PageState,
  Prediction,
  PredictionStrip,
  RunRecord,
} from "../protocol/messages.generated.ts";
import { copyText } from "./clipboard.ts";
import type { Transport } from "./transport.ts";

const SNAPSHOT_ID = "interpogate-snapshot";
const NOT_FOUND = -32_601;

interface Snapshot {
  state: ModelState;
  levels: Record<string, Record<string, Level>>;
  nodes: Record<string, NodeDetails>;
  hooks: Record<string, Partial<Record<HookKind, { path: string; text: string }>>>;
  locations: Record<string, Location>;
  run: RunRecord | null;
  predictions: readonly Prediction[];
  /** Visualization blocks, and what each shows, by its number. */
  blocks?: { blocks: Blocks; pictures: Record<string, BlockPicture> } | null;
}

interface Request {
  id?: number | string;
  method: string;
  params: Record<string, unknown>;
}

async function unpacked(packed: string): Promise<Snapshot> {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function hostState(snapshot: Snapshot): HostState {
  return {
    kind: "notebook",
    canInsert: false,
    trusted: true,
    modelId: snapshot.state.modelId,
  };
}

function levels(snapshot: Snapshot, params: Request["params"]): Levels {
  const known = snapshot.levels[String(params["detail"] ?? "essential")] ?? {};
  const asked = (params["containers"] as readonly string[]).map((container) => known[container]);
  return {
    graphVersion: snapshot.state.graphVersion ?? 1,
    levels: asked.filter((level) => level !== undefined),
  };
}

/** Paths and classes that hold every word; the shortest first. */
function foundModules(snapshot: Snapshot, params: Request["params"]): Modules {
  const words = String(params["query"]).toLowerCase().split(/\s+/).filter(Boolean);
  const classOf = (path: string) => snapshot.nodes[path]?.typeName.split(".").at(-1) ?? "";
  const holds = (path: string) => {
    const text = `${path} ${classOf(path)}`.toLowerCase();
    return words.length > 0 && words.every((word) => text.includes(word));
  };
  const found = Object.keys(snapshot.locations).filter((path) => path !== "." && holds(path));
  found.sort((left, right) => left.length - right.length);
  const paths = found.slice(0, Number(params["limit"] ?? 20));
  return {
    paths,
    names: paths,
    classNames: paths.map(classOf),
    parameterCounts: paths.map((path) => snapshot.nodes[path]?.parameterCount ?? 0),
    childCounts: paths.map(() => 0),
  };
}

function hookCode(snapshot: Snapshot, params: Request["params"]): unknown {
  const path = snapshot.nodes[String(params["node"])]?.path ?? ".";
  const code = snapshot.hooks[path]?.[params["kind"] as HookKind];
  return code && { ...code, snippet: code.text };
}

/** The first of each position's tokens; ranks only as far as the saved ones go. */
function stripOf({ predictions, run }: Snapshot): PredictionStrip | undefined {
  const ids = run?.state.tokens?.ids;
  if (!ids || predictions.length === 0) return undefined;
  const column = <T>(pick: (prediction: Prediction) => readonly T[]) =>
    predictions.flatMap((prediction) => pick(prediction).slice(0, 1));
  const rows = predictions.map(({ tokens }, position) =>
    tokens.ids.indexOf(ids[position + 1] ?? -1),
  );
  return {
    runId: run.state.runId,
    first: 0,
    tokens: {
      ids: column(({ tokens }) => tokens.ids),
      texts: column(({ tokens }) => tokens.texts),
      raw: column(({ tokens }) => tokens.raw),
    },
    probabilities: column(({ probabilities }) => probabilities),
    actualRanks: rows.map((row) => row + 1),
    actualProbabilities: rows.map(
      (row, position) => predictions[position]?.probabilities[row] ?? 0,
    ),
  };
}

/** The answer to a request; undefined for what a saved picture cannot do. */
function answer(snapshot: Snapshot, { method, params }: Request): unknown {
  switch (method) {
    case "page/ready":
      return hostState(snapshot);
    case "model/read":
      return snapshot.state;
    case "graph/read":
      return levels(snapshot, params);
    case "graph/locate":
      return snapshot.locations[String(params["path"])];
    case "module/find":
      return foundModules(snapshot, params);
    case "node/inspect":
      return snapshot.nodes[String(params["node"])];
    case "hook/write":
      return hookCode(snapshot, params);
    case "run/read":
      return snapshot.run ?? undefined;
    case "block/list":
      return snapshot.blocks?.blocks ?? { modelId: snapshot.state.modelId, blocks: [] };
    case "block/read":
      return snapshot.blocks?.pictures[String(params["blockId"])];
    case "prediction/strip":
      return stripOf(snapshot);
    case "prediction/read":
      return snapshot.predictions[Number(params["position"])];
    default:
      return undefined;
  }
}

class EmbeddedTransport implements Transport {
  private receive: (message: unknown) => void = () => undefined;
  private readonly snapshot: Promise<Snapshot>;

  constructor(packed: string) {
    this.snapshot = unpacked(packed);
  }

  send(message: unknown): void {
    void this.reply(message as Request);
  }

  onMessage(receive: (message: unknown) => void): void {
    this.receive = receive;
  }

  onClose(): void {
    // Nothing ever closes: the answers are here.
  }

  loadState(): Partial<PageState> | null {
    const expanded = document.getElementById(SNAPSHOT_ID)?.dataset["expanded"];
    return expanded === undefined ? null : { expanded: JSON.parse(expanded) };
  }

  saveState(): void {
    // A saved document keeps nothing; it opens the same each time.
  }

  private async reply(request: Request): Promise<void> {
    if (request.id === undefined) return;
    const result =
      request.method === "text/copy"
        ? await copied(String(request.params["text"]))
        : answer(await this.snapshot, request);
    const outcome =
      result === undefined
        ? { error: { code: NOT_FOUND, message: "A saved picture cannot do this." } }
        : { result };
    this.receive({ jsonrpc: "2.0", id: request.id, ...outcome });
  }
}

async function copied(text: string): Promise<object | undefined> {
  return (await copyText(text)) ? {} : undefined;
}

/** Null in a document without a snapshot. */
export function openEmbeddedTransport(): Transport | null {
  const packed = document.getElementById(SNAPSHOT_ID)?.textContent;
  return packed ? new EmbeddedTransport(packed) : null;
}
