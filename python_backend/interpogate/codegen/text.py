"""Pieces of generated code: quoting, indentation, comments, tab stops.

Used by every writer of code in this package; knows neither hooks nor models.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

INDENTATION = "    "
PLACE = "\0"  # surrounds a text that becomes a tab stop; cannot occur in source code
_LONGEST_COMMENT = 160


@dataclass(frozen=True)
class CodeText:
    """Generated code: plain, as a snippet, and the imports it needs."""

    text: str
    snippet: str
    imports: tuple[str, ...]


def quoted(text: str) -> str:
    """A string literal in double quotes where that needs no escapes, else as `repr` writes it."""
    literal = repr(text)
    return f'"{text}"' if literal == f"'{text}'" and '"' not in text else literal


def is_name(text: str) -> bool:
    """Whether Python takes the text for a name."""
    return text.isidentifier() and not keyword.iskeyword(text)


def placed(text: str) -> str:
    """Marks a text as a tab stop."""
    return f"{PLACE}{text}{PLACE}"


def plain(body: str) -> str:
    """Code without the marks of its tab stops."""
    return body.replace(PLACE, "")


def indented(lines: Iterable[str], levels: int = 1) -> list[str]:
    """Lines some levels deeper; blank ones stay empty."""
    return [f"{INDENTATION * levels}{line}" if line else "" for line in lines]


def comment(text: str) -> str:
    """One line, printable: class names and scalars come from the user's code."""
    shown = "".join(c if c.isprintable() else "?" for c in text)
    is_long = len(shown) > _LONGEST_COMMENT
    return f"# {shown[: _LONGEST_COMMENT - 1]}…" if is_long else f"# {shown}"


def snippet(body: str) -> str:
    """The code with numbered tab stops, everything else escaped."""
    parts = body.split(PLACE)
    stops = iter(range(1, len(parts)))
    turn: Callable[[int, str], str] = lambda n, part: (  # noqa: E731
        f"${{{next(stops)}:{_escaped(part)}}}" if n % 2 else _escaped(part)
    )
    return "".join(turn(number, part) for number, part in enumerate(parts))


def _escaped(text: str) -> str:
    return re.sub(r"([\\$}])", r"\\\1", text)
