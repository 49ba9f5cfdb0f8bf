/** The graph as it stands, as a file: what is unfolded, how far a run has come, what blocks show. */
import { type BlockView, panelPixels } from "../blocks/frame.ts";
import { type PlacedBlock, placedInScene, stacksOf } from "../render/blocks.ts";
import type { BlockStore } from "../store/blocks.svelte.ts";
import type { Session } from "../store/session.svelte.ts";
import { type Drawing, svgOf } from "../svg/drawing.ts";
import { type PictureKind, pictureOf, savePicture } from "./pictures.ts";

/** Pixels for each unit of the drawing, as a PNG of it has them. */
const SCALE = 2;

type Seen = Omit<Drawing, "title" | "stacks" | "notes">;

/** Returns why it was not saved; empty if it was. */
export async function saveGraph(
  session: Session,
  seen: Seen,
  views: readonly BlockView[],
  kind: PictureKind,
): Promise<string> {
  try {
    await saved(session, seen, views, kind);
    return "";
  } catch (error) {
    return `The picture was not saved: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function saved(
  session: Session,
  seen: Seen,
  views: readonly BlockView[],
  kind: PictureKind,
): Promise<void> {
  const title = session.model?.summary?.title ?? "Model";
  const notes = session.model?.notes ?? [];
  const placed = placedInScene(seen.scene, stacksOf(views));
  const sharp = await Promise.all(placed.map((block) => sharpened(session.blocks, block)));
  const stacks = stacksOf(inOrder(views, sharp));
  const name = `${title.replace(/[^\w.-]+/g, "-")}.${kind}`;
  const inEditor = session.host?.kind === "vscode";
  const picture = await pictureOf(svgOf({ ...seen, title, notes, stacks }), kind);
  await savePicture(session.client, inEditor, name, picture);
}

/** A block as fine as it is saved, however small it stands on the screen. */
async function sharpened(store: BlockStore, { view, area }: PlacedBlock): Promise<BlockView> {
  if (!view.picture || view.picture.problem || view.stale) return view;
  const { block } = view;
  try {
    const picture = await store.look({ block, ...panelPixels(view, area, SCALE) });
    return picture.problem ? view : { ...view, picture };
  } catch {
    // What is on the screen is better than nothing.
    return view;
  }
}

function inOrder(views: readonly BlockView[], sharp: readonly BlockView[]): BlockView[] {
  const found = new Map(sharp.map((view) => [view.block.blockId, view]));
  return views.map((view) => found.get(view.block.blockId) ?? view);
}
