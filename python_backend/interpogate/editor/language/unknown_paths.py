"""The path strings of a document that the model has no module for.

Called by `diagnostics.py`, which shows them, and `code_actions.py`, which mends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from interpogate.editor.language.choice import is_own
from interpogate.editor.language.documents import Document
from interpogate.editor.language.mirror import Mirror
from interpogate.editor.language.module_table import ModuleTable
from interpogate.editor.language.path_strings import PathString
from interpogate.editor.language.targets import absolute
from interpogate.editor.language.wording import shown_name

Json = dict[str, Any]

CODE = "unknown-module"
_WARNING = 2
_SEVERAL = 2
_MOST_WARNINGS = 1_000


def unknown(strings: Iterable[PathString], table: ModuleTable) -> Iterator[tuple[PathString, str]]:
    """Those of the path strings that the model has no module for, with the rest not found."""
    for string in strings:
        path = absolute(string, string.value)
        if string.is_certain and string.value and table.find(path) is None:
            _, rest = table.nearest(path)
            yield string, rest


def place(document: Document, string: PathString, rest: str) -> Json:
    """The part of a path string that was not found."""
    start = max(0, len(string.value) - len(rest))
    return document.range(string.offsets[start], string.literal.end)


def warnings(
    document: Document, strings: Sequence[PathString], mirror: Mirror, together: Sequence[Document]
) -> Iterator[Json]:
    """The diagnostics of a document; none where it seems to speak of a model that is not open.

    `strings` are its path strings, `together` are all cells of its notebook, or itself alone.
    """
    table = mirror.table
    if table is None or _is_about_another(document, strings, mirror, together):
        return
    model = shown_name(table.kind(0).class_name)
    for string, rest in islice(unknown(strings, table), _MOST_WARNINGS):
        yield {
            "range": place(document, string, rest),
            "severity": _WARNING,
            "source": "Interpogate",
            "code": CODE,
            "message": f"{model} has no module {shown_name(string.value)!r}.",
        }


def _is_about_another(
    document: Document, strings: Sequence[PathString], mirror: Mirror, together: Sequence[Document]
) -> bool:
    """Whether several paths are named, none of them fits, and nothing says that they should."""
    certain = [string for string in strings if string.is_certain and string.value]
    table = mirror.table
    fits = table is not None and any(
        table.find(absolute(string, string.value)) is not None for string in certain
    )
    if fits or len(certain) < _SEVERAL:
        return False
    return not is_own(document, together, mirror)
