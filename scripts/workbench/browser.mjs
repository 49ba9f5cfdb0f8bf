/** Starts the Chromium that plays the person, with WebGL in software where there is no graphics card. */
import { provideChromium } from "./chromium.mjs";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // without a graphics card each window would be put together in software GL: a third of all work
  "--disable-gpu-compositing",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
];

/** @returns {Promise<import("playwright-core").Browser>} */
export async function launchBrowser() {
  const executablePath = await provideChromium();
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath, args: ["--headless=new", ...ARGUMENTS] });
}
