"""The worker's wire: one JSON text a line over the standard descriptors that it was started with.

Knows no method names. Called by the worker's main, before any user code is imported.
"""

from __future__ import annotations

import io
import os
import sys
from threading import Thread

from interpogate.transport.bound import MAXIMUM_BYTES, bounded
from interpogate.transport.queue import BoundedQueue

_CHUNK_BYTES = 64 * 1024


class StdioChannel:
    """Lines in, lines out. `send` from any thread, `read` from one."""

    def __init__(self, reading: int, writing: int) -> None:
        """Take over two descriptors, such as those of pipes."""
        self._reading = reading
        self._writing = writing
        self._queue = BoundedQueue()
        self._pending = bytearray()
        self._writer = Thread(target=self._write_all, name="wire-writer", daemon=True)
        self._writer.start()

    def read(self) -> str | None:
        """Wait for the next line, skipping too long ones; None once the other side has closed."""
        while True:
            line = self._next_line()
            if line is None:
                return None
            if line and len(line) <= MAXIMUM_BYTES:
                return line.decode("utf-8", "replace")

    def send(self, text: str) -> None:
        """Queue one message; wait while 16 MB are unread; nothing happens if nobody reads any more.

        A reply over 4 MB is replaced by an error reply, any other message raises `MessageTooLarge`.
        """
        data = bounded(text)
        if b"\n" in data:
            raise ValueError("a message must stand on one line")
        self._queue.put(data + b"\n")

    def close(self, *, timeout_s: float = 1.0) -> None:
        """Write what is queued, then stop writing."""
        self._queue.close()
        self._writer.join(timeout_s)

    def _next_line(self) -> bytes | None:
        searched = 0
        while (end := self._pending.find(b"\n", searched)) < 0:
            searched = self._forget_excess()
            chunk = os.read(self._reading, _CHUNK_BYTES)
            if not chunk:
                return None
            self._pending += chunk
        line = bytes(self._pending[:end])
        del self._pending[: end + 1]
        return line

    def _forget_excess(self) -> int:
        """Keep so much of an endless line that it still counts as too long."""
        del self._pending[MAXIMUM_BYTES + 1 :]
        return len(self._pending)

    def _write_all(self) -> None:
        try:
            while (item := self._queue.take()) is not None:
                _write(self._writing, item)
        except OSError:  # nobody reads any more; the end of standard input says the rest
            self._queue.discard()


def claim_stdio() -> StdioChannel:
    """Take the wire away from everything else in this process.

    Afterwards descriptor 1 leads to standard error and descriptor 0 to nothing, for C code and
    child processes too, and forked children do not keep the wire open.
    """
    reading, writing = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a descriptor is wanted, not a path
        os.dup2(nothing.fileno(), 0)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: _close(reading, writing))
    return StdioChannel(reading, writing)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
