"""One page's connection: its requests, each with one reply, and a bounded queue of what goes out.

Knows the JSON-RPC envelope but no method names. Called by `server.py`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from interpogate.opened import problems
from interpogate.opened.problems import RequestFailed
from interpogate.transport.bound import bounded
from interpogate.transport.envelopes import INVALID_PARAMS, VERSION, Fault, envelopes
from interpogate.transport.queue import CAPACITY_BYTES

_REQUESTS_AT_ONCE = 64

Answer = Callable[[str, dict[str, Any]], Awaitable[Any]]

logger = logging.getLogger(__name__)


class Tab:
    """One open page."""

    def __init__(
        self,
        connection: ServerConnection,
        answer: Answer,
        *,
        capacity_bytes: int = CAPACITY_BYTES,
    ) -> None:
        self._connection = connection
        self._answer = answer
        self._capacity = capacity_bytes
        self._outgoing: deque[str] = deque()
        self._held = 0
        self._is_cut = False
        self._filled = asyncio.Event()
        self._slots = asyncio.Semaphore(_REQUESTS_AT_ONCE)
        self._requests: set[asyncio.Task[None]] = set()

    async def converse(self) -> None:
        """Serve the page until it is gone. What it has begun goes on."""
        writer = asyncio.create_task(self._write_all())
        try:
            async for message in self._connection:
                await self._receive(message)
        except ConnectionClosed:
            pass
        finally:
            for task in (writer, *self._requests):
                task.cancel()

    def send(self, text: str) -> None:
        """Queue a message; a page that leaves 16 MB unread is cut off, and reads anew later."""
        if self._is_cut:
            return
        if self._held and self._held + len(text) > self._capacity:
            self._cut()
            return
        self._outgoing.append(text)
        self._held += len(text)
        self._filled.set()

    def _cut(self) -> None:
        self._is_cut = True
        self._outgoing.clear()
        logger.warning("a page that does not read was disconnected")
        self._connection.transport.abort()

    async def _write_all(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self._filled.wait()
                self._filled.clear()
                while self._outgoing:
                    text = self._outgoing.popleft()
                    await self._connection.send(text)
                    self._held -= len(text)

    async def _receive(self, message: str | bytes) -> None:
        for found in envelopes(message):
            if isinstance(found, Fault):
                self._refuse(found)
            elif found.method is not None:
                await self._begin(found.data)

    def _refuse(self, fault: Fault) -> None:
        if fault.is_asked:
            error = {"code": fault.code, "message": str(fault)}
            reply = {"jsonrpc": VERSION, "id": fault.identifier, "error": error}
            self.send(json.dumps(reply))

    async def _begin(self, request: dict[str, Any]) -> None:
        if isinstance(request.get("params"), list):
            reason = "Parameters are an object."
            is_asked = "id" in request
            self._refuse(Fault(INVALID_PARAMS, reason, request.get("id"), is_asked=is_asked))
            return
        await self._slots.acquire()
        task = asyncio.create_task(self._reply(request))
        self._requests.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._requests.discard(task)
        self._slots.release()

    async def _reply(self, request: dict[str, Any]) -> None:
        outcome = await self._outcome(request["method"], request.get("params") or {})
        if "id" in request:
            reply = {"jsonrpc": "2.0", "id": request["id"], **outcome}
            self.send(bounded(json.dumps(reply)).decode())

    async def _outcome(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"result": await self._answer(method, params)}
        except RequestFailed as failure:
            return {"error": failure.error}
        except Exception:
            logger.exception("a request failed")
            return {"error": RequestFailed.of(problems.internal()).error}
