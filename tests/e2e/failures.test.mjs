/** When things go wrong: each failure is one clear message with the one button that mends it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../scripts/setup/command.mjs";
import { environmentPython } from "../../scripts/setup/python-packages.mjs";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { openSource } from "./harness/journey.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const session = sessionForFile();

/**
 * @typedef {object} Failing
 * @property {string} source
 * @property {RegExp} message what the page says
 * @property {string | null} button the one that it offers
 * @property {Record<string, string>} [files] needed for it
 */

/** @type {Record<string, Failing>} by what is told */
const FAILURES = {
  "a file with a syntax error is told with its line": {
    source: "typo.py:Net",
    message: /typo\.py.*syntax error.*line 3/s,
    button: "Open file",
    files: { "typo.py": "import torch\n\nclass Net(:\n    pass\n" },
  },
  "a name that is not there is told, with the nearest one": {
    source: "nets.py:SmalNet",
    message: /nets\.py.*SmalNet.*SmallNet/s,
    button: "Open model…",
  },
  "a class that needs arguments is told with their names": {
    source: "broken.py:NeedsWidth",
    message: /NeedsWidth.*width/s,
    button: "Open file",
  },
  "a source that does not exist is told": {
    source: "no_such_file.py:Net",
    message: /no_such_file\.py/,
    button: "Open model…",
  },
  "a file that imports what is not installed is told": {
    source: "imports.py:Net",
    message: /package_that_nobody_has/,
    button: "Select interpreter",
    files: { "imports.py": "import package_that_nobody_has\n" },
  },
};

scenario(session, "each source that fails is told, and the editor process lives on", async () => {
  const files = Object.assign({}, ...Object.values(FAILURES).map((failing) => failing.files ?? {}));
  const { workbench } = await session.window({ files });
  for (const [name, failing] of Object.entries(FAILURES)) await tells(workbench, name, failing);
  await anotherModelOpens(workbench);
});

/**
 * @param {import("../../scripts/workbench/workbench.mjs").Workbench} workbench
 * @param {string} name
 * @param {Failing} failing
 */
async function tells(workbench, name, { source, message, button }) {
  await openSource(workbench, source);
  const page = await withAlert(workbench);
  const words = await page.alert().first().innerText();
  assert.match(words, message, name);
  assert.doesNotMatch(words, /Traceback|File "/, "a traceback belongs into the log");
  if (button) await page.alert().getByRole("button", { name: button, exact: true }).waitFor();
  await session.picture(`failure ${source.replace(/\W/g, " ")}`);
  await workbench.runCommand("Interpogate: Close Model");
  await until("its page to go", () => InterpogatePage.all(workbench).length === 0);
}

/** @param {import("../../scripts/workbench/workbench.mjs").Workbench} workbench */
function withAlert(workbench) {
  return InterpogatePage.find(workbench, async (page) => (await page.alert().count()) > 0);
}

/**
 * The editor process lives on.
 * @param {import("../../scripts/workbench/workbench.mjs").Workbench} workbench
 */
async function anotherModelOpens(workbench) {
  const before = session.processes("start_editor.py").map(({ pid }) => pid);
  await openSource(workbench, "nets.py:SmallNet");
  await InterpogatePage.find(workbench, (page) => page.hasGraph());
  assert.deepEqual(
    session.processes("start_editor.py").map(({ pid }) => pid),
    before,
    "the editor process is the same",
  );
}

scenario(session, "a forward that raises leaves the graph up to the red node", async () => {
  const { workbench } = await session.window();
  await openSource(workbench, "broken.py:RaisesMidway");
  const page = await withAlert(workbench);
  const words = await page.alert().first().innerText();
  assert.match(words, /the second half is not written yet/);
  assert.match(words, /broken\.py, line \d+/);
  await page.item("first").waitFor();
  await page.item("second").waitFor();
  await page.alert().getByRole("button", { name: "Show node" }).click();
  await page.inspector.getByText("the second half is not written yet").first().waitFor();
  await session.picture("failure midway");
});

scenario(session, "inputs that do not fit are told, and others can be run after", async () => {
  const { workbench } = await session.window();
  await openSource(workbench, "nets.py:SmallNet");
  const page = await InterpogatePage.withGraph(workbench);
  const fitting = await until("inputs that fit", () => page.inputs.inputValue());
  await page.inputs.fill("x = float32[2, 7]");
  await page.button("Run forward pass").click();
  await page.alert().first().waitFor();
  assert.match(await page.alert().first().innerText(), /shape|7|16/);
  await session.picture("failure inputs");
  await page.inputs.fill(fitting);
  await page.button("Run forward pass").click();
  await page.alert().first().waitFor({ state: "detached" });
  await page.runEnded();
});

scenario(
  session,
  "an interpreter without torch is named, with a button to choose another",
  async () => {
    const folder = session.workspace();
    const empty = join(folder, "empty");
    await run(environmentPython(), ["-m", "venv", "--without-pip", empty]);
    const settings = { "interpogate.interpreter": join(empty, "bin", "python") };
    const { workbench } = await session.window({ settings });
    await workbench.runCommand("Interpogate: Open Demo Model");
    const page = await withAlert(workbench);
    const words = await page.alert().first().innerText();
    assert.match(words, /torch/);
    await page.alert().getByRole("button", { name: "Select interpreter" }).waitFor();
    await session.picture("failure no torch");
  },
);

scenario(session, "an interpreter that is not there is told", async () => {
  const settings = { "interpogate.interpreter": "/no/such/python" };
  const { workbench } = await session.window({ settings });
  await workbench.runCommand("Interpogate: Open Demo Model");
  await workbench.notification(/no\/such\/python/).waitFor();
  await workbench.page
    .locator(".notification-list-item .monaco-button", { hasText: "Select Interpreter" })
    .waitFor();
  await session.picture("failure no interpreter");
});

scenario(session, "a model that writes everywhere disturbs no message", async () => {
  const { workbench } = await session.window();
  await openSource(workbench, "noisy.py:NoisyNet");
  const page = await InterpogatePage.withGraph(workbench);
  await page.button("Run forward pass").click();
  await page.runEnded();
  await until("the run to be told", async () => /Run 1: /.test(await page.words()));
  assert.equal(await page.alert().count(), 0);
});
