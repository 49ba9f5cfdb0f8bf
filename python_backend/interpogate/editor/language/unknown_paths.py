"""The path strings of a document that the model has no module for.

Called by `diagnostics.py`, which shows them, and `code_actions.py`, which mends them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from interpogate.editor.language.documents import Document
from interpogate.editor.language.module_table import ModuleTable
from interpogate.editor.language.path_strings import PathString, path_strings
from interpogate.editor.language.targets import absolute
from interpogate.editor.language.wording import shown_name

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]

CODE = "unknown-module"
_WARNING = 2


def unknown(
    language: Language, document: Document, table: ModuleTable
) -> Iterator[tuple[PathString, str]]:
    """The path strings of a document that the model has no module for, with the rest not found."""
    for string in path_strings(language.documents, document):
        path = absolute(string, string.value)
        if string.is_certain and string.value and table.find(path) is None:
            _, rest = table.nearest(path)
            yield string, rest


def place(document: Document, string: PathString, rest: str) -> Json:
    """The part of a path string that was not found."""
    start = max(0, len(string.value) - len(rest))
    return document.range(string.offsets[start], string.literal.end)


def warnings(language: Language, document: Document, table: ModuleTable) -> Iterator[Json]:
    """The diagnostics of a document."""
    model = shown_name(table.kind(0).class_name)
    for string, rest in unknown(language, document, table):
        yield {
            "range": place(document, string, rest),
            "severity": _WARNING,
            "source": "Interpogate",
            "code": CODE,
            "message": f"{model} has no module {shown_name(string.value)!r}.",
        }
