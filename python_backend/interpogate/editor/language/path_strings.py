"""Finds the strings of a Python text that name modules, also while their line is being typed.

A scanner of its own: most texts do not parse while one types in them. It knows strings, comments
and brackets, and what a receiver looks like; it knows no model. Called by the features.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from interpogate.editor.language.documents import Document, Documents
from interpogate.editor.language.literals import OPENING, Literal, decoded, literal_of
from interpogate.editor.language.receivers import Receivers

_METHODS = ("pre", "post", "node", "get_submodule", "add_visualization")
_KEYWORDS = frozenset({"path", "target"})
_MOST_TOKENS = 400
_MEMORY = "path strings"

_CALL = re.compile(
    rf"#[^\r\n]*|{OPENING.pattern}|(?<![\w])(?P<method>{'|'.join(_METHODS)})\s*\((?P<open>)"
)
_GAP = re.compile(r"(?:\s|\\\r?\n|#[^\r\n]*)*")
_KEYWORD = re.compile(r"(\w+)\s*=(?!=)")
_WORD = re.compile(r"\w+")
_STEPS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


@dataclass(frozen=True)
class PathString:
    """A string literal where a call takes a module path."""

    method: str
    literal: Literal
    value: str
    """What it says."""
    offsets: tuple[int, ...]
    """Offset of each character of `value` in the text, and of its end."""
    base: tuple[str, ...]
    """Attributes between the model and the module that the path starts from."""
    is_certain: bool
    """Whether it surely names a module of the model."""
    call_start: int
    """Where the call's receiver begins."""

    def holds(self, offset: int) -> bool:
        """Whether a cursor at this offset is inside of the quotes."""
        return self.literal.start <= offset <= self.literal.end

    def index(self, offset: int) -> int:
        """The character of `value` at an offset."""
        found = (n for n, place in enumerate(self.offsets) if place >= offset)
        return next(found, len(self.value))

    def part_at(self, offset: int) -> tuple[str, int]:
        """The path up to the end of the name at an offset, and the offset of that end."""
        end = self.value.find(".", self.index(offset))
        end = len(self.value) if end < 0 else end
        return self.value[:end], self.offsets[end]


class Outdated(Exception):
    """The document has another version by now: nobody needs this one's strings."""


@dataclass(frozen=True)
class _Strings:
    """All path strings of one version of a document, in the order of their calls."""

    receivers: Receivers
    all: tuple[PathString, ...]

    @cached_property
    def placed(self) -> tuple[list[int], list[PathString]]:
        """Where they begin and which they are, in the order of the text."""
        placed = sorted(self.all, key=lambda string: string.literal.start)
        return [string.literal.start for string in placed], placed


def path_strings(documents: Documents, document: Document) -> tuple[PathString, ...]:
    """All of a document, in order; worked out once for each version of the text."""
    return _strings(document, documents.together(document)).all


def path_strings_between(
    documents: Documents, document: Document, first: int, last: int
) -> list[PathString]:
    """Those that a range of offsets touches."""
    starts, placed = _strings(document, documents.together(document)).placed
    begin = max(0, bisect_right(starts, first) - 1)
    touched = placed[begin : bisect_right(starts, last)]
    return [string for string in touched if string.literal.end >= first]


def path_string_at(documents: Documents, document: Document, offset: int) -> PathString | None:
    """The one whose quotes hold an offset."""
    return next(iter(path_strings_between(documents, document, offset, offset)), None)


def are_known(documents: Documents, document: Document) -> bool:
    """Whether the strings of this version are worked out already."""
    known = document.memory.get(_MEMORY)
    return known is not None and known.receivers == Receivers.of(documents.together(document))


def work_out(document: Document, together: Iterable[Document]) -> None:
    """Work out what `path_strings` gives, in any thread. Raises `Outdated`."""
    _ = _strings(document, together).placed


def _strings(document: Document, together: Iterable[Document]) -> _Strings:
    receivers = Receivers.of(together)
    known: _Strings | None = document.memory.get(_MEMORY)
    if known is None or known.receivers != receivers:
        has_any = any(method in document.text for method in _METHODS)
        found = _wanted(document, receivers) if has_any else ()
        known = document.memory[_MEMORY] = _Strings(receivers, tuple(found))
    return known


def _wanted(document: Document, receivers: Receivers) -> Iterator[PathString]:
    for string in _found(document.text, receivers):
        if document.is_outdated:
            raise Outdated
        yield string


def _found(text: str, receivers: Receivers) -> Iterator[PathString]:
    position = 0
    while match := _CALL.search(text, position):
        position = match.end()
        if match["quote"]:
            position = literal_of(text, match).after
        elif match["method"]:
            string = _string_of_call(text, match, receivers)
            if string is not None:
                yield string


def _string_of_call(text: str, call: re.Match[str], receivers: Receivers) -> PathString | None:
    receiver = receivers.before(text, call.start("method"), call["method"])
    if receiver is None:
        return None
    literal = _path_argument(text, call.end())
    said = decoded(text, literal) if literal else None
    if literal is None or said is None:
        return None
    value, offsets = said
    return PathString(
        method=call["method"],
        literal=literal,
        value=value,
        offsets=tuple(offsets),
        base=receiver.base,
        is_certain=receiver.is_certain and literal.is_closed,
        call_start=receiver.start,
    )


def _path_argument(text: str, position: int) -> Literal | None:
    """The first argument, or the one with the keyword, if it is a string and nothing else."""
    for number, start in enumerate(_argument_starts(text, position)):
        keyword = _KEYWORD.match(text, start)
        if keyword and keyword[1] in _KEYWORDS:
            return _lone_literal(text, _after_gap(text, keyword.end()))
        if number == 0 and not keyword:
            return _lone_literal(text, start)
    return None


def _argument_starts(text: str, position: int) -> Iterator[int]:
    depth = 0
    position = _after_gap(text, position)
    yield position
    for _ in range(_MOST_TOKENS):
        character = text[position : position + 1]
        depth += _STEPS.get(character, 0)
        if not character or depth < 0:
            return
        position = _after_gap(text, _after_token(text, position))
        if character == "," and depth == 0:
            yield position


def _after_token(text: str, position: int) -> int:
    opening = OPENING.match(text, position)
    if opening:
        return literal_of(text, opening).after
    word = _WORD.match(text, position)
    return word.end() if word else position + 1


def _lone_literal(text: str, position: int) -> Literal | None:
    opening = OPENING.match(text, position)
    if not opening:
        return None
    literal = literal_of(text, opening)
    following = _after_gap(text, literal.after)
    is_alone = not literal.is_closed or text[following : following + 1] in {"", ",", ")"}
    return literal if is_alone or _starts_line(text, literal.after, following) else None


def _starts_line(text: str, end: int, following: int) -> bool:
    """Whether what follows stands on another line, as behind a call that nobody has closed yet."""
    between = text[end:following]
    is_string = OPENING.match(text, following) is not None
    return ("\n" in between or "\r" in between) and not is_string


def _after_gap(text: str, position: int) -> int:
    gap = _GAP.match(text, position)
    return gap.end() if gap else position
