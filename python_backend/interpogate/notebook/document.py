"""The picture as one HTML document: the page's own bundle around a snapshot."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path

from interpogate.errors import InterpogateError
from interpogate.notebook.picture import Picture
from interpogate.notebook.snapshot import packed_snapshot

# In an installed package the bundle lies beside this file, in a checkout where the build puts it.
_PLACES = (
    Path(__file__).parent / "page",
    Path(__file__).parents[3] / "webview" / "dist",
)
_DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div id="app"></div>
<script id="interpogate-snapshot" type="text/plain">{snapshot}</script>
<script>{script}</script>
</body>
</html>
"""


class PageMissing(InterpogateError):
    """The page was not built."""

    code = "page.missing"
    hint = "Install the package from its wheel, or run `npm run build` in the checkout."


class CannotWrite(InterpogateError, OSError):
    """The document cannot be written. Also an `OSError`."""

    code = "page.cannotWrite"
    hint = "Name a file in a folder that exists and may be written to."


def document(picture: Picture, title: str) -> str:
    """A whole HTML document that needs nothing else. Raises `PageMissing`."""
    return _DOCUMENT.format(
        title=html.escape(title),
        style=_inline(_asset("page.css"), "style"),
        script=_inline(_asset("page.js"), "script"),
        snapshot=packed_snapshot(picture),
    )


def write_page(path: Path, text: str) -> None:
    """Write a document to a file. Raises `CannotWrite`."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror or error}.") from error


def frame(picture: Picture, title: str, *, width: str, height: int) -> str:
    """An iframe that holds the whole document, so that it survives saving and exporting."""
    inside = html.escape(document(picture, title), quote=True)
    size = f'width="{html.escape(width, quote=True)}" height="{int(height)}"'
    label = html.escape(title, quote=True)
    return (
        f'<iframe {size} title="{label}" style="border:0;display:block" '
        f'sandbox="allow-scripts allow-popups allow-downloads" srcdoc="{inside}"></iframe>'
    )


@cache
def _asset(name: str) -> str:
    for folder in _PLACES:
        if (folder / name).is_file():
            return (folder / name).read_text("utf-8")
    raise PageMissing("This installation has no page to draw the picture with.")


def _inline(text: str, tag: str) -> str:
    """Text that may stand inside an element without ending it."""
    return text.replace(f"</{tag}", f"<\\/{tag}").replace("<!--", "<\\!--")
