/**
 * Answers what pages ask of the place they live in: the routes `host` of the protocol.
 *
 * Parameters come from a page and are checked before use; no page can name a file or a program.
 */

import * as vscode from "vscode";
import type { Problem } from "../../webview/src/protocol/messages.generated";
import type { HookInserter } from "./insert";
import type { HostHandlers } from "./methods";
import type { Models, OpenModel } from "./models";
import type { Notices } from "./notices";
import type { Opener } from "./opener";
import type { Page } from "./page";
import { savePicture } from "./pictures";
import { problem } from "./problems";
import type { SourceOpener } from "./source";
import { DEMO } from "./sources";

/** What the answers stand on. */
export interface HostParts {
  readonly models: Models;
  readonly inserter: HookInserter;
  readonly sources: SourceOpener;
  readonly opener: Opener;
  readonly notices: Notices;
}

const HOOK_KINDS: ReadonlySet<unknown> = new Set(["pre", "post", "both"]);

/** The handlers of one page. */
export function hostFor(page: Page, parts: HostParts): HostHandlers {
  const { models, inserter, sources, opener } = parts;
  return {
    "page/ready": () => page.ready(),
    "page/selected": ({ modelId, node, path }) => {
      models.select(modelOf(models, modelId), { node: text(node), path: text(path) });
      return null;
    },
    "hook/insert": async ({ modelId, node, kind, also, recipe, place }) => {
      if (!HOOK_KINDS.has(kind)) {
        throw invalid();
      }
      const what = { node: text(node), kind, also: texts(also), recipe: text(recipe ?? "") };
      const file = await inserter.insert(modelOf(models, modelId), { ...what, place });
      return { file };
    },
    "source/open": async ({ modelId, node, what }) => {
      const place = what === "use" ? "use" : "definition";
      await sources.open(modelOf(models, modelId), text(node), place);
      return {};
    },
    "text/copy": async (params) => {
      await vscode.env.clipboard.writeText(text(params.text));
      return {};
    },
    "picture/save": async ({ name, data }) => ({ file: await savePicture(text(name), text(data)) }),
    "problem/act": async ({ modelId, action }) => {
      const model = modelId === null ? undefined : models.byId(text(modelId));
      await act(parts, model, text(action) as Problem["action"] & string);
      return {};
    },
    "page/open": async ({ source }) => {
      await (source === DEMO ? opener.openDemo() : opener.ask(source === null ? "" : text(source)));
      return {};
    },
  };
}

async function act(
  { models, notices, opener }: HostParts,
  model: OpenModel | undefined,
  action: NonNullable<Problem["action"]>,
): Promise<void> {
  const known = [model?.run?.problem, model?.state.problem];
  const found = known.find((each) => each?.action === action);
  const restart = () => model !== undefined && models.restart(model);
  const stopLoading = () => model !== undefined && models.stopLoading(model);
  const trustRemoteCode = () => model !== undefined && opener.openTrusting(model);
  const shown = { code: "", message: "", hint: "", ...found, action };
  await notices.act(shown, { restart, stopLoading, trustRemoteCode });
}

function modelOf(models: Models, modelId: unknown): OpenModel {
  const model = models.byId(text(modelId));
  if (model === undefined) {
    throw problem("model.unknown", "This model is not open.", "Open it again.", "openModel");
  }
  return model;
}

function text(value: unknown): string {
  if (typeof value !== "string") {
    throw invalid();
  }
  return value;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

function invalid(): Error {
  return problem("page.params", "The page sent something that the extension cannot read.", "");
}
