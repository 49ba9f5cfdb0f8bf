"""The name in a path string that is being typed: what is before it, and the edit that writes it.

Called by `completion.py` and `ranges.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from interpogate.editor.language.documents import Document
from interpogate.editor.language.literals import decoded
from interpogate.editor.language.path_strings import PathString, path_string_at

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]


@dataclass(frozen=True)
class Typing:
    """The name that is being typed, and where it goes."""

    document: Document
    string: PathString
    above: str
    """The path before the name."""
    word: str
    """What stands before the cursor of it."""
    start: int
    cursor: int
    end: int

    def edit(self, text: str, *, with_replace: bool) -> Json:
        """The edit that writes a name: what is behind the cursor stays, or is replaced too."""
        insert, replaced = self._ranges
        if not with_replace:
            return {"range": insert, "newText": text}
        return {"insert": insert, "replace": replaced, "newText": text}

    @cached_property
    def _ranges(self) -> tuple[Json, Json]:
        document, start = self.document, self.start
        return document.range(start, self.cursor), document.range(start, self.end)


def typing_at(language: Language, document: Document, cursor: int) -> Typing | None:
    """What is being typed at an offset; None where no path string is."""
    string = path_string_at(language.documents, document, cursor)
    said = _said_before(document, string, cursor) if string else None
    if string is None or said is None:
        return None
    value, offsets = said
    above, dot, word = value.rpartition(".")
    start = offsets[len(above) + len(dot)]
    end = _end_of_name(string, cursor)
    if document.line_of(start) != document.line_of(end):
        return None
    return Typing(document, string, above, word, start, cursor, end)


def _said_before(
    document: Document, string: PathString, cursor: int
) -> tuple[str, list[int]] | None:
    return decoded(document.text, replace(string.literal, end=cursor))


def _end_of_name(string: PathString, cursor: int) -> int:
    """Where the name under the cursor ends; what follows an open quote is no part of it."""
    if not string.literal.is_closed:
        return cursor
    return max(cursor, string.part_at(cursor)[1])
