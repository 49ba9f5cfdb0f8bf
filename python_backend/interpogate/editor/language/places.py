"""Pieces of code as the protocol's locations. Called by `definition.py` and `references.py`."""

from __future__ import annotations

import ast
from typing import Any

from interpogate.editor.language.constructors import Place

Json = dict[str, Any]


def location(place: Place) -> Json:
    """Where a piece of code stands."""
    return {"uri": place.file.document.uri, "range": name_range(place)}


def name_range(place: Place) -> Json:
    """The part of a piece of code to put the cursor on; of a class its first line."""
    node: Any = place.node
    document = place.file.document
    start = _position(place, node.lineno, node.col_offset)
    if isinstance(node, ast.ClassDef):
        length = len(document.line(node.lineno - 1))
        return {"start": start, "end": {**start, "character": length}}
    return {"start": start, "end": _position(place, node.end_lineno, node.end_col_offset)}


def _position(place: Place, line: int, column: int) -> Json:
    text = place.file.document.line(line - 1)
    before = text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "surrogatepass")
    return {"line": line - 1, "character": len(before.encode("utf-16-le", "surrogatepass")) // 2}
