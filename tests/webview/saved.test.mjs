/** The page inside a saved document: no host, no network; opened from disk and in a notebook's cell. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { inRoot, VENV_PYTHON } from "../../scripts/setup/folders.mjs";
import { button, isPainted, item, picture, useBrowser } from "./replay/driven.mjs";
import { launch } from "./replay/page.mjs";

useBrowser();

/** @type {import("playwright-core").Browser} */
let browser;
let folder = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "interpogate-picture-"));
  const script = inRoot("tests", "webview", "replay", "saved_picture.py");
  const env = { ...process.env, PYTHONPATH: inRoot("python_backend") };
  await promisify(execFile)(VENV_PYTHON, [script, folder], { env });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens a saved page with the network cut; `body` gets the page and what the graph stands in. */
async function withSaved(name, size, body, complaints = /(?!)/) {
  const context = await browser.newContext({ viewport: size, reducedMotion: "reduce" });
  const problems = [];
  const asked = [];
  try {
    await context.setOffline(true);
    const page = await context.newPage();
    page.setDefaultTimeout(90_000);
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => {
      const isExpected = complaints.test(message.text());
      if (message.type() === "error" && !isExpected) problems.push(message.text());
    });
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(join(folder, name)).href);
    const frame = name === "cell.html" ? page.frames()[1] : page.mainFrame();
    assert(frame, "the document is there");
    await item(frame, "transformer.wte").waitFor();
    await body({ page, frame });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      asked.filter((address) => /^https?:/.test(address)),
      [],
    );
  } finally {
    await context.close();
  }
}

/** What one can do with a picture, wherever it stands. */
async function lookAround(frame) {
  const table = frame.getByRole("table", { name: "Next tokens" });
  await table.getByRole("row").filter({ hasText: "Anna" }).waitFor();
  await frame.getByRole("list", { name: "Tokens" }).getByRole("button").nth(1).click();
  await frame.getByText("at position 1").waitFor();
  await item(frame, "transformer.h").focus();
  await frame.page().keyboard.press("ArrowRight");
  await item(frame, "transformer.h.1").click();
  const inspector = frame.getByRole("region", { name: "Inspector" });
  await inspector.getByText("transformer.h.1", { exact: true }).waitFor();
  await inspector.getByText(/modeling_gpt2\.py:\d+/).waitFor();
  await frame.page().keyboard.press("/");
  await frame.page().keyboard.type("layernorm ln_f");
  await frame.getByRole("option").first().waitFor();
  await frame.page().keyboard.press("Enter");
  await inspector.getByText("transformer.ln_f", { exact: true }).waitFor();
  await button(frame, "Copy path").click();
  await frame.getByText("Path copied").waitFor();
  await button(frame, "Copy hook code").click();
  await frame.getByText("Hook code copied").waitFor();
  for (const name of ["Run forward pass", "Cancel", "Go to source", "Insert pre hook"]) {
    assert.equal(await button(frame, name).count(), 0, `${name} is not offered`);
  }
  assert.equal(await frame.getByRole("textbox", { name: "Text" }).count(), 0);
}

describe("a saved picture", () => {
  test("opened from disk answers by itself", () =>
    withSaved("picture.html", { width: 1200, height: 800 }, async ({ page, frame }) => {
      await lookAround(frame);
      await picture(page, "saved-document");
    }));

  test("may not ask anything of a network, whatever stands in it", () =>
    withSaved(
      "picture.html",
      { width: 900, height: 600 },
      async ({ frame }) => {
        const blocked = await frame.evaluate(async () => {
          const found = new Promise((resolve) =>
            document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) =>
              resolve(effectiveDirective),
            ),
          );
          await fetch("data:text/plain,secret").catch(() => undefined);
          return found;
        });
        assert.equal(blocked, "connect-src");
      },
      /Content Security Policy/,
    ));

  test("in a notebook's cell is small and whole", () =>
    withSaved("cell.html", { width: 800, height: 450 }, async ({ page, frame }) => {
      await frame.getByRole("table", { name: "Next tokens" }).waitFor();
      await picture(page, "saved-cell");
      await isPainted(frame, 0.003);
      const stage = await frame.locator(".stage").boundingBox();
      assert(stage.height > 280, `the graph has ${stage.height} px`);
      await lookAround(frame);
      await picture(page, "saved-cell-node");
    }));

  test("in a narrow cell has its drawer", () =>
    withSaved("picture.html", { width: 500, height: 600 }, async ({ page, frame }) => {
      await frame.getByRole("table", { name: "Next tokens" }).waitFor();
      await picture(page, "saved-narrow");
      assert.equal(await button(frame, "Run forward pass").count(), 0);
    }));
});
