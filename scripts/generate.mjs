/** `npm run generate`: writes the TypeScript twin of the protocol's Python messages. */

import { run } from "./setup/command.mjs";
import { inRoot, VENV_PYTHON } from "./setup/folders.mjs";
import { installPythonPackages } from "./setup/python-packages.mjs";
import { entry, say } from "./setup/report.mjs";

const GENERATED = inRoot("webview", "src", "protocol", "messages.generated.ts");

await entry(async () => {
  await installPythonPackages();
  await run(VENV_PYTHON, ["-m", "interpogate.protocol.typescript", GENERATED]);
  say(`Wrote ${GENERATED}`);
});
