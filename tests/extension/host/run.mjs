/**
 * Runs the suites of this folder in a real VS Code, on the extension as it lies in the checkout.
 *
 * usage: node tests/extension/host/run.mjs [part of a test's name]
 * Needs the built extension and page, and an interpreter with torch (INTERPOGATE_TEST_PYTHON, else
 * the checkout's own environment).
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRoot, VENV_PYTHON } from "../../../scripts/setup/folders.mjs";
import { launchBrowser } from "../../../scripts/workbench/browser.mjs";
import { startServer } from "../../../scripts/workbench/server.mjs";
import { until } from "../../../scripts/workbench/waiting.mjs";

const LIMIT_MS = 900_000;
const NET = `from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)
        self.blocks = nn.ModuleList([nn.Linear(3, 3) for _ in range(2)])

    def forward(self, x):
        x = self.layer(x)
        for block in self.blocks:
            x = x + block(x)
        return x
`;

/** @param {string} only part of the names of the tests to run */
async function runSuites(only) {
  const folder = mkdtempSync(join(tmpdir(), "interpogate-host-"));
  const workspace = join(folder, "workspace");
  const results = join(folder, "results.json");
  mkdirSync(join(workspace, ".vscode"), { recursive: true });
  writeFileSync(join(workspace, "net.py"), NET);
  const python = process.env.INTERPOGATE_TEST_PYTHON ?? VENV_PYTHON;
  // A setting of the machine: the user's settings of a browser do not count for it.
  const settings = JSON.stringify({ "interpogate.interpreter": python });
  writeFileSync(join(workspace, ".vscode", "settings.json"), settings);
  const home = join(folder, "home");
  const standIn = join(home, "extensions", "ms-python.python-1.0.0");
  cpSync(inRoot("tests", "extension", "host", "python-extension"), standIn, { recursive: true });
  const debugging = join(home, "extensions", "interpogate-tests.debugging-1.0.0");
  cpSync(inRoot("tests", "extension", "host", "debug-extension"), debugging, { recursive: true });
  const server = await startServer({
    home,
    folder: workspace,
    env: { INTERPOGATE_HOST_RESULTS: results, INTERPOGATE_HOST_ONLY: only },
  });
  const browser = await launchBrowser();
  try {
    const page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
    await page.goto(`${server.urlOf(workspace)}&payload=${payloadFor(server)}`);
    return await until("the suites to end", () => readResults(results), LIMIT_MS);
  } finally {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {import("../../../scripts/workbench/server.mjs").Server} server */
function payloadFor(server) {
  const remote = `vscode-remote://${new URL(server.base).host}`;
  const paths = [
    ["extensionDevelopmentPath", remote + inRoot()],
    ["extensionTestsPath", `${remote}${inRoot("tests", "extension", "host", "index.cjs")}`],
  ];
  return encodeURIComponent(JSON.stringify(paths));
}

/**
 * @param {string} file
 * @returns {{ name: string, error: string | null, milliseconds: number }[] | null}
 */
function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null; // not written yet, or not whole
  }
}

const results = await runSuites(process.argv[2] ?? "");
for (const { name, error, milliseconds } of results) {
  process.stdout.write(`${error === null ? "ok  " : "FAIL"} ${name} (${milliseconds} ms)\n`);
  process.stdout.write(error === null ? "" : `${error}\n`);
}
const failed = results.filter(({ error }) => error !== null).length;
process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && results.length > 0 ? 0 : 1;
