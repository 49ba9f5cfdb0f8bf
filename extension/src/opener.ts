/**
 * Opens models: from a name, from a file, or from what the user picks; and shows their graph.
 *
 * Every way to open a model ends in `open`, which checks trust first. The lists that the user picks
 * from are made by `sources.ts`.
 */

import path from "node:path";
import * as vscode from "vscode";
import type { ModelRequest, Models, OpenModel } from "./models";
import type { Panels, RememberedModel } from "./panel";
import { problem } from "./problems";
import { DEMO, type FileName, pickName, pickSource, type Recent } from "./sources";
import { requireTrust } from "./trust";

const RUN_CODE = "Run Its Code";
const RECENT = "interpogate.recentModels";
const RECENT_LIMIT = 10;

export class Opener {
  readonly #models: Models;
  readonly #memory: vscode.Memento;
  #panels: Panels | undefined;

  constructor(models: Models, memory: vscode.Memento) {
    this.#models = models;
    this.#memory = memory;
  }

  /** Hands over where graphs are shown; pages need an opener before panels exist. */
  showIn(panels: Panels): void {
    this.#panels = panels;
  }

  /** Opens a source, relative to a folder, and shows its graph. */
  async open(source: string, folder = defaultFolder()): Promise<OpenModel> {
    const written = source.trim();
    if (written === "") {
      throw problem("source.empty", "A model needs a name.", "Try demo, or file.py:name.");
    }
    const model = await this.#openQuietly({ source: written, folder });
    this.#models.activate(model);
    this.#panels?.show(model);
    await this.#remember({ source: written, folder });
    return model;
  }

  openDemo(): Promise<OpenModel> {
    return this.open(DEMO);
  }

  /** Opens a model again whose own code may then run, if the user says so for this one. */
  async openTrusting(model: OpenModel): Promise<OpenModel | undefined> {
    requireTrust();
    const { source, folder } = model.request;
    const detail = `The code that comes with ${source} runs with all your rights. Read it first, and run it only if you know who wrote it. This holds for this model until it is closed.`;
    const chosen = await vscode.window.showWarningMessage(
      "Run the model's own code?",
      { modal: true, detail },
      RUN_CODE,
    );
    if (chosen !== RUN_CODE) {
      return undefined;
    }
    await this.#models.close(model);
    const opened = await this.#openQuietly({ source, folder, trustRemoteCode: true });
    this.#models.activate(opened);
    this.#panels?.show(opened);
    return opened;
  }

  /** Asks for a source; `typed` is what the user has typed already. */
  async ask(typed = ""): Promise<OpenModel | undefined> {
    requireTrust();
    const picked = await pickSource(activePythonFile(), this.#recent(), typed);
    if (picked === undefined) {
      return undefined;
    }
    return picked.name === undefined
      ? this.open(picked.source, picked.folder ?? defaultFolder())
      : this.#openName(picked.name);
  }

  /** Opens something from a Python file; asks which of its names. */
  async openFile(uri?: vscode.Uri): Promise<OpenModel | undefined> {
    requireTrust();
    const file = uri ?? activePythonFile()?.uri;
    if (file === undefined || file.scheme !== "file") {
      throw problem("source.noFile", "No Python file is open.", "Open the one with the model.");
    }
    const document = await vscode.workspace.openTextDocument(file);
    const name = await pickName(document);
    return name === undefined ? undefined : this.#openName({ document, name });
  }

  /** Opens a name of a file, saved first, as a lens over it asks for. */
  async openNamed(uri: vscode.Uri, name: string): Promise<OpenModel> {
    requireTrust();
    return this.#openName({ document: await vscode.workspace.openTextDocument(uri), name });
  }

  /** Opens what a restored page remembers, as soon as the workspace is trusted. */
  async restore(remembered: RememberedModel): Promise<OpenModel | undefined> {
    if (!vscode.workspace.isTrusted) {
      return undefined;
    }
    const { source } = remembered;
    const known = this.#recent().find((recent) => recent.source === source);
    const folder = remembered.folder ?? known?.folder ?? defaultFolder();
    const model = await this.#openQuietly({ source, folder });
    this.#models.activate(this.#models.active ?? model);
    return model;
  }

  async #openName({ document, name }: FileName): Promise<OpenModel> {
    if (document.isDirty) {
      await document.save();
    }
    const root = vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath;
    const folder = root ?? path.dirname(document.uri.fsPath);
    const relative = path.relative(folder, document.uri.fsPath).split(path.sep).join("/");
    return this.open(`${relative}:${name}`, folder);
  }

  async #openQuietly(request: ModelRequest): Promise<OpenModel> {
    requireTrust();
    const title = `Opening ${request.source}`;
    const options = { location: { viewId: "interpogate.modules" }, title };
    return vscode.window.withProgress(options, () => this.#models.open(request));
  }

  #recent(): readonly Recent[] {
    return this.#memory.get<readonly Recent[]>(RECENT, []);
  }

  async #remember(recent: Recent): Promise<void> {
    const others = this.#recent().filter(
      ({ source, folder }) => source !== recent.source || folder !== recent.folder,
    );
    await this.#memory.update(RECENT, [recent, ...others].slice(0, RECENT_LIMIT));
  }
}

function defaultFolder(): string | null {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const file = activePythonFile()?.uri;
  return folder ?? (file?.scheme === "file" ? path.dirname(file.fsPath) : null);
}

function activePythonFile(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === "python" && document.uri.scheme === "file" ? document : undefined;
}
