/** `npm run build`: installs what is needed and builds everything up to `out/interpogate.vsix`. */
import { buildEverything } from "./build/everything.mjs";
import { entry, say } from "./setup/report.mjs";

await entry(async () => {
  await buildEverything();
  say("Built: out/interpogate.vsix");
});
