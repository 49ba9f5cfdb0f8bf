/** Earlier runs, generating, the strip, tokens by name, replay and files, in a real browser. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  button,
  copy,
  demo,
  picture,
  requests,
  useBrowser,
  withGraph,
  withPage,
} from "./replay/driven.mjs";

useBrowser();

const tool = (page, name) => page.getByRole("button", { name });
const text = (page) => page.getByRole("textbox", { name: "Text", exact: true });

async function run(page, words, number) {
  if (words !== null) await text(page).fill(words);
  await button(page, "Run forward pass").click();
  await page.getByText(`Run ${number}:`).waitFor();
}

const plain = () => {
  const recording = copy(demo);
  const inputs = "x = float32[1, 3, 8, 8]\nscale = 2";
  const summary = { takesText: false, predictsTokens: false, exampleInputs: inputs };
  Object.assign(recording.model.summary, summary);
  return recording;
};

/** A button that says it cannot be used is left alone by `click`. */
const offered = (page, name) => tool(page, name).count();

describe("earlier runs", () => {
  test("are listed, and a click shows one again with its text", () =>
    withGraph(demo, {}, async (page) => {
      assert.equal(await offered(page, /^Runs/), 0, "nothing to choose from");
      await run(page, null, 1);
      await run(page, "Tom gave Anna", 2);
      await tool(page, /^Runs 2$/).click();
      const list = page.getByRole("list", { name: "Earlier runs" });
      assert.equal(await list.getByRole("listitem").count(), 2);
      await picture(page, "runs");
      await list.getByRole("button", { name: /When Anna/ }).click();
      await page.getByText("Observed in run 1").waitFor();
      assert.deepEqual(await requests(page, "run/select"), [{ modelId: "m1", runId: 1 }]);
      assert.match(await text(page).inputValue(), /^When Anna/);
      await page.getByText("Run 1:").waitFor();
      const chosen = list.locator('[aria-current="true"]');
      assert.match(await chosen.innerText(), /When Anna/);
    }));

  test("say that a run is no longer there", () =>
    withGraph(demo, {}, async (page) => {
      await run(page, null, 1);
      await run(page, "Tom gave Anna", 2);
      await page.evaluate(() => {
        window.replay.overrides["run/select"] = () => {
          const data = { code: "run.notFound", message: "There is no run 1 any more.", hint: "" };
          throw Object.assign(new Error(), { rpc: { code: -32000, message: data.message, data } });
        };
      });
      await tool(page, /^Runs/).click();
      await page
        .getByRole("list", { name: "Earlier runs" })
        .getByRole("button", { name: /When Anna/ })
        .click();
      await page.getByRole("alert").getByText("There is no run 1 any more.").waitFor();
    }));
});

describe("generating", () => {
  test("asks for tokens with the options, shows the step, and marks what was made", () =>
    withGraph(demo, {}, async (page) => {
      await tool(page, "Generate").click();
      await page.getByRole("spinbutton", { name: "Tokens" }).fill("4");
      assert.equal(await page.getByRole("spinbutton", { name: "Seed" }).count(), 0);
      await page.getByRole("spinbutton", { name: "Temperature" }).fill("0.7");
      await page.getByRole("spinbutton", { name: "Seed" }).fill("11");
      await page.evaluate(() => (window.replay.stopAt = 10));
      await button(page, "Generate 4 tokens").click();
      const [asked] = await requests(page, "run/start");
      assert.deepEqual(
        [asked.tokenCount, asked.temperature, asked.seed, asked.text.slice(0, 9)],
        [4, 0.7, 11, "When Anna"],
      );
      await page.evaluate(() => {
        const { tokens } = window.recording;
        const part = { step: 2, stepCount: 4, promptTokenCount: tokens.ids.length - 2, tokens };
        const run = { modelId: "m1", runId: 1, phase: "running", durationMs: 0, eventCount: 10 };
        window.replay.emit("run/changed", { ...run, ...part });
      });
      await page.getByText("Step 2 of 4…").waitFor();
      const made = page.getByRole("list", { name: "Tokens" }).locator("button.made");
      assert.equal(await made.count(), 2);
      await picture(page, "generating");
    }));

  test("is refused by the form for what makes no sense", () =>
    withGraph(demo, {}, async (page) => {
      await tool(page, "Generate").click();
      const tokens = page.getByRole("spinbutton", { name: "Tokens" });
      for (const wrong of ["0", "1001", "2.5", ""]) {
        await tokens.fill(wrong);
        assert(await page.getByRole("button", { name: /^Generate .*tokens$/ }).isDisabled(), wrong);
      }
    }));

  test("is not offered for a model that predicts nothing", () =>
    withGraph(plain(), {}, async (page) => {
      assert.equal(await offered(page, "Generate"), 0);
      assert.equal(await offered(page, "Arguments"), 0);
    }));
});

describe("predictions", () => {
  test("stand below every token, with a mark where the text goes on so", () =>
    withGraph(demo, {}, async (page) => {
      await run(page, null, 1);
      const foreseen = page.getByRole("list", { name: "Tokens" }).locator(".next");
      await foreseen.first().waitFor();
      assert.equal(await foreseen.count(), demo.tokens.ids.length);
      const marks = await page
        .getByRole("list", { name: "Tokens" })
        .locator(".mark")
        .allInnerTexts();
      assert.equal(marks.length, demo.tokens.ids.length - 1, "nothing follows the last token");
      const right = demo.tokens.ids
        .slice(1)
        .map((id, row) => (demo.predictions[row].tokens.ids[0] === id ? "✓" : "≠"));
      assert.deepEqual(marks, right);
      assert.match(await foreseen.first().getAttribute("title"), /^Likeliest after position 0: “/);
    }));

  test("tell how likely a token is that the user names", () =>
    withGraph(demo, {}, async (page) => {
      await run(page, null, 1);
      await page.getByRole("textbox", { name: "Find a token" }).fill("park");
      const found = page.getByRole("list", { name: "Found tokens" });
      await found.getByText("rank 3", { exact: true }).waitFor();
      const [first, second] = await found.getByRole("listitem").allInnerTexts();
      assert.match(first.replaceAll(/\s+/g, " "), /^Ġpark 12\.5% rank 3 7\.25$/);
      assert.match(second, /^park…/, "only the beginning of what was written");
      await page.getByRole("list", { name: "Tokens" }).getByRole("button").nth(2).click();
      await page.getByText("at position 2").waitFor();
      const asked = await requests(page, "prediction/find");
      assert.deepEqual(asked.at(-1), { modelId: "m1", runId: 1, position: 2, text: "park" });
    }));
});

describe("a replay", () => {
  const slider = (page) => page.getByRole("slider", { name: "Moment of the run" });

  test("stands still for who wants no motion, and goes from event to event by keyboard", () =>
    withGraph(demo, { motion: "reduce" }, async (page) => {
      await run(page, null, 1);
      await tool(page, "Replay").click();
      await button(page, "Play").waitFor();
      await slider(page).focus();
      await page.waitForFunction(() => !document.querySelector('input[type="range"]').disabled);
      await slider(page).focus();
      assert.equal(await slider(page).inputValue(), "0");
      await page.keyboard.press("End");
      await page.getByText("the end").waitFor();
      await page.keyboard.press("Home");
      for (let count = 0; count < 3; count++) await page.keyboard.press("ArrowRight");
      const time = Number(await slider(page).inputValue());
      assert.equal(time, demo.events.timesUs[2]);
      await picture(page, "replay");
    }));

  test("plays by itself, can be stopped and moved, and ends with the run", () =>
    withGraph(demo, { motion: "no-preference" }, async (page) => {
      await run(page, null, 1);
      await tool(page, "Replay").click();
      await button(page, "Pause").waitFor();
      const values = async () => Number(await slider(page).inputValue());
      await page.waitForFunction(
        () => Number(document.querySelector('input[type="range"]').value) > 0,
      );
      await button(page, "Pause").click();
      await button(page, "Play").waitFor();
      const stopped = await values();
      await page.getByRole("combobox", { name: "Speed" }).selectOption({ label: "10 × faster" });
      await button(page, "Play").click();
      await page.getByText("the end").waitFor();
      assert((await values()) > stopped);
      await tool(page, "Replay").click();
      assert.equal(await slider(page).count(), 0);
    }));
});

describe("inputs", () => {
  const inputs = (page) => page.getByRole("textbox", { name: "Inputs" });
  const photo = (name = "photo.png", size = 2_000_000) => ({
    name,
    mimeType: "image/png",
    buffer: Buffer.alloc(size, 7),
  });

  test("take a chosen image, which is sent in parts and never as a path", () =>
    withGraph(plain(), {}, async (page) => {
      const chosen = page.waitForEvent("filechooser");
      await button(page, "File…").click();
      await (await chosen).setFiles(photo());
      await page.getByText("photo.png: image, 640 × 480").waitFor();
      assert.equal(await inputs(page).inputValue(), 'x = file("photo.png")\nscale = 2');
      const parts = await requests(page, "input/upload");
      assert.deepEqual(
        parts.map(({ name, offset, byteLength }) => [name, offset, byteLength]),
        [0, 786_432, 1_572_864].map((offset) => ["photo.png", offset, 2_000_000]),
      );
      await button(page, "Run forward pass").click();
      await page.getByText("Run 1:").waitFor();
      assert.equal(
        (await requests(page, "run/start"))[0].inputs,
        'x = file("photo.png")\nscale = 2',
      );
    }));

  test("take a file that is dropped onto the box", () =>
    withGraph(plain(), {}, async (page) => {
      const data = await page.evaluateHandle(() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(20)], "x.npy"));
        return transfer;
      });
      await inputs(page).dispatchEvent("dragover", { dataTransfer: data });
      await inputs(page).dispatchEvent("drop", { dataTransfer: data });
      await page.getByText("x.npy: float32[2, 3]").waitFor();
      assert.equal(await inputs(page).inputValue(), 'x = npy("x.npy")\nscale = 2');
    }));

  test("show a refused file in a sentence and stay as they were", () =>
    withGraph(plain(), {}, async (page) => {
      await page.evaluate(() => {
        window.replay.overrides["input/upload"] = () => {
          const data = { code: "input.refused", message: "photo.png is no image.", hint: "" };
          throw Object.assign(new Error(), { rpc: { code: -32000, message: data.message, data } });
        };
      });
      const before = await inputs(page).inputValue();
      await page.getByLabel("File for the inputs").setInputFiles(photo("photo.png", 10));
      await page.getByRole("alert").getByText("photo.png is no image.").waitFor();
      assert.equal(await inputs(page).inputValue(), before);
    }));

  test("explain how they are written", () =>
    withGraph(plain(), { width: 480, height: 800 }, async (page) => {
      await button(page, "How inputs are written").click();
      await page.getByText('pixel_values = file("cat.png")').waitFor();
      await picture(page, "inputs narrow");
    }));

  test("stand beside a text as its arguments", () =>
    withGraph(demo, {}, async (page) => {
      await tool(page, "Arguments").click();
      await page.getByRole("textbox", { name: "Arguments" }).fill("use_cache = true");
      await run(page, null, 1);
      assert.equal((await requests(page, "run/start"))[0].inputs, "use_cache = true");
    }));
});

test("text, inputs and the drawer come back after a reload", () =>
  withPage(demo, { width: 480, height: 800 }, async (page) => {
    await page.getByRole("tree", { name: "Model graph" }).waitFor();
    await text(page).fill("Once upon");
    await page.getByRole("tab", { name: "Node" }).click();
    const edge = page.getByRole("separator", { name: "Height of the panel" });
    await edge.focus();
    await page.keyboard.press("ArrowUp");
    const height = await edge.getAttribute("aria-valuenow");
    await page.waitForFunction(
      () => JSON.parse(sessionStorage.getItem("state"))?.drawerShare > 0.48,
    );
    await page.reload();
    await page.getByRole("tree", { name: "Model graph" }).waitFor();
    assert.equal(await text(page).inputValue(), "Once upon");
    assert.equal(
      await page.getByRole("tab", { name: "Node" }).getAttribute("aria-selected"),
      "true",
    );
    assert.equal(await edge.getAttribute("aria-valuenow"), height);
  }));
