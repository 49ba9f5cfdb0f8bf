"""The editor process's end of the connection to VS Code, as pygls wants it.

A thread reads, so that the event loop never waits for the client and pygls' thread pool is not
needed; writing is done in place: a client that does not read stops the loop, hence the workers'
messages, hence the workers, and nothing piles up anywhere. Called by `__main__.py`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from threading import BoundedSemaphore, Thread

_CHUNK_BYTES = 64 * 1024
_MOST_WAITING = 64


async def chunks_of(descriptor: int) -> AsyncIterator[bytes]:
    """What a thread of its own reads from a descriptor, until its end.

    The thread waits while 4 MB are not taken yet, and so does the client.
    """
    read: asyncio.Queue[bytes] = asyncio.Queue()
    room = BoundedSemaphore(_MOST_WAITING)
    feeding = (descriptor, read, room, asyncio.get_running_loop())
    Thread(target=_feed, args=feeding, name="client-reader", daemon=True).start()
    while chunk := await read.get():
        room.release()
        yield chunk


def _feed(
    descriptor: int,
    read: asyncio.Queue[bytes],
    room: BoundedSemaphore,
    loop: asyncio.AbstractEventLoop,
) -> None:
    try:
        while chunk := os.read(descriptor, _CHUNK_BYTES):
            room.acquire()
            loop.call_soon_threadsafe(read.put_nowait, chunk)
        loop.call_soon_threadsafe(read.put_nowait, b"")
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
