/**
 * The built page in a real browser, on recordings: met by role and name, as a screen reader meets it,
 * in every theme and at every width. What VS Code itself adds is tested in `tests/e2e`.
 */
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { build } from "vite";
import { launch, openPage } from "./replay/page.mjs";
import { gptRecording } from "./replay/recording.mjs";

const SHOTS = new URL("../../out/page/", import.meta.url);
const demo = JSON.parse(await readFile(new URL("replay/demo.recording", import.meta.url), "utf8"));
const minilm = JSON.parse(
  await readFile(new URL("replay/minilm.recording", import.meta.url), "utf8"),
);

/** @type {import("playwright-core").Browser} */
let browser;

before(async () => {
  const configFile = new URL("../../webview/vite.config.ts", import.meta.url).pathname;
  await build({ configFile, logLevel: "error" });
  await mkdir(SHOTS, { recursive: true });
  browser = await launch();
});

after(() => browser.close());

const copy = (recording) => structuredClone(recording);
const item = (page, name) => page.getByRole("treeitem", { name, exact: true });
const button = (page, name) => page.getByRole("button", { name, exact: true });
const requests = (page, method) =>
  page.evaluate(
    (name) => window.replay.requests.filter((r) => r.method === name).map((r) => r.params),
    method,
  );

/** Opens a page on a recording, does something with it, and takes care that nothing went wrong. */
async function withPage(recording, options, body) {
  const { page, context, problems } = await openPage(browser, copy(recording), options);
  try {
    await body(page);
    assert.deepEqual(problems, [], "no error and no refusal by the content security policy");
  } finally {
    await context.close();
  }
}

async function withGraph(recording, options, body) {
  await withPage(recording, options, async (page) => {
    await page.getByRole("tree", { name: "Model graph" }).waitFor();
    await page.getByRole("treeitem").nth(2).waitFor();
    await body(page);
  });
}

/** Pixels of the graph that differ from its ground, as a share of all. */
async function painted(page) {
  const image = await page.locator("canvas").first().screenshot();
  return page.evaluate(
    async (bytes) => {
      const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d");
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      let other = 0;
      for (let at = 0; at < data.length; at += 4) {
        const distance = [0, 1, 2].reduce((sum, c) => sum + Math.abs(data[at + c] - data[c]), 0);
        if (distance > 24) other++;
      }
      return other / (data.length / 4);
    },
    [...image],
  );
}

describe("the graph", () => {
  test("is painted, and its twin names what is in it", () =>
    withGraph(demo, {}, async (page) => {
      await item(page, "transformer.wte").waitFor();
      await item(page, "transformer.h").waitFor();
      await item(page, "lm_head").waitFor();
      assert((await painted(page)) > 0.005, "something is painted");
      await page.screenshot({ path: new URL("demo.png", SHOTS).pathname });
    }));

  test("selects the node whose item is clicked, and inspects it", () =>
    withGraph(demo, {}, async (page) => {
      await item(page, "transformer.wte").click();
      assert.equal(await item(page, "transformer.wte").getAttribute("aria-selected"), "true");
      const inspector = page.getByRole("region", { name: "Inspector" });
      await inspector.getByRole("heading", { name: "wte" }).waitFor();
      await inspector.getByText("transformer.wte", { exact: true }).waitFor();
      await inspector.getByText("num_embeddings").waitFor();
      const told = await requests(page, "page/selected");
      assert.deepEqual(told.at(-1), {
        modelId: "m1",
        node: "transformer.wte",
        path: "transformer.wte",
      });
    }));

  test("selects what the mouse is pressed on", () =>
    withGraph(demo, {}, async (page) => {
      const box = await item(page, "lm_head").boundingBox();
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await page.getByRole("heading", { name: "lm_head" }).waitFor();
    }));

  test("unfolds and folds by keyboard, and a node deep inside can be clicked", () =>
    withGraph(gptRecording({ layers: 12 }), {}, async (page) => {
      await item(page, "transformer.h.0 – h.11").or(item(page, "h.0 – h.11")).first().focus();
      await page.keyboard.press("ArrowRight");
      await item(page, "transformer.h.7").focus();
      await page.keyboard.press("ArrowRight");
      await item(page, "transformer.h.7.attn").click();
      await page
        .getByRole("region", { name: "Inspector" })
        .getByText("transformer.h.7.attn", { exact: true })
        .waitFor();
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await item(page, "transformer.h.7.attn").waitFor({ state: "detached" });
    }));

  test("unfolds with a double click and keeps the node's place", () =>
    withGraph(demo, {}, async (page) => {
      const before = await item(page, "transformer.h").boundingBox();
      await item(page, "transformer.h").dblclick();
      await item(page, "transformer.h.1").waitFor();
      await button(page, "Zoom in").waitFor();
      const after = await item(page, "transformer.h").boundingBox();
      assert(Math.abs(after.y - before.y) < 120, `${before.y} became ${after.y}`);
    }));

  test("pans by drag, zooms to the cursor, fits again", () =>
    withGraph(demo, {}, async (page) => {
      const start = await item(page, "lm_head").boundingBox();
      await page.mouse.move(200, 300);
      await page.mouse.down();
      await page.mouse.move(260, 330, { steps: 4 });
      await page.mouse.up();
      const dragged = await item(page, "lm_head").boundingBox();
      assert(Math.abs(dragged.x - start.x - 60) < 2 && Math.abs(dragged.y - start.y - 30) < 2);
      const cursor = { x: dragged.x + dragged.width / 2, y: dragged.y + dragged.height / 2 };
      await page.mouse.move(cursor.x, cursor.y);
      await page.mouse.wheel(0, -240);
      await page.waitForFunction(
        (width) =>
          document.querySelector('[data-node="lm_head"]').getBoundingClientRect().width >
          width * 1.2,
        dragged.width,
      );
      const zoomed = await item(page, "lm_head").boundingBox();
      assert(
        Math.abs(zoomed.x + zoomed.width / 2 - cursor.x) < 2,
        "what is under the cursor stays",
      );
      await button(page, "Fit").click();
      const fitted = await item(page, "lm_head").boundingBox();
      assert(Math.abs(fitted.x - start.x) < 2 && Math.abs(fitted.y - start.y) < 2);
    }));

  test("brings an item into view that has the focus outside", () =>
    withGraph(gptRecording({ layers: 12 }), {}, async (page) => {
      for (let step = 0; step < 8; step++) await page.keyboard.press("+");
      await item(page, "lm_head").focus();
      await page.waitForFunction(() => {
        const box = document.querySelector('[data-node="lm_head"]').getBoundingClientRect();
        const stage = document.querySelector(".stage").getBoundingClientRect();
        return box.top >= stage.top - 1 && box.bottom <= stage.bottom + 1;
      });
    }));

  test("reveals a module that the host asks for", () =>
    withGraph(demo, {}, async (page) => {
      await page.evaluate(() =>
        window.replay.emit("page/reveal", { modelId: "m1", path: "transformer.h.1.mlp.c_fc" }),
      );
      await page
        .getByRole("region", { name: "Inspector" })
        .getByText("transformer.h.1.mlp.c_fc", { exact: true })
        .waitFor();
    }));

  test("shows more operations on demand", () =>
    withGraph(demo, {}, async (page) => {
      const few = await page.getByRole("treeitem").count();
      await button(page, "All operations").click();
      await page.waitForFunction(
        (count) => document.querySelectorAll('[role="treeitem"]').length > count,
        few,
      );
    }));

  test("is said to be impossible without WebGL, and its outline works on", () =>
    withPage(demo, {}, async (page) => {
      await page.addInitScript(() => {
        const original = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind === "webgl2" ? null : original.call(this, kind, ...rest);
        };
      });
      await page.reload();
      await page.getByRole("alert").getByText("The graph cannot be drawn").waitFor();
      await item(page, "transformer.wte").focus();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "wte" }).waitFor();
    }));

  test("says when its graphics are lost, and paints again when they are back", () =>
    withGraph(demo, {}, async (page) => {
      await page.evaluate(() => {
        window.lost = document
          .querySelector("canvas")
          .getContext("webgl2")
          .getExtension("WEBGL_lose_context");
        window.lost.loseContext();
      });
      await page.getByText("The graphics were lost").waitFor();
      await page.evaluate(() => window.lost.restoreContext());
      await page.getByText("The graphics were lost").waitFor({ state: "detached" });
      assert((await painted(page)) > 0.005);
    }));
});

describe("a run", () => {
  test("shows tokens, and next tokens for any position", () =>
    withGraph(demo, {}, async (page) => {
      await button(page, "Run forward pass").click();
      const table = page.getByRole("table", { name: "Next tokens" });
      await table.getByRole("row").nth(1).waitFor();
      const tokens = page.getByRole("list", { name: "Tokens" });
      assert.equal(await tokens.getByRole("listitem").count(), demo.tokens.ids.length);
      await page.getByText("Observed in run 1").waitFor();
      await page.screenshot({ path: new URL("run.png", SHOTS).pathname });
      await tokens.getByRole("button").nth(1).click();
      await page.getByText("at position 1").waitFor();
      assert.deepEqual((await requests(page, "prediction/read")).at(-1), {
        modelId: "m1",
        runId: 1,
        position: 1,
        count: 10,
      });
    }));

  test("begins with Control and Enter, with the text that stands in the box", () =>
    withGraph(demo, {}, async (page) => {
      await page.getByRole("textbox", { name: "Text" }).fill("Tom gave Anna");
      await page.keyboard.press("Control+Enter");
      await page.getByText("Run 1:").waitFor();
      assert.equal((await requests(page, "run/start"))[0].text, "Tom gave Anna");
      assert.equal(await page.getByRole("listitem").filter({ hasText: "Anna" }).count(), 1);
    }));

  test("can be cancelled and run again", () =>
    withGraph(demo, {}, async (page) => {
      await page.evaluate(() => (window.replay.stopAt = 20));
      await button(page, "Run forward pass").click();
      await page.screenshot({ path: new URL("running.png", SHOTS).pathname });
      await button(page, "Cancel").click();
      await page.getByText("Run 1 cancelled").waitFor();
      await page.evaluate(() => delete window.replay.stopAt);
      await button(page, "Run forward pass").click();
      await page.getByText("Run 2:").waitFor();
    }));

  test("of a model that raises says what and where, and leads there", () =>
    withGraph(demo, {}, async (page) => {
      await page.evaluate(() => (window.replay.stopAt = 30));
      await button(page, "Run forward pass").click();
      await page.evaluate(() => {
        const problem = {
          code: "run.raised",
          message: "RuntimeError: shapes do not fit",
          hint: "Look at the red node.",
          action: "openFile",
          node: "transformer.h.1.mlp.c_fc",
          file: "/home/me/block.py",
          line: 7,
        };
        window.replay.emit("run/changed", {
          modelId: "m1",
          runId: 1,
          phase: "failed",
          durationMs: 3,
          eventCount: 30,
          tokens: null,
          predictsTokens: false,
          problem,
        });
      });
      const alert = page.getByRole("alert");
      await alert.getByText("RuntimeError: shapes do not fit").waitFor();
      await alert.getByText("block.py, line 7").waitFor();
      await button(page, "Open file").click();
      assert.deepEqual(await requests(page, "problem/act"), [
        { modelId: "m1", action: "openFile" },
      ]);
      await button(page, "Show node").click();
      await page.getByRole("heading", { name: "c_fc" }).waitFor();
      await page.screenshot({ path: new URL("failed.png", SHOTS).pathname });
    }));

  test("of an encoder has tokens and no next tokens", () =>
    withGraph(minilm, {}, async (page) => {
      await button(page, "Run forward pass").click();
      await page.getByText("Run 1:").waitFor();
      await page.getByText("it has no next tokens").waitFor();
      assert.equal(await page.getByRole("table", { name: "Next tokens" }).count(), 0);
    }));

  test("of a model without text takes inputs", () => {
    const plain = copy(demo);
    Object.assign(plain.model.summary, {
      takesText: false,
      predictsTokens: false,
      exampleInputs: "x = float32[1, 3, 8, 8]",
    });
    return withGraph(plain, {}, async (page) => {
      assert.equal(await page.getByRole("textbox", { name: "Text" }).count(), 0);
      await page.getByRole("textbox", { name: "Inputs" }).fill("x = float32[2, 3, 8, 8]");
      await button(page, "Run forward pass").click();
      await page.getByText("Run 1:").waitFor();
      assert.equal((await requests(page, "run/start"))[0].inputs, "x = float32[2, 3, 8, 8]");
    });
  });
});

describe("the inspector", () => {
  test("inserts and copies through the host", () =>
    withGraph(demo, {}, async (page) => {
      await item(page, "transformer.wte").click();
      for (const [name, kind] of [
        ["Insert pre hook", "pre"],
        ["Insert post hook", "post"],
        ["Insert both hooks", "both"],
      ]) {
        await button(page, name).click();
        await page.getByText("Inserted into experiment.py").waitFor();
        assert.deepEqual((await requests(page, "hook/insert")).at(-1), {
          modelId: "m1",
          node: "transformer.wte",
          kind,
        });
      }
      await button(page, "Copy path").click();
      await page.getByText("Path copied").waitFor();
      assert.deepEqual((await requests(page, "text/copy")).at(-1), { text: "transformer.wte" });
      await button(page, "Copy hook code").click();
      await page.getByText("Hook code copied").waitFor();
      assert.match(
        (await requests(page, "text/copy")).at(-1).text,
        /^from interpogate import Interpogate\n\nwith interp\.hook/,
      );
      await button(page, "Go to source").click();
      assert.deepEqual(await requests(page, "source/open"), [
        { modelId: "m1", node: "transformer.wte" },
      ]);
    }));

  test("offers no insertion where there is no editor", () => {
    const elsewhere = copy(demo);
    elsewhere.host.canInsert = false;
    return withGraph(elsewhere, {}, async (page) => {
      await item(page, "transformer.wte").click();
      await button(page, "Copy hook code").waitFor();
      assert.equal(await button(page, "Insert pre hook").count(), 0);
    });
  });
});

describe("what is not ready", () => {
  test("an empty page opens models", () => {
    const empty = copy(demo);
    empty.host.modelId = null;
    return withPage(empty, { width: 300, height: 700 }, async (page) => {
      await button(page, "Open demo model").click();
      await button(page, "Open model…").click();
      assert.deepEqual(await requests(page, "page/open"), [{ source: "demo" }, { source: null }]);
      await page.screenshot({ path: new URL("empty.png", SHOTS).pathname });
    });
  });

  test("an untrusted workspace says what to do", () => {
    const untrusted = copy(demo);
    Object.assign(untrusted.host, { modelId: null, trusted: false });
    return withPage(untrusted, {}, async (page) => {
      await page.getByText("Trust this workspace first").waitFor();
      assert.equal(await button(page, "Open model…").count(), 0);
    });
  });

  test("a loading model says what is going on, then shows its graph", () => {
    const loading = copy(demo);
    Object.assign(loading.model, {
      phase: "loading",
      message: "Importing torch…",
      graphVersion: 0,
      summary: null,
    });
    return withPage(loading, {}, async (page) => {
      await page.getByText("Importing torch…").first().waitFor();
      await page.screenshot({ path: new URL("loading.png", SHOTS).pathname });
      await page.evaluate((model) => window.replay.setModel(model), demo.model);
      await item(page, "lm_head").waitFor();
    });
  });

  test("a model that cannot be opened says why, with the one fix as a button", () => {
    const failed = copy(demo);
    const problem = {
      code: "interpreter.noTorch",
      message: "The interpreter has no torch.",
      hint: "Choose another one.",
      action: "selectInterpreter",
      node: null,
      file: null,
      line: null,
    };
    Object.assign(failed.model, { phase: "failed", graphVersion: 0, summary: null, problem });
    return withPage(failed, {}, async (page) => {
      await page.getByRole("alert").getByText("The interpreter has no torch.").waitFor();
      await button(page, "Select interpreter").click();
      assert.deepEqual(await requests(page, "problem/act"), [
        { modelId: "m1", action: "selectInterpreter" },
      ]);
      await page.screenshot({ path: new URL("no-torch.png", SHOTS).pathname });
    });
  });

  test("a killed worker leaves the graph, and Restart brings model and selection back", () =>
    withGraph(demo, {}, async (page) => {
      await item(page, "transformer.wpe").click();
      await page.evaluate(() => {
        const problem = {
          code: "worker.ended",
          message: "The model's process was killed.",
          hint: "Restart it.",
          action: "restart",
          node: null,
          file: null,
          line: null,
        };
        window.replay.setModel({ phase: "stopped", problem });
      });
      await page.getByRole("alert").getByText("The model's process was killed.").waitFor();
      assert.equal(await button(page, "Run forward pass").isEnabled(), false);
      await button(page, "Restart").click();
      assert.deepEqual(await requests(page, "problem/act"), [{ modelId: "m1", action: "restart" }]);
      await page.evaluate(() =>
        window.replay.setModel({ phase: "starting", problem: null, graphVersion: 0 }),
      );
      await page.evaluate(() => window.replay.setModel({ phase: "ready", graphVersion: 1 }));
      await page.getByRole("alert").waitFor({ state: "detached" });
      assert.equal(await item(page, "transformer.wpe").getAttribute("aria-selected"), "true");
      assert.equal(await button(page, "Run forward pass").isEnabled(), true);
    }));
});

test("a reload brings selection, unfolding and text back", () =>
  withGraph(demo, {}, async (page) => {
    await item(page, "transformer.h").focus();
    await page.keyboard.press("ArrowRight");
    await item(page, "transformer.h.2").click();
    await page.getByRole("textbox", { name: "Text" }).fill("kept words");
    await page.waitForFunction(
      () => JSON.parse(sessionStorage.getItem("state") ?? "{}").text === "kept words",
    );
    await page.reload();
    await item(page, "transformer.h.2").waitFor();
    assert.equal(await item(page, "transformer.h.2").getAttribute("aria-selected"), "true");
    assert.equal(await page.getByRole("textbox", { name: "Text" }).inputValue(), "kept words");
    await page.getByRole("heading", { name: "h.2" }).waitFor();
  }));

test("hostile names are text and nothing else", () => {
  const hostile = copy(demo);
  const name = "<img src=x onerror=alert(1)>";
  hostile.model.summary.title = name;
  hostile.tokens.texts[0] = name;
  hostile.details["transformer.wte"].name = name;
  return withGraph(hostile, {}, async (page) => {
    await item(page, "transformer.wte").click();
    await page.getByRole("heading", { name, exact: true }).nth(1).waitFor();
    assert.equal(await page.locator("img").count(), 0);
  });
});

describe("every theme and width", () => {
  for (const theme of ["light", "dark", "contrast"]) {
    for (const [width, height] of [
      [1400, 860],
      [420, 800],
      [300, 700],
    ]) {
      test(`${theme} at ${width} × ${height}: nothing is cut off at the side`, () =>
        withGraph(
          demo,
          { theme, width, height, scheme: theme === "light" ? "light" : "dark" },
          async (page) => {
            await item(page, "transformer.h").click();
            await button(page, "Run forward pass").click();
            await page
              .getByRole("table", { name: "Next tokens" })
              .getByRole("row")
              .nth(1)
              .waitFor();
            await page.getByText("num_heads").or(page.getByText("Stands for")).first().waitFor();
            const wide = await page.evaluate(
              () => document.documentElement.scrollWidth - window.innerWidth,
            );
            assert(wide <= 0, `the page is ${wide} px too wide`);
            const stage = await page.locator(".stage").boundingBox();
            assert(stage.height >= 140, "the graph keeps room");
            assert((await painted(page)) > 0.003);
            await page.screenshot({ path: new URL(`${theme}-${width}.png`, SHOTS).pathname });
          },
        ));
    }
  }
});
