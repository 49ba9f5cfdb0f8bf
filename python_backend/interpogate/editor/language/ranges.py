"""A completion that stands for all numbered layers: writes a loop around the call, as one would.

Offered only where a loop can be put before the line without breaking it. Called by `completion.py`.
"""

from __future__ import annotations

import re
from typing import Any

from interpogate.editor.language.documents import Document
from interpogate.editor.language.module_table import ModuleTable
from interpogate.editor.language.typing_place import Typing

Json = dict[str, Any]

_SNIPPET = 15
_NAMES = ("layer", "index", "number")
_BEFORE_CALL = re.compile(r"(?P<indent>[ \t]*)(?:[A-Za-z_]\w*(?:\s*:[^=]+)?\s*=\s*)?\Z")
_GOES_ON = tuple("([{,\\=+-*/|&%.<>:@")


def item(table: ModuleTable, row: int, typing: Typing, *, with_replace: bool) -> Json | None:
    """The item for the children `0` to `n - 1` of a module; None if there is none to offer."""
    count = table.numbered(row)
    line = _loop_line(typing) if count else None
    if line is None:
        return None
    name = next((name for name in _NAMES if not _is_used(typing.document, name)), _NAMES[0])
    label = f"0 … {count - 1}"
    first = table.kind(table.children(row)["0"]).class_name
    return {
        "label": label,
        "kind": _SNIPPET,
        "labelDetails": {"description": f"for {name} in range({count}) · {first}"},
        "filterText": label.replace(" ", ""),
        "sortText": "",
        "textEdit": typing.edit(f"{{{name}}}", with_replace=with_replace),
        "additionalTextEdits": _loop_edits(typing, line, f"for {name} in range({count}):"),
    }


def _loop_line(typing: Typing) -> re.Match[str] | None:
    """What stands before the call on its line, if a loop can be put there."""
    literal, document = typing.string.literal, typing.document
    braces = {"{", "}"} & set(typing.string.value)
    if {"u", "b", "t"} & set(literal.prefix) or braces:
        return None
    number = document.line_of(typing.string.call_start)
    start = document.offset({"line": number, "character": 0})
    before = _BEFORE_CALL.match(document.text[start : typing.string.call_start])
    return before if before and not _continues(document, number) else None


def _continues(document: Document, number: int) -> bool:
    """Whether a line belongs to the one before it; `:` ends a line that a block follows."""
    while number > 0:
        number -= 1
        above = document.line(number).split("#")[0].rstrip()
        if above:
            return above.endswith(_GOES_ON) and not _opens_block(above)
    return False


def _opens_block(line: str) -> bool:
    return line.endswith(":") and not line.lstrip().startswith(("{", '"', "'"))


def _is_used(document: Document, name: str) -> bool:
    return re.search(rf"\b{name}\b", document.text) is not None


def _loop_edits(typing: Typing, line: re.Match[str], loop: str) -> list[Json]:
    document, literal = typing.document, typing.string.literal
    number = document.line_of(typing.string.call_start)
    indent = line["indent"]
    unit = "\t" if "\t" in indent else "    "
    start = document.offset({"line": number, "character": 0}) + len(indent)
    edits = [{"range": document.range(start, start), "newText": f"{loop}\n{indent}{unit}"}]
    if not literal.is_formatted:
        opening = literal.start - len(literal.quote) - len(literal.prefix)
        edits.append({"range": document.range(opening, opening), "newText": "f"})
    return edits
