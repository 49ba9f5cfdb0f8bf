"""String literals of Python, finished or not: what they say, and how to say something in one.

Pure text. Called by `path_strings.py` and `completion.py`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

OPENING = re.compile(r"(?i:(?P<prefix>(?:(?<!\w)[rbuft]{1,3})?))(?P<quote>\"\"\"|'''|\"|')")

_SIMPLE = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v", "\n": "", "\r\n": "", "\r": "",
}  # fmt: skip
_ESCAPE = re.compile(
    r"\\(?:(?P<simple>\r\n|[\\'\"abfnrtv\n\r])|(?P<octal>[0-7]{1,3})|x(?P<x>[0-9a-fA-F]{2})"
    r"|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|N\{(?P<name>[^}\n]+)\})"
)
_HIGHEST = 0x10FFFF


@dataclass(frozen=True)
class Literal:
    """One string literal in a text; offsets count code points of that text."""

    prefix: str
    """In lower case, such as `rf`."""
    quote: str
    start: int
    """Where its content begins."""
    end: int
    """Where its content ends."""
    is_closed: bool

    @property
    def is_raw(self) -> bool:
        """Whether a backslash is a backslash."""
        return "r" in self.prefix

    @property
    def is_formatted(self) -> bool:
        """Whether braces in it are fields, as in an f-string."""
        return bool({"f", "t"} & set(self.prefix))

    @property
    def after(self) -> int:
        """Where the text goes on behind the closing quote."""
        return self.end + len(self.quote) if self.is_closed else self.end


def literal_at(text: str, position: int) -> Literal | None:
    """The literal that begins at a position."""
    opening = OPENING.match(text, position)
    return literal_of(text, opening) if opening else None


def literal_of(text: str, opening: re.Match[str]) -> Literal:
    """The literal that an opening begins; one that is not closed ends with its line."""
    prefix, quote = opening["prefix"].lower(), opening["quote"]
    closing = _CLOSING[quote].match(text, opening.end())
    end = closing.end() if closing else len(text)
    is_closed = text.startswith(quote, end)
    return Literal(prefix, quote, opening.end(), end, is_closed)


_CLOSING = {
    quote: re.compile(pattern, re.DOTALL)
    for quote, pattern in {
        '"': r'(?:[^"\\\r\n]+|\\\r\n|\\.)*',
        "'": r"(?:[^'\\\r\n]+|\\\r\n|\\.)*",
        '"""': r'(?:[^"\\]+|\\.|"(?!""))*',
        "'''": r"(?:[^'\\]+|\\.|'(?!''))*",
    }.items()
}


def decoded(text: str, literal: Literal) -> tuple[str, list[int]] | None:
    """What a literal says, and the offset of each of its characters, that of the end included.

    None if that is not known from the text: bytes, or fields in an f-string.
    """
    if "b" in literal.prefix:
        return None
    content = text[literal.start : literal.end]
    if not ("\\" in content or (literal.is_formatted and ("{" in content or "}" in content))):
        return content, list(range(literal.start, literal.end + 1))
    characters: list[str] = []
    offsets: list[int] = []
    position = literal.start
    while position < literal.end:
        said, following = _character(text, position, literal)
        if said is None:
            return None
        characters += said
        offsets += [position] * len(said)
        position = following
    return "".join(characters), [*offsets, literal.end]


def _character(text: str, position: int, literal: Literal) -> tuple[str | None, int]:
    character = text[position]
    if character in "{}" and literal.is_formatted:
        is_doubled = text.startswith(character * 2, position) and position + 1 < literal.end
        return (character, position + 2) if is_doubled else (None, position + 1)
    if character == "\\" and not literal.is_raw:
        escape = _ESCAPE.match(text, position, literal.end)
        if escape:
            return _escaped(escape), escape.end()
    return character, position + 1


def _escaped(escape: re.Match[str]) -> str | None:
    if escape["simple"]:
        return _SIMPLE[escape["simple"]]
    if escape["octal"]:
        return chr(int(escape["octal"], 8))
    if escape["name"]:
        try:
            return unicodedata.lookup(escape["name"])
        except KeyError:
            return None
    number = int(escape["x"] or escape["u"] or escape["U"], 16)
    return chr(number) if number <= _HIGHEST else None


def written(value: str, literal: Literal) -> str | None:
    """How to write a text inside of a literal; None if its raw prefix does not allow it."""
    if literal.is_raw:
        return value if _is_plain(value, literal) else None
    return "".join(_said(character, literal) for character in value)


def _is_plain(value: str, literal: Literal) -> bool:
    forbidden = {"\\", literal.quote[0], *("{}" if literal.is_formatted else "")}
    return value.isprintable() and not forbidden & set(value)


def _said(character: str, literal: Literal) -> str:
    if character in "{}" and literal.is_formatted:
        return character * 2
    if character in {"\\", literal.quote[0]}:
        return f"\\{character}"
    if character.isprintable():
        return character
    # repr knows the shortest escape of everything that is not printable
    return repr(character)[1:-1]
