/**
 * The Interpogate page inside a webview, met by role and name, as a screen reader meets it.
 */
import { until } from "./waiting.mjs";

const DOCUMENT = "/webview/browser/pre/fake.html";

/** One page: the panel beside the code, or the view in the side bar. */
export class InterpogatePage {
  /** @param {import("playwright-core").Frame} frame */
  constructor(frame) {
    this.frame = frame;
    this.tree = frame.getByRole("tree", { name: "Model graph" });
    this.inspector = frame.getByRole("region", { name: "Inspector" });
    this.text = frame.getByRole("textbox", { name: "Text" });
    this.inputs = frame.getByRole("textbox", { name: "Inputs" });
    this.tokens = frame.getByRole("list", { name: "Tokens" });
    this.nextTokens = frame.getByRole("table", { name: "Next tokens" });
  }

  /**
   * Waits for a page that has something; webviews are no children of their panel, so all are asked.
   * @param {import("./workbench.mjs").Workbench} workbench
   * @param {(page: InterpogatePage) => Promise<boolean>} [accepts]
   * @param {number} [limitMs]
   */
  static async find(workbench, accepts = (page) => page.isShown(), limitMs = 120_000) {
    return until(
      "the Interpogate page",
      async () => {
        for (const page of InterpogatePage.all(workbench)) {
          if (await accepts(page).catch(falseUnlessRefused)) return page;
        }
        return null;
      },
      limitMs,
    );
  }

  /**
   * Waits for a page that shows the graph of a model.
   * @param {import("./workbench.mjs").Workbench} workbench
   * @param {number} [limitMs]
   */
  static withGraph(workbench, limitMs = 120_000) {
    return InterpogatePage.find(workbench, (page) => page.hasGraphOrRefuses(), limitMs);
  }

  /** @param {import("./workbench.mjs").Workbench} workbench */
  static all(workbench) {
    const frames = workbench.page.frames().filter((frame) => frame.url().includes(DOCUMENT));
    return frames.map((frame) => new InterpogatePage(frame));
  }

  async isShown() {
    return (await this.frame.locator("#app > *").count()) > 0;
  }

  async hasGraph() {
    return (await this.tree.getByRole("treeitem").count()) > 1;
  }

  /** What the page says went wrong. */
  alert() {
    return this.frame.getByRole("alert");
  }

  /** Like `hasGraph`, but gives up as soon as the page says that there will be none. */
  async hasGraphOrRefuses() {
    if (await this.hasGraph()) return true;
    if ((await this.alert().count()) === 0) return false;
    throw new GraphRefused(await this.alert().first().innerText());
  }

  /** @param {string} name */
  button(name) {
    return this.frame.getByRole("button", { name, exact: true });
  }

  /** @param {string} path of a module */
  item(path) {
    // an output may have the name of a module, and stands behind it
    return this.tree.getByRole("treeitem", { name: path, exact: true }).first();
  }

  /** @returns {Promise<string[]>} names of all items that are unfolded so far */
  async paths() {
    const items = await this.tree.getByRole("treeitem").all();
    return Promise.all(items.map(async (item) => (await item.getAttribute("aria-label")) ?? ""));
  }

  /**
   * Selects a module by keyboard, as one does without a mouse.
   * @param {string} path
   */
  async select(path) {
    await this.unfoldTo(path);
    await this.item(path).focus();
    await this.frame.page().keyboard.press("Enter");
    await this.inspector.getByText(path, { exact: true }).first().waitFor();
  }

  /**
   * Unfolds what hides a module: each closed item that is the path's beginning.
   * @param {string} path
   */
  async unfoldTo(path) {
    await until(`${path} in the graph's tree`, async () => {
      if (await this.item(path).count()) return true;
      const closed = this.tree.locator('[role="treeitem"][aria-expanded="false"]');
      const names = await closed.evaluateAll((items) => items.map((item) => item.ariaLabel ?? ""));
      const holder = names.find((name) => holds(name, path));
      if (holder !== undefined) await this.unfold(holder);
      return false;
    });
  }

  /** @param {string} name of an item that is folded */
  async unfold(name) {
    await this.item(name).focus();
    await this.frame.page().keyboard.press("ArrowRight");
    await until(`${name} to unfold`, async () => {
      // a fold of equal blocks is replaced by its members
      if ((await this.item(name).count()) === 0) return true;
      return (await this.item(name).getAttribute("aria-expanded")) === "true";
    });
  }

  /**
   * @param {string} text
   */
  async run(text) {
    await this.text.fill(text);
    await this.button("Run forward pass").click();
    await this.runEnded();
  }

  /** The button stands again when the run is over. */
  async runEnded() {
    await this.button("Cancel").waitFor({ state: "hidden" });
    await this.button("Run forward pass").waitFor();
  }

  /** Waits until the page draws nothing new: two equal pictures, a few frames apart. */
  async stillness() {
    await this.frame.waitForFunction(async () => {
      const frames = async (/** @type {number} */ count) => {
        for (let frame = 0; frame < count; frame += 1) await new Promise(requestAnimationFrame);
      };
      const transform = () => document.querySelector('[role="tree"]')?.getAttribute("style") ?? "";
      const before = transform();
      await frames(12);
      return transform() === before;
    });
  }

  /** @returns {Promise<string>} everything that can be read */
  async words() {
    return this.frame.locator("body").innerText();
  }
}

/** The page shows a problem where a graph was expected. */
class GraphRefused extends Error {}

/**
 * A frame may be replaced while it is asked.
 * @param {unknown} error
 */
function falseUnlessRefused(error) {
  if (error instanceof GraphRefused) throw error;
  return false;
}

/**
 * Whether the item named `name` is a container of `path`; a folded group is named by its first and last member.
 * @param {string} name
 * @param {string} path
 */
function holds(name, path) {
  if (path === name || path.startsWith(`${name}.`) || name === ".") return true;
  const [first, last] = name.split(" – ");
  if (!first || !last) return false;
  const stem = first.slice(0, first.lastIndexOf(".") + 1);
  return path.startsWith(stem);
}
