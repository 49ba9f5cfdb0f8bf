/**
 * The document that holds the page in a webview: strict policy, one script, one style sheet.
 *
 * `webview/dist` is built by the page's own build; nothing else is reachable from the document.
 */

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** The only folder that a page may load from. */
export function pageRoot(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, "webview", "dist");
}

export function pageHtml(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const root = pageRoot(extensionUri);
  const nonce = randomBytes(18).toString("base64url");
  const script = webview.asWebviewUri(vscode.Uri.joinPath(root, "page.js")).toString();
  const style = webview.asWebviewUri(vscode.Uri.joinPath(root, "page.css")).toString();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(webview, nonce)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Interpogate</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<div id="app"></div>
<script type="module" nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}

/** Inline styles are positions that the page computes; the layout's worker comes as a blob. */
function policy(webview: vscode.Webview, nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'unsafe-inline'`,
    `font-src ${webview.cspSource}`,
    "img-src data: blob:",
    "worker-src blob:",
  ].join("; ");
}
