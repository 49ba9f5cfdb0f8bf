"""A web server on an event loop of its own, in a daemon thread, while a script goes on.

Knows neither models nor methods. Called by `live_server.py`; tests use it to talk to a server.
"""

from __future__ import annotations

import asyncio
import socket
from threading import Event, Thread
from typing import Any

from interpogate.web.admission import Admission
from interpogate.web.server import HANDSHAKE_S, WebServer
from interpogate.web.tab import Answer

_CLOSE_S = 5.0


class BackgroundServer:
    """Serves from construction until `close`. Its methods may be called from any thread."""

    def __init__(
        self,
        listening: socket.socket,
        admission: Admission,
        answer: Answer,
        *,
        handshake_s: float = HANDSHAKE_S,
    ) -> None:
        self._server = WebServer(listening, admission, answer, handshake_s=handshake_s)
        self._loop = asyncio.new_event_loop()
        self._started = Event()
        self._ended = asyncio.Event()
        self._thread = Thread(target=self._work, name="interpogate-web", daemon=True)
        self._thread.start()
        self._started.wait()

    def emit(self, method: str, params: dict[str, Any]) -> None:
        """Tell every tab, after what it was told before; nothing happens after `close`."""
        if self._thread.is_alive():
            self._call(self._server.emit, method, params)

    def close(self) -> None:
        """End all connections and the thread."""
        if self._thread.is_alive():
            self._call(self._ended.set)
            self._thread.join(_CLOSE_S)

    def _call(self, function: Any, *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:  # the loop was closed between the question and the call
            return

    def _work(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        await self._server.start()
        self._started.set()
        await self._ended.wait()
        await self._server.close()
