/**
 * VS Code's own user interface, driven as a person does: palette, editors, side bar, notifications.
 * Knows nothing of the Interpogate page: see `interpogate-page.mjs`.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { PATIENCE_MS, until } from "./waiting.mjs";

const VIEWPORT = { width: 1400, height: 860 };

/** One window of VS Code. */
export class Workbench {
  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
    /** @type {string[]} what the browser reported as uncaught */
    this.failures = [];
    page.setDefaultTimeout(PATIENCE_MS);
    page.on("pageerror", (error) => this.failures.push(error.message));
  }

  /**
   * Opens a folder and waits until the extension's icon stands in the activity bar: from then on its
   * commands are in the palette.
   * @param {import("playwright-core").BrowserContext} context
   * @param {import("./server.mjs").Server} server
   * @param {string} folder
   */
  static async open(context, server, folder) {
    const page = await context.newPage();
    await page.setViewportSize(VIEWPORT);
    const workbench = new Workbench(page);
    await page.goto(server.urlOf(folder));
    await workbench.ready();
    return workbench;
  }

  async ready() {
    await this.page.locator(".monaco-workbench").waitFor();
    await this.page.locator(".explorer-folders-view .monaco-list-row").first().waitFor();
    await this.activityIcon().waitFor();
  }

  activityIcon() {
    return this.page.locator('.activitybar a.action-label[aria-label^="Interpogate"]');
  }

  quickInput() {
    return this.page.locator(".quick-input-widget:visible");
  }

  /**
   * The list of a quick pick is made when it opens: it is opened again until the row is there.
   * @param {string} key
   * @param {string} text
   * @param {string} label
   */
  async pick(key, text, label) {
    await until(`"${label}" in the list`, async () => {
      await this.page.keyboard.press(key);
      const found = await this.choose(text, label).catch(() => false);
      if (!found) await this.page.keyboard.press("Escape");
      return found;
    });
  }

  /**
   * @param {string} text
   * @param {string} label
   */
  async choose(text, label) {
    const input = this.quickInput().locator("input").first();
    await input.waitFor({ timeout: 3000 });
    await input.fill(text);
    const rows = this.quickInput().locator(".quick-input-list .monaco-list-row");
    await rows.filter({ hasText: label }).first().click({ timeout: 3000 });
    return true;
  }

  /**
   * Chooses from the context menu of a file in the explorer, opened anew until it has the entry.
   * @param {string} file its name
   * @param {string} entry
   */
  async pickForFile(file, entry) {
    const row = this.page.locator(".explorer-folders-view .monaco-list-row", { hasText: file });
    const found = this.page.locator(".context-view").getByText(entry);
    await until(`"${entry}" in the menu of ${file}`, async () => {
      const chosen = row
        .click({ button: "right", timeout: 3000 })
        .then(() => found.click({ timeout: 3000 }))
        .then(() => true);
      const isChosen = await chosen.catch(() => false);
      if (!isChosen) await this.page.keyboard.press("Escape");
      return isChosen;
    });
  }

  /** @param {string} title such as `Interpogate: Open Demo Model` */
  async runCommand(title) {
    await this.pick("Control+Shift+P", `>${title}`, title);
  }

  /**
   * Answers a pick list that a command opened.
   * @param {string} title of the list
   * @param {string} text to type
   * @param {string} label of the row to take
   */
  async answer(title, text, label = text) {
    const box = this.quickInput().filter({ has: this.page.getByText(title, { exact: true }) });
    await box.locator("input").first().fill(text);
    await box.locator(".quick-input-list .monaco-list-row", { hasText: label }).first().click();
  }

  /** @param {string} name of a file in the workspace */
  async openFile(name) {
    await this.pick("Control+P", name, name);
    const editor = this.editor(name);
    await editor.waitFor();
    return editor;
  }

  /** @param {string} name */
  editor(name) {
    return this.page.locator(`.editor-instance .monaco-editor[data-uri$="/${name}"]`);
  }

  /** @param {string} name */
  tab(name) {
    return this.page.locator(".tabs-container .tab", { hasText: name });
  }

  /**
   * Places the cursor by a real click and keys.
   * @param {string} name
   * @param {number} line from 1
   */
  async placeCursor(name, line) {
    await this.tab(name).click();
    await this.editor(name)
      .locator(".view-lines")
      .click({ position: { x: 200, y: 5 } });
    await this.goTo(String(line));
    await this.page.keyboard.press("End");
  }

  /**
   * Moves the cursor of the active editor; a key that the workbench took for another place is pressed again.
   * @param {string} place line, or line and column as `6:16`
   */
  async goTo(place) {
    const [line, column = ""] = place.split(":");
    const told = this.page.locator(".statusbar-item", { hasText: `Ln ${line}, Col ${column}` });
    const go = async () => {
      await this.page.keyboard.press("Control+G");
      const input = this.quickInput().locator("input").first();
      await input.fill(`:${place}`, { timeout: 3000 });
      await this.page.keyboard.press("Enter");
      await told.first().waitFor({ timeout: 3000 });
      return true;
    };
    await until(`the cursor at ${place}`, () => go().catch(() => false));
  }

  /**
   * Places the cursor at the end of a file.
   * @param {string} name
   */
  async placeCursorAtEnd(name) {
    await this.tab(name).click();
    await this.editor(name)
      .locator(".view-lines")
      .click({ position: { x: 200, y: 5 } });
    await this.page.keyboard.press("Control+End");
  }

  /** @param {string} name */
  async save(name) {
    await this.tab(name).click();
    await this.page.keyboard.press("Control+S");
    await until(`${name} to be saved`, async () => (await this.dirtyTab(name).count()) === 0);
  }

  /** @param {string} name */
  dirtyTab(name) {
    return this.page.locator(".tabs-container .tab.dirty", { hasText: name });
  }

  /** @param {string | RegExp} text */
  notification(text) {
    return this.page.locator(".notification-list-item", { hasText: text });
  }

  /** @returns {Promise<string[]>} the texts of all notifications that stand there */
  async notifications() {
    return this.page
      .locator(".notification-list-item .notification-list-item-message")
      .allInnerTexts();
  }

  /** @param {string} label of a button in a notification */
  async pressInNotification(label) {
    await this.page.locator(".notification-list-item .monaco-button", { hasText: label }).click();
  }

  async closeNotifications() {
    await this.runCommand("Notifications: Clear All Notifications");
  }

  /** @param {string} label of a row in a tree of the side bar */
  sideBarRow(label) {
    return this.page.locator(".sidebar .monaco-list-row", { hasText: label });
  }

  /** @param {string} file where the picture goes */
  async screenshot(file) {
    mkdirSync(dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
  }

  /** Reloads the window as a person does: VS Code gets the time to keep what it needs. */
  async reload() {
    const loaded = this.page.waitForEvent("load");
    await this.runCommand("Developer: Reload Window");
    await loaded;
    await this.ready();
  }
}
