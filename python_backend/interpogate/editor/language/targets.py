"""What a cursor on a path string means: which module of which model.

Called by the features that answer about one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from interpogate.editor.language.documents import Document
from interpogate.editor.language.mirror import Mirror
from interpogate.editor.language.module_table import ModuleTable
from interpogate.editor.language.path_strings import PathString, path_string_at

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A module that a part of a path string names."""

    document: Document
    string: PathString
    mirror: Mirror
    table: ModuleTable
    row: int
    range: Json
    """From the beginning of the path to the end of the name under the cursor."""

    is_whole: bool
    """Whether it is what the whole string names, not a part of that."""

    @property
    def path(self) -> str:
        """The module's first path."""
        return self.table.path(self.row)


def absolute(string: PathString, path: str) -> str:
    """A path as the model counts it, from one as the string's receiver does."""
    inside = () if path in {"", "."} else (path,)
    return ".".join([*string.base, *inside]) or "."


def target_at(language: Language, params: Json) -> Target | None:
    """The module at a position of a request; None where no known one is named."""
    document = language.documents.get(params["textDocument"]["uri"])
    if document is None:
        return None
    offset = document.offset(params["position"])
    string = path_string_at(language.documents, document, offset)
    mirror = language.mirror_of(document) if string else None
    if string is None or mirror is None or mirror.table is None:
        return None
    path, end = string.part_at(offset)
    row = mirror.table.find(absolute(string, path))
    if row is None or not string.value:
        return None
    place = document.range(string.offsets[0], end)
    is_whole = string.literal.is_closed and path == string.value
    return Target(document, string, mirror, mirror.table, row, place, is_whole)
