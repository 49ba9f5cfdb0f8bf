/** Runs in the real workbench: earlier ones, generating, the strip, images, replay, what is remembered. */
import { crc32, deflateSync } from "node:zlib";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { openSource } from "./harness/journey.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const session = sessionForFile();

const FIRST = "Anna and Tom went to the park";
const SECOND = "When Emma and Jack went to the lake, Jack gave a book to";

/** @param {InterpogatePage} page @param {string | RegExp} name */
const tool = (page, name) => page.frame.getByRole("button", { name });

/** @param {InterpogatePage} page */
const foreseen = (page) => page.tokens.locator(".next");

/** @param {InterpogatePage} page @param {string} words */
const says = (page, words) =>
  until(`the page to say ${words}`, async () => (await page.words()).includes(words));

scenario(
  session,
  "an earlier run is shown again, and the model goes on with its text",
  async () => {
    const { workbench } = await session.window();
    await workbench.runCommand("Interpogate: Open Demo Model");
    const page = await InterpogatePage.withGraph(workbench);
    await page.run(FIRST);
    await says(page, "Observed in run 1");
    await page.run(SECOND);
    await says(page, "Observed in run 2");
    await until("a strip that ends with the name", async () =>
      /Emma/.test((await foreseen(page).allInnerTexts()).at(-1) ?? ""),
    );
    await tool(page, /^Runs 2$/).click();
    await session.picture("runs 1 list");
    await page.frame
      .getByRole("list", { name: "Earlier runs" })
      .getByRole("button", { name: /Anna and Tom/ })
      .click();
    await says(page, "Observed in run 1");
    await until("the first text", async () => (await page.text.inputValue()) === FIRST);
    await until(
      "the tokens of the first text",
      async () => (await page.tokens.getByRole("listitem").count()) === 7,
    );
    await page.select("transformer.wte");
    await until("the inspector to show the first run's shapes", async () =>
      /1\s*×\s*7\s*×\s*128/.test(await page.inspector.innerText()),
    );
    await generate(page);
    await findToken(page);
    await replay(page);
  },
);

/** @param {InterpogatePage} page */
async function generate(page) {
  await tool(page, "Generate").click();
  await page.frame.getByRole("spinbutton", { name: "Tokens" }).fill("5");
  await page.button("Generate 5 tokens").click();
  await says(page, "Observed in run 3");
  await until(
    "five tokens more",
    async () => (await page.tokens.locator("button.made").count()) === 5,
  );
  await until("a strip over all of them", async () => (await foreseen(page).count()) === 11);
  await session.picture("runs 2 generated");
}

/** @param {InterpogatePage} page */
async function findToken(page) {
  await page.frame.getByRole("textbox", { name: "Find a token" }).fill("Anna");
  const found = page.frame.getByRole("list", { name: "Found tokens" });
  await found
    .getByText(/^rank \d+$/)
    .first()
    .waitFor();
}

/** @param {InterpogatePage} page */
async function replay(page) {
  await tool(page, "Replay").click();
  const moment = page.frame.getByRole("slider", { name: "Moment of the run" });
  await until("the replay to be there", async () => moment.isEnabled());
  await page.frame.getByRole("combobox", { name: "Speed" }).selectOption({ label: "1/2" });
  await moment.focus();
  await page.frame.page().keyboard.press("End");
  await says(page, "the end");
  await page.frame.page().keyboard.press("Home");
  await page.button("Play").click();
  await until("the replay to move", async () => Number(await moment.inputValue()) > 0);
  await session.picture("runs 3 replay");
}

scenario(session, "an image from a file goes through a small vision model", async () => {
  const { workbench } = await session.window();
  await openSource(workbench, "vision.py:SmallVision");
  const page = await InterpogatePage.withGraph(workbench);
  const file = { name: "sky.png", mimeType: "image/png", buffer: blueImage(64, 48) };
  await page.frame.getByLabel("File for the inputs").setInputFiles(file);
  await page.frame.getByText("sky.png: image, 64 × 48").waitFor();
  const line = 'pixel_values = file("sky.png")';
  await until("the file's line", async () => (await page.inputs.inputValue()) === line);
  await page.inputs.fill('pixel_values = file("sky.png")\nscale = 2');
  await page.button("Run forward pass").click();
  await says(page, "sky.png, 64 × 48, was resized, with values from 0 to 1: 1 × 3 × 24 × 32.");
  await says(page, "Observed in run 1");
  await session.picture("runs 4 image");
  await page.inputs.fill('pixel_values = file("sky.png")\nscale = maybe');
  await page.button("Run forward pass").click();
  await page.alert().getByText("Line 2: 'maybe' is neither dtype[shape] nor JSON.").waitFor();
});

scenario(
  session,
  "a text from the palette stands in the box, and comes back with the model",
  async () => {
    const { workbench } = await session.window();
    await workbench.runCommand("Interpogate: Open Demo Model");
    const page = await InterpogatePage.withGraph(workbench);
    await workbench.runCommand("Interpogate: Run Forward Pass");
    const box = workbench.quickInput().filter({ hasText: "Run Demo model" });
    await box.locator("input").first().fill(FIRST);
    await workbench.page.keyboard.press("Enter");
    await says(page, "Observed in run 1");
    await until("the text in the box", async () => (await page.text.inputValue()) === FIRST);
    await workbench.runCommand("Interpogate: Close Model");
    await until("the page to be gone", async () => InterpogatePage.all(workbench).length === 0);
    await workbench.runCommand("Interpogate: Open Demo Model");
    const again = await InterpogatePage.withGraph(workbench);
    await until("the last text in the box", async () => (await again.text.inputValue()) === FIRST);
  },
);

/**
 * A PNG of one colour.
 * @param {number} width
 * @param {number} height
 */
function blueImage(width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3)]);
  for (let pixel = 0; pixel < width; pixel += 1) row.set([20, 60, 200], 1 + pixel * 3);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
