"""Finds the strings of a Python text that name modules, also while their line is being typed.

A scanner of its own: most texts do not parse while one types in them. It knows strings, comments
and brackets, and what a receiver looks like; it knows no model. Called by the features.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from interpogate.editor.language.documents import Document, Documents
from interpogate.editor.language.literals import OPENING, Literal, decoded, literal_of
from interpogate.editor.language.receivers import Receivers

_METHODS = ("pre", "post", "node", "get_submodule", "add_visualization")
_KEYWORDS = frozenset({"path", "target"})
_MOST_TOKENS = 400

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


def path_strings(documents: Documents, document: Document) -> tuple[PathString, ...]:
    """All of a document, in order; worked out once for each version of the text."""
    if not any(method in document.text for method in _METHODS):
        return ()
    receivers = Receivers.of(documents.together(document))
    known = document.memory.get("path strings")
    if known is None or known[0] != receivers:
        known = receivers, tuple(_found(document.text, receivers))
        document.memory["path strings"] = known
    found: tuple[PathString, ...] = known[1]
    return found


def path_string_at(documents: Documents, document: Document, offset: int) -> PathString | None:
    """The one whose quotes hold an offset."""
    found = (s for s in path_strings(documents, document) if s.holds(offset))
    return next(found, None)


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
