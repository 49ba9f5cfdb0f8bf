"""What the build made of `webview/`, wherever this installation keeps it.

The page's script and style sheet, and the code that draws without a page. Called by the notebook's
documents and drawings and by the standalone server; imports no torch.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from interpogate.errors import InterpogateError

# In an installed package the bundle lies inside it, in a checkout where the build puts it.
_PLACES = (
    Path(__file__).parent / "notebook" / "page",
    Path(__file__).parents[2] / "webview" / "dist",
)


class PageMissing(InterpogateError):
    """The page was not built."""

    code = "page.missing"
    hint = "Install the package from its wheel, or run `npm run build` in the checkout."


@cache
def page_file(name: Literal["page.js", "page.css", "drawing.js"]) -> str:
    """The text of one file. Raises `PageMissing`."""
    for folder in _PLACES:
        if (folder / name).is_file():
            return (folder / name).read_text("utf-8")
    raise PageMissing("This installation has no page to show a model with.")
