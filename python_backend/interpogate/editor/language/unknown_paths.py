"""The path strings of a document that the model has no module for.

Called by `diagnostics.py`, which shows them, and `code_actions.py`, which mends them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from interpogate.editor.language.choice import is_own
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
_SEVERAL = 2


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
    """The diagnostics of a document; none where it seems to speak of a model that is not open."""
    if _is_about_another(language, document, table):
        return
    model = shown_name(table.kind(0).class_name)
    for string, rest in unknown(language, document, table):
        yield {
            "range": place(document, string, rest),
            "severity": _WARNING,
            "source": "Interpogate",
            "code": CODE,
            "message": f"{model} has no module {shown_name(string.value)!r}.",
        }


def _is_about_another(language: Language, document: Document, table: ModuleTable) -> bool:
    """Whether several paths are named, none of them fits, and nothing says that they should."""
    certain = [s for s in path_strings(language.documents, document) if s.is_certain and s.value]
    fits = any(table.find(absolute(string, string.value)) is not None for string in certain)
    if fits or len(certain) < _SEVERAL:
        return False
    mirror = language.mirror_of(document)
    together = language.documents.together(document)
    return mirror is not None and not is_own(document, together, mirror)
