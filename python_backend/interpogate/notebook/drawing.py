"""The graph as an SVG or PNG file, laid out and drawn by the same code as the page.

That code is TypeScript (`webview/src/svg/`); the build bundles it, and a JavaScript engine runs it
here. Engine and PNG renderer are extras: `pip install 'interpogate[drawing]'`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from interpogate.errors import InterpogateError, PackageMissing
from interpogate.graph.essential import Detail
from interpogate.graph.notes import notes_of
from interpogate.notebook.document import CannotWrite
from interpogate.notebook.files import write_whole
from interpogate.page_files import page_file
from interpogate.presentation.levels import level
from interpogate.presentation.subject import Subject
from interpogate.presentation.text import printable
from interpogate.presentation.unfolding import unfolded
from interpogate.protocol.codec import encode
from interpogate.visualizations.library import DrawnBlocks

Theme = Literal["light", "dark"]
_INSTALL = "Install it: pip install 'interpogate[drawing]'."
_FEWER = "Draw fewer containers unfolded, or report this with the model's class."
_ASPECT = 1.6
_SCALE = 2
_LARGEST = 16_000


class DrawingFailed(InterpogateError):
    """The graph could not be drawn."""

    code = "drawing.failed"
    hint = "Report this with the model's class."


def svg(  # noqa: PLR0913 (each says one thing about the drawing)
    subject: Subject,
    title: str,
    *,
    theme: Theme = "light",
    expanded: Sequence[str] | None = None,
    detail: Detail = "essential",
    drawn: DrawnBlocks | None = None,
) -> str:
    """The graph as an SVG document, with its visualization blocks.

    Raises `PackageMissing`, `PageMissing`, `DrawingFailed`, `PathNotFound`.
    """
    view = subject.graph.view(detail)
    order = {
        "title": title,
        "theme": theme,
        "expanded": unfolded(subject.graph, expanded, detail) if expanded is not None else None,
        "failed": subject.graph.failed_node,
        "notes": notes_of(subject.graph.tree, subject.graph.recording),
        "aspect": _ASPECT,
        "levels": [
            encode(level(subject.graph, view, inside, subject.token_count))
            for inside in view.levels.values()
            if inside.nodes
        ],
        "blocks": encode(drawn.blocks.blocks) if drawn else [],
        "pictures": {number: encode(one) for number, one in drawn.pictures.items()}
        if drawn
        else {},
    }
    try:
        return printable(_drawn(json.dumps(order)))
    except DrawingFailed as error:
        if expanded:
            raise DrawingFailed(str(error), hint=_FEWER) from None
        raise


def png(document: str) -> bytes:
    """An SVG document as a PNG image, two pixels for each of its units while that is not huge.

    Raises `PackageMissing`.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise PackageMissing("Drawing a PNG needs the package resvg-py.", hint=_INSTALL) from error
    width = float(document.split('width="', 1)[1].split('"', 1)[0])
    height = float(document.split('height="', 1)[1].split('"', 1)[0])
    zoom = min(_SCALE, _LARGEST / max(width, height, 1))
    return bytes(resvg_py.svg_to_bytes(svg_string=document, width=max(1, round(width * zoom))))


def write_drawing(path: Path, document: str) -> None:
    """Write an SVG document; as PNG where the path says so. Raises `CannotWrite`."""
    content = png(document) if path.suffix.lower() == ".png" else document.encode()
    try:
        write_whole(path, content)
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror or error}.") from error


def _drawn(order: str) -> str:
    engine = _engine()
    try:
        engine.eval(page_file("drawing.js"))
        return str(engine.call("interpogateDrawing.draw", order))
    except InterpogateError:
        raise
    except Exception as error:  # noqa: BLE001 (whatever the engine raises is one failure)
        reason = str(error).strip().partition("\n")[0]
        raise DrawingFailed(f"The graph could not be drawn: {reason}") from None
    finally:
        engine.close()


def _engine() -> Any:
    try:
        from py_mini_racer import MiniRacer
    except ImportError as error:
        message = "Drawing the graph needs the package mini-racer."
        raise PackageMissing(message, hint=_INSTALL) from error
    return MiniRacer()
