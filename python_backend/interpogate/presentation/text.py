"""Names of the user's as text that can be written: to a terminal, a file, a page."""

from __future__ import annotations

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """The text with halves of characters replaced, which no encoding has."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def one_line(text: str) -> str:
    """The text without what moves or colours a terminal's cursor."""
    return "".join(c if c.isprintable() else _REPLACEMENT for c in printable(text))
