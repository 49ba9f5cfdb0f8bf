"""The worker's wire: one JSON text a line over the standard descriptors that it was started with.

Knows no method names. Called by the worker's main before any user code is imported; the editor
process takes its own descriptors away from the rest of its process in the same manner.
"""

from __future__ import annotations

import io
import os
import sys
from collections import deque
from threading import Thread

from interpogate.transport.bound import bounded
from interpogate.transport.lines import LineBuffer
from interpogate.transport.queue import BoundedQueue

_CHUNK_BYTES = 64 * 1024


class StdioChannel:
    """Lines in, lines out. `send` from any thread, `read` from one."""

    def __init__(self, reading: int, writing: int) -> None:
        """Take over two descriptors, such as those of pipes."""
        self._reading = reading
        self._writing = writing
        self._queue = BoundedQueue()
        self._buffer = LineBuffer()
        self._lines: deque[bytes] = deque()
        self._writer = Thread(target=self._write_all, name="wire-writer", daemon=True)
        self._writer.start()

    def read(self) -> str | None:
        """Wait for the next line, skipping too long ones; None once the other side has closed."""
        while not self._lines:
            chunk = os.read(self._reading, _CHUNK_BYTES)
            if not chunk:
                return None
            self._lines.extend(line for line in self._buffer.feed(chunk) if line)
        return self._lines.popleft().decode("utf-8", "replace")

    def send(self, text: str) -> None:
        """Queue one message; wait while 16 MB are unread; nothing happens if nobody reads any more.

        A reply over 4 MB is replaced by an error reply, any other message raises `MessageTooLarge`.
        """
        data = bounded(text)
        if b"\n" in data:
            raise ValueError("a message must stand on one line")
        self._queue.put(data + b"\n")

    def flush(self, *, timeout_s: float = 1.0) -> None:
        """Wait until what is queued is written, but not for a reader that is slow."""
        self._queue.wait_idle(timeout_s)

    def close(self, *, timeout_s: float = 1.0) -> None:
        """Write what is queued, then stop writing."""
        self._queue.close()
        self._writer.join(timeout_s)

    def _write_all(self) -> None:
        try:
            while (item := self._queue.take()) is not None:
                _write(self._writing, item)
        except OSError:  # nobody reads any more; the end of standard input says the rest
            self._queue.discard()


def claim_stdio() -> StdioChannel:
    """Take the wire away from everything else in this process and speak over it."""
    return StdioChannel(*claim_descriptors())


def claim_descriptors() -> tuple[int, int]:
    """Take the descriptors (to read, to write) of the wire away from everything else.

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
    return reading, writing


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
