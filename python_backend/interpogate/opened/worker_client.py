"""The editor's end of one worker's wire: requests out, replies and events in, and the worker's end.

Knows the JSON-RPC envelope but no method names. Called by `opened_model.py`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from interpogate.opened import problems
from interpogate.opened.output import OutputRelay
from interpogate.opened.problems import RequestFailed
from interpogate.opened.worker_process import WorkerExit, WorkerProcess
from interpogate.protocol.messages import Problem
from interpogate.transport.alive import ALIVE, Attention, Patience
from interpogate.transport.bound import MessageTooLarge, bounded
from interpogate.transport.lines import LineBuffer

_UNREAD_BYTES = 16 * 1024 * 1024

OnEvent = Callable[[str, dict[str, Any]], None]
OnOutput = Callable[[str], None]

logger = logging.getLogger(__name__)


class _Asked(NamedTuple):
    method: str
    reply: asyncio.Future[Any]


class WorkerClient:
    """One running worker. Every request ends: with its reply, with the worker, or by `refuse`."""

    _process: WorkerProcess
    _life: asyncio.Task[None]

    def __init__(
        self, *, on_event: OnEvent, on_output: OnOutput, patience: Patience | None = None
    ) -> None:
        self.ended: asyncio.Future[WorkerExit] = asyncio.get_running_loop().create_future()
        self.on_silence: Callable[[], None] = lambda: None
        """Called when the worker falls silent, and when it is heard again."""
        self._refusal: Problem | None = None
        self._attention = Attention(self._silence_changed, patience or Patience())
        self._on_event = on_event
        self._lines = LineBuffer()
        self._output = OutputRelay(on_output)
        self._identifiers = itertools.count(1)
        self._pending: dict[int, _Asked] = {}

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        folder: str | None,
        on_event: OnEvent,
        on_output: OnOutput,
        patience: Patience | None = None,
    ) -> WorkerClient:
        """Start a worker process. Raises `OSError` if there is no way."""
        client = cls(on_event=on_event, on_output=on_output, patience=patience)
        client._process = await WorkerProcess.start(
            command, folder=folder, on_wire=client._take, on_output=client._output.feed
        )
        client._life = asyncio.create_task(client._watch())
        return client

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def asked(self) -> frozenset[str]:
        """Methods of the requests that wait for their answer."""
        return frozenset(asked.method for asked in self._pending.values())

    @property
    def is_silent(self) -> bool:
        """Whether the process runs but has said nothing for a while."""
        return self._attention.is_silent

    def refuse(self, problem: Problem) -> None:
        """Fail what waits for a reply, and what is asked from now on until the worker is heard."""
        self._refusal = problem
        self._fail_pending(problem)

    def post(self, method: str, params: Any) -> None:
        """Send a call whose reply nobody waits for, also to a silent worker."""
        with suppress(RequestFailed):
            self._write(self._call(method, params))

    async def request(self, method: str, params: Any) -> Any:
        """The result of a call. Raises `RequestFailed`, also when the worker ends first."""
        if self._refusal is not None:
            raise RequestFailed.of(self._refusal)
        message = self._call(method, params)
        identifier: int = message["id"]
        reply = asyncio.get_running_loop().create_future()
        self._pending[identifier] = _Asked(method, reply)
        try:
            self._write(message)
            return await reply
        finally:
            del self._pending[identifier]

    async def stop(self) -> None:
        """End the process and everything in its group; returns when it is gone."""
        await self._process.end()
        await asyncio.shield(self._life)

    def _call(self, method: str, params: Any) -> dict[str, Any]:
        identifier = next(self._identifiers)
        return {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}

    def _silence_changed(self) -> None:
        if not self.is_silent:
            self._refusal = None
        self.on_silence()

    def _write(self, message: dict[str, Any]) -> None:
        if self.ended.done():
            raise RequestFailed.of(problems.worker_stopped())
        if self._process.unread_bytes > _UNREAD_BYTES:
            raise RequestFailed.of(problems.worker_busy())
        try:
            self._process.write(bounded(json.dumps(message)) + b"\n")
        except MessageTooLarge:
            raise RequestFailed.of(problems.request_too_large()) from None

    async def _watch(self) -> None:
        """Live as long as the process does; what it has sent before its end still counts."""
        ending = await self._process.wait()
        self._output.finish()
        self._conclude(ending)

    def _conclude(self, ending: WorkerExit) -> None:
        self._attention.end()
        self.ended.set_result(ending)
        self._fail_pending(problems.worker_ended(ending.words))

    def _fail_pending(self, problem: Problem) -> None:
        for asked in self._pending.values():
            if not asked.reply.done():
                asked.reply.set_exception(RequestFailed.of(problem))

    def _take(self, chunk: bytes) -> None:
        self._attention.heard()
        for line in self._lines.feed(chunk):
            self._receive(line)

    def _receive(self, line: bytes) -> None:
        message = _parsed(line)
        if message.get("method") == ALIVE:
            self._attention.begin()
        elif isinstance(message.get("method"), str) and "id" not in message:
            self._on_event(message["method"], message.get("params") or {})
        elif isinstance(message.get("id"), int) and "method" not in message:
            self._settle(message)
        else:
            logger.warning("worker %d sent a line that is no message", self.pid)

    def _settle(self, message: dict[str, Any]) -> None:
        asked = self._pending.get(message["id"])
        if asked is None or asked.reply.done():  # the asker has cancelled, or a second reply came
            return
        reply = asked.reply
        if isinstance(error := message.get("error"), dict):
            reply.set_exception(RequestFailed(error))
        else:
            reply.set_result(message.get("result"))


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
