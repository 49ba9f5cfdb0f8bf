"""Cuts a stream of bytes into lines, without ever holding more than one line of the allowed length.

Called by both ends of a newline-delimited wire. Knows no messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from interpogate.transport.bound import MAXIMUM_BYTES


class LineBuffer:
    """Collects chunks, gives lines. A line that is too long is skipped as a whole."""

    def __init__(
        self,
        *,
        maximum_bytes: int = MAXIMUM_BYTES,
        on_skipped: Callable[[int], None] = lambda _byte_length: None,
    ) -> None:
        self._maximum = maximum_bytes
        self._on_skipped = on_skipped
        self._pending = bytearray()
        self._length = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take a chunk; give the lines that it completes, without their ends."""
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            self._extend(chunk[start:end])
            start = end + 1
            if (line := self._finish()) is not None:
                yield line
        self._extend(chunk[start:])

    def _extend(self, piece: bytes) -> None:
        self._length += len(piece)
        if self._length > self._maximum:
            self._pending.clear()
        else:
            self._pending += piece

    def _finish(self) -> bytes | None:
        length, self._length = self._length, 0
        line = bytes(self._pending)
        self._pending.clear()
        if length <= self._maximum:
            return line
        self._on_skipped(length)
        return None
