"""Cuts the client's bytes into messages: headers with a length, an empty line, the body.

Header names count in any case, and a lone line feed ends a line too. What is no header, or has no
usable length, is skipped up to the next length, so that one bad message costs no other. Holds one
message of the allowed length at most.
Source: the base protocol, https://microsoft.github.io/language-server-protocol
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAXIMUM_BYTES = 64 * 1024 * 1024
_LONGEST_LINE = 64 * 1024
_LONGEST_NUMBER = 20
# A body that was refused ends without a line end: the next header stands behind it.
_LENGTH = re.compile(rb"(?i)content-length[ \t]*:[ \t]*([^:\r\n]*)$")
_HEADER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:[^\r\n]*")


@dataclass(frozen=True)
class Refused:
    """Bytes that are no message, and why."""

    reason: str
    is_message: bool = True
    """Whether it seems to be one that somebody waits for, and not mere noise."""


class FrameBuffer:
    """Collects chunks, gives the bodies of messages."""

    def __init__(self, *, maximum_bytes: int = MAXIMUM_BYTES) -> None:
        self._maximum = maximum_bytes
        self._pending = bytearray()
        self._lengths: set[int] = set()
        self._is_garbage = False
        self._body: int | None = None

    @property
    def is_within_message(self) -> bool:
        """Whether the end of the stream would cut a message off."""
        return self._body is not None or bool(self._lengths)

    def feed(self, chunk: bytes) -> Iterator[bytes | Refused]:
        """Take a chunk; give the bodies that it completes, and what had to be refused."""
        self._pending += chunk
        while True:
            if self._body is None:
                line = self._line()
                if line is None:
                    return
                yield from self._header(line.strip())
            elif len(self._pending) < self._body:
                return
            else:
                yield self._taken(self._body)
                self._body = None

    def _line(self) -> bytes | None:
        end = self._pending.find(b"\n")
        if end < 0 and len(self._pending) > _LONGEST_LINE:
            del self._pending[:-_LONGEST_LINE]
            self._is_garbage = True
        return None if end < 0 else self._taken(end + 1)

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._pending[:count])
        del self._pending[:count]
        return taken

    def _header(self, line: bytes) -> Iterator[Refused]:
        if not line:
            yield from self._begin_body()
        elif found := _LENGTH.search(line):
            yield from self._note_length(found[1].strip())
        elif not _HEADER.fullmatch(line):
            self._is_garbage = True

    def _note_length(self, digits: bytes) -> Iterator[Refused]:
        if not digits.isdigit():
            yield Refused("a length is no number")
        elif len(digits) > _LONGEST_NUMBER or int(digits) > self._maximum:
            yield Refused(f"a message is over the bound of {self._maximum} bytes")
        else:
            self._lengths.add(int(digits))

    def _begin_body(self) -> Iterator[Refused]:
        lengths, self._lengths = self._lengths, set()
        is_garbage, self._is_garbage = self._is_garbage, False
        if len(lengths) == 1:
            self._body = lengths.pop()
        elif lengths:
            yield Refused("a message has two lengths")
        elif is_garbage:
            yield Refused("bytes are no message", is_message=False)
