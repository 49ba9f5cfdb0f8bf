/** One JupyterLab and one browser for the tests of a file, and what a person does in them. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inRoot, OUT } from "../../../scripts/setup/folders.mjs";
import { launchBrowser } from "../../../scripts/workbench/browser.mjs";
import { startJupyter } from "../../../scripts/workbench/jupyter.mjs";
import { until } from "../../../scripts/workbench/waiting.mjs";

export const PICTURES = join(OUT, "notebooks");
export const GRAPH = '.jp-OutputArea iframe[title="GPT2LMHeadModel"]';
const LIMIT_MS = 600_000;
const SOON_MS = 5000;
const PATIENCE_MS = 120_000;

/** JupyterLab on a fresh folder with copies of the examples. */
export class Lab {
  folder = mkdtempSync(join(tmpdir(), "interpogate-notebooks-"));

  async start() {
    mkdirSync(PICTURES, { recursive: true });
    this.server = await startJupyter(this.folder);
    this.browser = await launchBrowser();
  }

  /** Ends everything; what is left running fails the test. */
  async close() {
    await this.browser?.close();
    const left = (await this.server?.stop()) ?? [];
    rmSync(this.folder, { recursive: true, force: true });
    assert.deepEqual(left, [], "closing JupyterLab leaves no process behind");
  }

  /** All open pages. */
  pages() {
    return this.browser?.contexts().flatMap((context) => context.pages()) ?? [];
  }

  /** @param {string} name */
  path(name) {
    return join(this.folder, name);
  }

  /** Puts a committed notebook into the folder, as it is. @param {string} name */
  copy(name) {
    cpSync(inRoot("examples", name), this.path(name));
  }

  /** Puts it there as one that never ran. @param {string} name */
  copyWithoutOutputs(name) {
    const notebook = JSON.parse(readFileSync(inRoot("examples", name), "utf8"));
    for (const cell of notebook.cells) {
      if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
    }
    writeFileSync(this.path(name), JSON.stringify(notebook));
  }

  /**
   * @param {string} name
   * @param {import("playwright-core").BrowserContextOptions} [options]
   */
  async open(name, options = {}) {
    assert(this.server && this.browser, "JupyterLab was started");
    const size = { width: 1200, height: 1000 };
    const context = await this.browser.newContext({
      viewport: size,
      reducedMotion: "reduce",
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(this.server.urlOf(name));
    await page.locator(".jp-NotebookPanel .jp-Cell").first().waitFor();
    await until("the kernel to be connected", () => this.hasKernel(), PATIENCE_MS);
    return page;
  }

  /** From the next page on. @param {string} theme */
  async useTheme(theme) {
    const body = JSON.stringify({ raw: JSON.stringify({ theme }) });
    const answer = await this.server?.ask(
      "../lab/api/settings/@jupyterlab/apputils-extension:themes",
      {
        method: "PUT",
        body,
      },
    );
    assert(answer?.ok, "the theme was set");
  }

  async hasKernel() {
    const kernels = await (await this.server?.ask("kernels"))?.json();
    // while it starts, the server may answer with an error instead of a list
    if (!Array.isArray(kernels)) return false;
    return kernels.some(
      (/** @type {{ execution_state: string, connections: number }} */ kernel) => {
        return kernel.execution_state === "idle" && kernel.connections > 0;
      },
    );
  }

  /** Ends all kernels, as *Shut Down All Kernels* does, and waits until they are gone. */
  async endKernels() {
    const kernels = async () => (await this.server?.ask("kernels"))?.json();
    for (const { id } of await kernels()) {
      await this.server?.ask(`kernels/${id}`, { method: "DELETE" });
    }
    await until("kernels to end", async () => (await kernels()).length === 0);
  }
}

/** @returns {Lab} started before the tests of a file, ended after them */
export function labForFile() {
  const lab = new Lab();
  before(() => lab.start(), { timeout: LIMIT_MS });
  after(() => lab.close(), { timeout: LIMIT_MS });
  return lab;
}

/**
 * A test that leaves pictures when it fails, and closes its pages.
 * @param {Lab} lab
 * @param {string} name a sentence
 * @param {() => Promise<void>} body
 */
export function scenario(lab, name, body) {
  test(name, { timeout: LIMIT_MS }, async () => {
    try {
      await body();
    } catch (error) {
      for (const page of lab.pages()) await picture(page, `failed ${name}`.replaceAll(",", ""));
      throw error;
    } finally {
      for (const page of lab.pages()) await page.context().close();
    }
  });
}

/**
 * A command by its name in the palette.
 * @param {import("playwright-core").Page} page
 * @param {string} label
 */
export async function command(page, label) {
  const palette = page.locator(".lm-CommandPalette");
  const found = palette.locator(".lm-CommandPalette-item.lm-mod-active", { hasText: label });
  const offer = async () => {
    await palette.locator("input").fill(label, { timeout: SOON_MS });
    await found.waitFor({ timeout: SOON_MS });
  };
  // soon after the start its keys may not be bound yet, nor what is possible with a notebook known
  await until(`the palette to offer ${label}`, async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+Shift+C");
    return offer().then(
      () => true,
      () => false,
    );
  });
  await page.keyboard.press("Enter");
}

/**
 * Keeps a picture to be looked at.
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
export const picture = (page, name) => page.screenshot({ path: join(PICTURES, `${name}.png`) });
