/**
 * Opens the built page in Chromium on a recording, under the same content security policy as in
 * VS Code and without a server: every address is answered from memory.
 */
import { readFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import { THEMES } from "./themes.mjs";

const DIST = new URL("../../../webview/dist/", import.meta.url);
const ADDRESS = "http://page.invalid/";
const NONCE = "c0ffee";
const POLICY = `default-src 'none'; script-src 'nonce-${NONCE}'; style-src ${ADDRESS} 'unsafe-inline'; worker-src blob:; img-src data: blob:`;

export const CHROMIUM_ARGUMENTS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu-compositing", // see scripts/workbench/browser.mjs
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
];

export function launch() {
  return chromium.launch({
    executablePath: process.env.INTERPOGATE_CHROMIUM ?? "/usr/bin/chromium",
    args: CHROMIUM_ARGUMENTS,
  });
}

function documentOf(theme) {
  const { kind, variables } = theme ? THEMES[theme] : { kind: "", variables: {} };
  const style = Object.entries(variables)
    .map(([name, colour]) => `--vscode-${name}: ${colour};`)
    .join(" ");
  return `<!doctype html><html lang="en" style="${style}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="stylesheet" href="${ADDRESS}page.css"></head>
<body class="${kind}"><div id="app"></div><script nonce="${NONCE}" src="${ADDRESS}page.js"></script></body></html>`;
}

/** Puts a host into the page that answers from a recording. */
async function replayed(page, recording) {
  await page.addInitScript({ content: `window.recording = ${JSON.stringify(recording)};` });
  await page.addInitScript({ path: new URL("host.js", import.meta.url).pathname });
}

/**
 * A page on `recording`; `problems` collects errors and refusals of the content security policy.
 * `prepare` puts another host into the page.
 */
export async function openPage(
  browser,
  recording,
  {
    width = 1400,
    height = 860,
    theme = "dark",
    scheme = "dark",
    motion = "reduce",
    ratio = 1,
    prepare = (page) => replayed(page, recording),
  } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: motion,
    deviceScaleFactor: ratio,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  const files = { "page.js": "text/javascript", "page.css": "text/css" };
  await context.route("**/*", async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === "") return route.fulfill({ contentType: "text/html", body: documentOf(theme) });
    if (!files[name]) return route.abort();
    return route.fulfill({ contentType: files[name], body: await readFile(new URL(name, DIST)) });
  });
  await prepare(page);
  await page.goto(ADDRESS);
  return { page, context, problems };
}
