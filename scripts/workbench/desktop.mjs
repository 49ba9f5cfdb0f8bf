/** The desktop VS Code, where the person has one. Node built-ins only. */
import { attempt } from "../setup/command.mjs";
import { WINDOWS } from "../setup/folders.mjs";
import { Failure, step } from "../setup/report.mjs";

const PROGRAM = WINDOWS ? "code.cmd" : "code";
const OLDEST = { major: 1, minor: 91 };

/** Whether `code` on the PATH is a VS Code that can take the extension. */
export async function hasDesktop() {
  const { status, output } = await attempt(PROGRAM, ["--version"]);
  const [major = 0, minor = 0] = (output.split("\n")[0] ?? "").split(".").map(Number);
  const recent = major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
  return status === 0 && recent;
}

/**
 * Installs the extension and opens a folder.
 * @param {string} vsix
 * @param {string} folder
 */
export async function openDesktop(vsix, folder) {
  await step("Installing the extension into VS Code", async () => {
    const outcome = await attempt(PROGRAM, ["--install-extension", vsix, "--force"]);
    if (outcome.status === 0) return;
    const advice =
      "VS Code did not take the extension: `npm run demo -- --browser` uses one in the browser.";
    throw new Failure(advice, outcome.tail.join("\n"));
  });
  const opened = await attempt(PROGRAM, [folder]);
  if (opened.status !== 0) {
    throw new Failure(
      `VS Code did not open: start it yourself on ${folder}.`,
      opened.tail.join("\n"),
    );
  }
}
