/** Files that change on disk while a model is open: the graph follows, and nothing of the work is lost. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InterpogatePage } from "../../scripts/workbench/interpogate-page.mjs";
import { until } from "../../scripts/workbench/waiting.mjs";
import { openSource } from "./harness/journey.mjs";
import { scenario, sessionForFile } from "./harness/session.mjs";

const session = sessionForFile();

const NET = `import torch
from torch import nn

from parts import WIDTH, Body


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(8, WIDTH)
        self.body = Body()
        self.head = nn.Linear(WIDTH, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(self.stem(x)))
`;
const PARTS = `import torch
from torch import nn

WIDTH = 16


class Body(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Linear(WIDTH, WIDTH)
        self.act = nn.GELU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.act(self.mix(x))
`;

/** As most editors save: a new file takes the old one's place. @param {string} file @param {string} text */
function replaceFile(file, text) {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

async function openNet() {
  const { workbench, folder } = await session.window({
    files: { "net.py": NET, "parts.py": PARTS },
  });
  await workbench.openFile("net.py"); // the page opens beside it
  await openSource(workbench, "net.py:Net");
  const page = await InterpogatePage.withGraph(workbench);
  await page.select("body.mix");
  return { workbench, folder, page };
}

/** @param {InterpogatePage} page @param {string} words */
function changesSay(page, words) {
  const line = page.frame.getByRole("region", { name: "Changes" });
  return until(`the bar to say ${words}`, async () => (await line.innerText()).includes(words));
}

/** @param {InterpogatePage} page @param {string} path */
function isSelected(page, path) {
  return until(
    `${path} to be selected`,
    async () => (await page.item(path).getAttribute("aria-selected")) === "true",
  );
}

scenario(
  session,
  "a changed file is loaded anew; what changed is marked, the selection stays",
  async () => {
    const { folder, page } = await openNet();
    const [worker] = session.processes("start_worker.py");
    const head = "self.head = nn.Linear(WIDTH, 4)";
    const more = "self.norm = nn.LayerNorm(4)\n        self.head = nn.Linear(WIDTH, 4)";
    const returned = "self.head(self.body(self.stem(x)))";
    const net = NET.replace(head, more).replace(returned, `self.norm(${returned})`);
    replaceFile(join(folder, "net.py"), net);
    await changesSay(page, "Reloaded: 1 added");
    await page.item("norm").waitFor();
    await isSelected(page, "body.mix"); // the selection stays
    await page.stillness();
    await session.picture("reload 1 added");
    const text = readFileSync(join(folder, "parts.py"), "utf8");
    replaceFile(join(folder, "parts.py"), text.replace("WIDTH = 16", "WIDTH = 32"));
    await changesSay(page, "changed");
    await page.button("Details").click();
    await page.frame.getByText("weight 16×8 → 32×8").waitFor();
    await page.frame.getByRole("button", { name: "changed head", exact: true }).click();
    await isSelected(page, "head");
    await page.stillness();
    await session.picture("reload 2 changed");
    await page.button("Dismiss changes").click();
    await page.frame.getByRole("region", { name: "Changes" }).waitFor({ state: "detached" });
    await until("the old workers to end", () => session.processes("start_worker.py").length === 1);
    assert.notEqual(session.processes("start_worker.py")[0]?.pid, worker?.pid);
  },
);

scenario(session, "broken code leaves the model as it was and is shown at its line", async () => {
  const { workbench, folder, page } = await openNet();
  replaceFile(join(folder, "net.py"), NET.replace("def forward", "dfe forward"));
  await page.alert().getByText("syntax error in line 14").waitFor();
  const mark = workbench.editor("net.py").locator(".squiggly-error");
  await mark.first().waitFor();
  await page.button("Run forward pass").click();
  await until("a run on the old model", async () => /Run 1: /.test(await page.words()));
  await session.picture("reload 3 broken");
  replaceFile(join(folder, "net.py"), NET.replace("Linear(8, WIDTH)", "Linear(8, 'x')"));
  await page.alert().getByText("Net() failed").waitFor();
  replaceFile(join(folder, "net.py"), NET.replace("WIDTH, 4)", "WIDTH, 5)"));
  await changesSay(page, "Reloaded: 2 changed");
  await page.alert().first().waitFor({ state: "detached" });
  await until("the mark to go", async () => (await mark.count()) === 0);
  await page.button("Run forward pass").click();
  await until("a run on the new model", async () => /Run 2: /.test(await page.words()));
  await isSelected(page, "body.mix"); // the selection stays
});

scenario(
  session,
  "code that never ends to load is told, stopped, and loads once mended",
  async () => {
    const { folder, page } = await openNet();
    replaceFile(join(folder, "net.py"), `${NET}\nwhile True:\n    pass\n`);
    await page.button("Stop loading").waitFor();
    await session.picture("reload 4 long");
    await page.button("Run forward pass").click();
    await until("a run on the old model", async () => /Run 1: /.test(await page.words()));
    await page.button("Stop loading").click();
    await page.alert().getByText("The changed files were not loaded").waitFor();
    await until("the new worker to end", () => session.processes("start_worker.py").length === 1);
    replaceFile(join(folder, "net.py"), NET.replace("WIDTH, 4)", "WIDTH, 5)"));
    await changesSay(page, "Reloaded: 2 changed");
    await page.alert().first().waitFor({ state: "detached" });
    await isSelected(page, "body.mix"); // the selection stays
  },
);

scenario(session, "a checkout of several files is one reload", async () => {
  const files = { "net.py": NET.replace("WIDTH, 4)", "WIDTH, 7)"), "parts.py": PARTS };
  const { workbench, folder } = await session.window({ files });
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  /** @param {string[]} args */
  const git = (...args) => execFileSync("git", [...identity, ...args], { cwd: folder });
  git("init", "-q", "-b", "one");
  git("add", "net.py", "parts.py");
  git("commit", "-q", "-m", "one");
  git("checkout", "-q", "-b", "two");
  writeFileSync(join(folder, "net.py"), NET);
  writeFileSync(join(folder, "parts.py"), PARTS.replace("WIDTH = 16", "WIDTH = 24"));
  git("commit", "-q", "-a", "-m", "two");
  await openSource(workbench, "net.py:Net");
  const page = await InterpogatePage.withGraph(workbench);
  const before = new Set(session.processes("start_worker.py").map(({ pid }) => pid));
  /** @type {Set<number>} */
  const seen = new Set();
  const watching = setInterval(() => {
    for (const { pid } of session.processes("start_worker.py")) if (!before.has(pid)) seen.add(pid);
  }, 100);
  git("checkout", "-q", "one");
  await changesSay(page, "Reloaded: 6 changed");
  clearInterval(watching);
  assert.equal(seen.size, 1, "one fresh worker");
});

scenario(session, "with the setting off nothing is loaded until it is asked for", async () => {
  const { workbench, folder } = await session.window({
    files: { "net.py": NET, "parts.py": PARTS },
    settings: { "interpogate.reloadOnSave": false },
  });
  await openSource(workbench, "net.py:Net");
  const page = await InterpogatePage.withGraph(workbench);
  const [worker] = session.processes("start_worker.py");
  replaceFile(
    join(folder, "net.py"),
    NET.replace("self.head = nn.Linear", "self.tail = nn.Linear").replace(
      "self.head(",
      "self.tail(",
    ),
  );
  await page.select("head");
  assert.deepEqual(
    session.processes("start_worker.py").map(({ pid }) => pid),
    [worker?.pid],
  );
  await workbench.runCommand("Interpogate: Restart Model");
  await page.item("tail").waitFor();
});
