"""The editor process's end of the connection to VS Code, as pygls wants it.

A thread reads, so that the event loop never waits for the client and pygls' thread pool is not
needed; writing is done in place: a client that does not read stops the loop, hence the workers'
messages, hence the workers, and nothing piles up anywhere. Called by `__main__.py`.
"""

from __future__ import annotations

import asyncio
import os
from threading import Thread

_CHUNK_BYTES = 64 * 1024


def reader_of(descriptor: int) -> asyncio.StreamReader:
    """A stream that a thread of its own feeds from a descriptor."""
    stream = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    feeder = Thread(
        target=_feed, args=(descriptor, stream, loop), name="client-reader", daemon=True
    )
    feeder.start()
    return stream


def _feed(descriptor: int, stream: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
    try:
        while chunk := os.read(descriptor, _CHUNK_BYTES):
            loop.call_soon_threadsafe(stream.feed_data, chunk)
        loop.call_soon_threadsafe(stream.feed_eof)
    except (OSError, RuntimeError):  # the descriptor or the loop is closed: the process is ending
        return


class DescriptorWriter:
    """Writes whole messages to a descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        if hasattr(os, "set_blocking"):
            os.set_blocking(descriptor, True)

    def write(self, data: bytes) -> None:
        """Write everything. Raises `BrokenPipeError` if nobody reads any more."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def close(self) -> None:
        """Do nothing: the end of the process closes the descriptor."""
