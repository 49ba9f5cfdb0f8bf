/** The page in a browser tab, on a real `interpogate serve` and on the live model of a script. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { inRoot } from "../../scripts/setup/folders.mjs";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { isPainted } from "./harness/painted.mjs";
import { standForFile } from "./harness/served.mjs";

const TEXT = "Anna went to the park with Tom. Tom gave";
const LIMIT = { timeout: 400_000 };
const stand = standForFile();

/** @param {InterpogatePage} shown */
async function graphIsThere(shown) {
  await shown.tree.waitFor();
  await shown.item("transformer").waitFor();
  await shown.stillness();
}

/** @param {InterpogatePage} shown @param {number} count */
const tokensAre = (shown, count) =>
  until(`${count} tokens`, async () => (await shown.tokens.getByRole("button").count()) === count);

/** @param {import("playwright-core").Page} page */
const inSight = (page) => page.locator("canvas").first().screenshot();

describe("interpogate serve", () => {
  /** @type {import("./harness/served.mjs").Served} */
  let server;
  before(() => {
    server = stand.serve();
  });
  afterEach(() => stand.closeTabs());
  after(async () => assert.equal(await server.end(), 0, server.output), LIMIT);

  test("opens the demo model, paints its graph and runs a text", LIMIT, async () => {
    const address = await server.address();
    const { page, problems, shown } = await stand.tab(address);
    await graphIsThere(shown);
    assert(!page.url().includes("#"), "the key is not left in the address");
    await isPainted(page, 0.003);
    await shown.run(TEXT);
    await shown.nextTokens.getByRole("row").nth(3).waitFor();
    await tokensAre(shown, 10);
    await page.getByText("Observed in run").waitFor();
    await stand.picture(page, "light");
    assert.deepEqual(problems, []);
  });

  test("shows the same run in every tab, and each keeps its own state", LIMIT, async () => {
    const address = await server.address();
    const first = await stand.tab(address);
    const second = await stand.tab(address);
    await graphIsThere(first.shown);
    await graphIsThere(second.shown);
    await second.shown.select("lm_head");
    await first.shown.run("Anna went home");
    await second.page
      .getByText(/Run \d+: /)
      .first()
      .waitFor();
    await second.shown.nextTokens.getByRole("row").nth(3).waitFor();
    await first.page.getByText("Select a node").first().waitFor();
    await second.page.close();
    await first.shown.run("Tom went home");
    assert.deepEqual([...first.problems, ...second.problems], []);
  });

  test("copies paths and hook code, and offers nothing that needs an editor", LIMIT, async () => {
    const { page, problems, shown } = await stand.tab(await server.address());
    await graphIsThere(shown);
    await shown.select("lm_head");
    await shown.button("Copy path").click();
    await page.getByText("Path copied").waitFor();
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    assert.equal(await clipboard(), "lm_head");
    await shown.button("Copy hook code").click();
    await page.getByText("Hook code copied").waitFor();
    assert.match(await clipboard(), /hook\.\w+\("lm_head"/);
    for (const name of ["Insert pre hook", "Insert post hook", "Go to source"]) {
      assert.equal(await shown.button(name).count(), 0, `${name} is not offered`);
    }
    await stand.picture(page, "inspector");
    assert.deepEqual(problems, []);
  });

  test("is readable dark and narrow", LIMIT, async () => {
    const address = await server.address();
    const dark = await stand.tab(address, { colorScheme: "dark" });
    await graphIsThere(dark.shown);
    await dark.shown.run(TEXT);
    await dark.shown.nextTokens.getByRole("row").nth(3).waitFor();
    await stand.picture(dark.page, "dark");
    const narrow = await stand.tab(address, { viewport: { width: 420, height: 780 } });
    await graphIsThere(narrow.shown);
    await stand.picture(narrow.page, "narrow");
    await narrow.page.waitForFunction(
      () => document.documentElement.scrollWidth === innerWidth, // nothing sticks out sideways
    );
    assert((await inSight(narrow.page)).length > 0);
  });

  test("a reload keeps key and unfolding; a page without the key asks for it", LIMIT, async () => {
    const address = await server.address();
    const { page, problems, shown } = await stand.tab(address);
    await graphIsThere(shown);
    await shown.unfoldTo("transformer.h.1");
    await page.reload();
    await shown.item("transformer.h.1").waitFor();
    assert.deepEqual(problems, []);

    const bare = await stand.tab(address.split("#")[0] ?? "");
    await bare.page.getByRole("heading", { name: "This page needs its key" }).waitFor();
    await stand.picture(bare.page, "without-key");
    const field = bare.page.getByRole("textbox", { name: "Address or token" });
    await field.fill("no key in this");
    await bare.shown.button("Open").click();
    await bare.page.getByRole("alert").getByText("There is no token in this.").waitFor();
    await field.fill(address);
    await bare.shown.button("Open").click();
    await graphIsThere(bare.shown);
  });

  test("a page with an old key says what to do", LIMIT, async () => {
    const address = (await server.address()).replace(/token=.*/, `token=${"x".repeat(43)}`);
    const { page, shown } = await stand.tab(address);
    await page.getByRole("heading", { name: "Interpogate does not answer" }).waitFor();
    const field = page.getByRole("textbox", { name: "Address or token" });
    await field.fill(await server.address());
    await stand.picture(page, "old-key");
    await shown.button("Open").click();
    await graphIsThere(shown);
  });
});

describe("the browser that serve starts", () => {
  afterEach(() => stand.closeTabs());

  test("opens the page by an address that is good once", LIMIT, async () => {
    const { server, opened } = await stand.serveWithBrowser();
    const first = await stand.tab(opened);
    await graphIsThere(first.shown);
    const { page } = await stand.tab(opened);
    const field = page.getByRole("textbox", { name: "Address or token" });
    await field.waitFor();
    await stand.picture(page, "address-spent");
    assert.deepEqual(first.problems, []);
    assert.equal(await server.end(), 0, server.output);
  });
});

describe("a server that goes away", () => {
  afterEach(() => stand.closeTabs());

  test("is said in the page, which recovers when it is back", LIMIT, async () => {
    const env = { INTERPOGATE_TOKEN: "k".repeat(43) };
    const server = stand.serve([], env);
    const address = await server.address();
    const { page, shown } = await stand.tab(address);
    await graphIsThere(shown);
    await shown.unfoldTo("transformer.h.1");
    await shown.text.fill("kept over the loss");
    assert.equal(await server.end("SIGKILL"), null);
    await page.getByText("Connection lost.").waitFor();
    assert.equal(await shown.item("transformer.h.1").count(), 1, "what is shown stays");
    await stand.picture(page, "lost");
    await shown.button("Run forward pass").click();
    await shown.button("Run forward pass").waitFor();

    const second = stand.serve(["--port", new URL(address).port], env);
    await second.address();
    await page.getByText("Connection lost.").waitFor({ state: "hidden" });
    await graphIsThere(shown);
    await shown.item("transformer.h.1").waitFor();
    assert.equal(await shown.text.inputValue(), "kept over the loss");
    await shown.run(TEXT);
    await shown.nextTokens.getByRole("row").nth(3).waitFor();
    assert.equal(await second.end(), 0);
  });
});

describe("interp.serve()", () => {
  afterEach(() => stand.closeTabs());

  test("shows what the script runs, and runs the script's model", LIMIT, async () => {
    const script = stand.run([inRoot("tests", "e2e", "workspace", "serving.py")]);
    const { page, problems, shown } = await stand.tab(await script.address());
    await graphIsThere(shown);
    script.process.stdin.write("Anna went home.\n");
    await page.getByText("Observed in run 1").waitFor();
    await shown.nextTokens.getByRole("row").nth(3).waitFor();
    await tokensAre(shown, 4);
    await stand.picture(page, "script");
    await shown.run(TEXT);
    await until("the script's hook to hear of it", () => script.output.includes("hooked 2"));
    assert.deepEqual(problems, []);
    script.process.stdin.end();
    assert.equal(await script.ended, 0, script.output);
  });
});
