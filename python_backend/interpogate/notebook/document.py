"""The picture as one HTML document: the page's own bundle around a snapshot.

Both stand in it packed, since every picture of a notebook carries the whole page.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from interpogate.errors import InterpogateError
from interpogate.graph.levels import ROOT
from interpogate.notebook.files import write_whole
from interpogate.notebook.picture import Picture
from interpogate.notebook.snapshot import snapshot
from interpogate.page_files import page_file
from interpogate.presentation.text import printable
from interpogate.presentation.unfolding import unfolded
from interpogate.trace.collection import without_collection

_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body>
<div id="app"></div>
<script id="interpogate-snapshot" type="text/plain"{expanded}>{snapshot}</script>
<script id="interpogate-page" type="text/plain">{page}</script>
<script>{starter}</script>
</body>
</html>
"""
# What is left where frames are taken out: in a notebook that is not trusted, on a page of a forge.
_WITHOUT_FRAME = (
    "The graph of {title} is interactive and is not shown in a notebook that is not trusted. "
    "In Jupyter, choose <em>Trust Notebook</em> from the command palette, or run this cell."
)
# Scripts and styles stand in the document itself; nothing can be loaded or sent anywhere.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob:; worker-src blob:; base-uri 'none'; form-action 'none'"
)
# A sandboxed frame cannot see the theme of the notebook around it, and browsers tell it the
# system's. So the frame's element tells it, now and whenever the theme changes; an exported page
# (`jp-Notebook`) has no theme that a reader chose.
_TELL_THEME = """
((frame) => {
  const { body, documentElement } = document;
  const isDark = () => {
    if (body.classList.contains("jp-Notebook")) return null;
    if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
    if (/\\bvscode-(high-contrast-)?light\\b/.test(body.className)) return false;
    if (/\\bvscode-(dark|high-contrast)\\b/.test(body.className)) return true;
    return documentElement.getAttribute("theme") === "dark" ? true : null;
  };
  const tell = () => frame.contentWindow?.postMessage({ isDark: isDark() }, "*");
  const observer = new MutationObserver(() => (frame.isConnected ? tell() : observer.disconnect()));
  for (const element of [body, documentElement]) observer.observe(element, { attributes: true });
  tell();
})(this)
"""
# What was told before the page is unpacked holds for it too.
_STARTER = """
let isDark = null;
const darkRules = new Set();
const applyTheme = () => {
  if (isDark === null) return;
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule.media?.mediaText === "(prefers-color-scheme: dark)") darkRules.add(rule);
    }
  }
  for (const rule of darkRules) rule.media.mediaText = isDark ? "all" : "not all";
  document.documentElement.style.colorScheme = isDark ? "dark" : "light";
};
addEventListener("message", ({ source, data }) => {
  if (source !== parent || source === window || typeof data?.isDark !== "boolean") return;
  if (isDark === data.isDark) return;
  isDark = data.isDark;
  applyTheme();
});
(async () => {
  const packed = document.getElementById("interpogate-page").textContent;
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  for (const { tag, text } of JSON.parse(await new Response(stream).text())) {
    const element = document.createElement(tag);
    element.textContent = text;
    document.head.append(element);
    applyTheme();
  }
})().catch((error) => {
  document.getElementById("app").textContent =
    "Interpogate: this picture could not be opened; it needs a browser of 2023 or newer. " + error;
});
"""


class CannotWrite(InterpogateError, OSError):
    """The document cannot be written. Also an `OSError`."""

    code = "page.cannotWrite"
    hint = "Name a file in a folder that exists and may be written to."


def document(picture: Picture, title: str, *, expand: Sequence[str] | None = None) -> str:
    """A whole HTML document that needs nothing else. Raises `PageMissing`, `PathNotFound`."""
    expanded = "" if expand is None else _expanded(unfolded(picture.subject.graph, expand))
    with without_collection():
        return _DOCUMENT.format(
            policy=_POLICY,
            title=html.escape(printable(title)),
            expanded=expanded,
            snapshot=packed(snapshot(picture)),
            page=_packed_page(),
            starter=_STARTER,
        )


def _expanded(containers: Sequence[str]) -> str:
    """As an attribute; the root, which is always open, says that the rest is chosen."""
    text = printable(json.dumps([ROOT, *containers]))
    return f' data-expanded="{html.escape(text, quote=True)}"'


def write_page(path: Path, text: str) -> None:
    """Write a document to a file. Raises `CannotWrite`."""
    try:
        write_whole(path, text.encode("utf-8", "replace"))
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror or error}.") from error


def frame(picture: Picture, title: str, *, width: str, height: int) -> str:
    """An iframe that holds the whole document, so that it survives saving and exporting."""
    inside = html.escape(document(picture, title), quote=True)
    size = f'width="{html.escape(width, quote=True)}" height="{int(height)}"'
    label = html.escape(title, quote=True)
    return (
        f'<iframe {size} title="{label}" style="border:0;display:block" '
        f'sandbox="allow-scripts allow-popups allow-downloads" '
        f'onload="{html.escape(_TELL_THEME.strip(), quote=True)}" srcdoc="{inside}">'
        f"{_WITHOUT_FRAME.format(title=label)}</iframe>"
    )


@cache
def _packed_page() -> str:
    """Style and script of the page, in the order in which they are put into the document."""
    parts = {"style": page_file("page.css"), "script": page_file("page.js")}
    return packed([{"tag": tag, "text": text} for tag, text in parts.items()])


def packed(value: Any) -> str:
    """Base64 of gzipped JSON, as the page and its starter unpack it."""
    text = json.dumps(value, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=9, mtime=0)).decode()
