"""Connections that have not been let in yet: bounded in number, the oldest gives way.

So neither many connections nor slow ones keep others out. Called by `server.py`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.server import ServerConnection

MOST_WAITING = 128


class Door:
    """Those before the end of their handshake, in the order of their coming."""

    def __init__(self, *, most: int = MOST_WAITING) -> None:
        self._most = most
        self._waiting: dict[ServerConnection, None] = {}

    def arrived(self, connection: ServerConnection) -> None:
        """A connection was made; when there are too many, the oldest is ended."""
        if len(self._waiting) >= self._most:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.transport.abort()
        self._waiting[connection] = None

    def left(self, connection: ServerConnection) -> None:
        """It was let in, or it is gone."""
        self._waiting.pop(connection, None)


class WaitingConnection(ServerConnection):
    """A connection that the door counts."""

    def __init__(self, *parts: Any, door: Door, **options: Any) -> None:
        super().__init__(*parts, **options)
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop, as the following one."""
        super().connection_made(transport)
        self._door.arrived(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._door.left(self)
        super().connection_lost(exc)
