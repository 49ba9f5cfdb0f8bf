/** All set-up and all products, in order: what `build`, `demo`, `test`, `check` and `bench` begin with. */
import { installNodePackages } from "../setup/node-packages.mjs";
import { installPythonPackages } from "../setup/python-packages.mjs";

/** npm and Python packages. */
export async function installPackages() {
  await installNodePackages();
  await installPythonPackages();
}

/** Everything up to the `.vsix`. The builders stand on npm packages: they are loaded after those are there. */
export async function buildEverything() {
  await installPackages();
  const { buildPage } = await import("./page.mjs");
  const { buildExtension } = await import("./extension.mjs");
  const { fillBundle } = await import("./bundle.mjs");
  const { packExtension } = await import("./package.mjs");
  await buildPage();
  await fillBundle(); // the wheel carries the page
  await buildExtension();
  await packExtension();
}
