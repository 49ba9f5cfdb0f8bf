"""The editor's end of one worker's wire: requests out, replies and events in, and the worker's end.

Knows the JSON-RPC envelope but no method names. Called by `opened_model.py`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from typing import Any, cast

from interpogate.editor import problems, worker_process
from interpogate.editor.output import OutputRelay
from interpogate.editor.problems import RequestFailed
from interpogate.editor.worker_process import WorkerExit
from interpogate.transport.bound import MessageTooLarge, bounded
from interpogate.transport.lines import LineBuffer

_CHUNK_BYTES = 64 * 1024
_UNREAD_BYTES = 16 * 1024 * 1024
_DRAIN_S = 1.0

OnEvent = Callable[[str, dict[str, Any]], None]
OnOutput = Callable[[str], None]

logger = logging.getLogger(__name__)


class WorkerClient:
    """One running worker. Every request ends: with its reply, or with the worker."""

    def __init__(self, process: Process, *, on_event: OnEvent, on_output: OnOutput) -> None:
        loop = asyncio.get_running_loop()
        self.pid = process.pid
        self.ended: asyncio.Future[WorkerExit] = loop.create_future()
        self._process = process
        # `launch` asks for all three pipes
        self._stdin = cast("asyncio.StreamWriter", process.stdin)
        self._stdout = cast("asyncio.StreamReader", process.stdout)
        self._stderr = cast("asyncio.StreamReader", process.stderr)
        self._on_event = on_event
        self._output = OutputRelay(on_output)
        self._identifiers = itertools.count(1)
        self._pending: dict[int, asyncio.Future[Any]] = {}
        self._life = loop.create_task(self._watch())

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        folder: str | None,
        on_event: OnEvent,
        on_output: OnOutput,
    ) -> WorkerClient:
        """Start a worker process. Raises `OSError` if there is no way."""
        process = await worker_process.launch(command, folder=folder)
        return cls(process, on_event=on_event, on_output=on_output)

    async def request(self, method: str, params: Any) -> Any:
        """The result of a call. Raises `RequestFailed`, also when the worker ends first."""
        identifier = next(self._identifiers)
        message = {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}
        reply = asyncio.get_running_loop().create_future()
        self._pending[identifier] = reply
        try:
            self._write(message)
            return await reply
        finally:
            del self._pending[identifier]

    async def stop(self) -> None:
        """End the process and everything in its group; returns when it is gone."""
        await worker_process.end(self._process)
        await asyncio.shield(self._life)

    def _write(self, message: dict[str, Any]) -> None:
        if self.ended.done() or self._stdin.is_closing():
            raise RequestFailed.of(problems.worker_stopped())
        if self._stdin.transport.get_write_buffer_size() > _UNREAD_BYTES:
            raise RequestFailed.of(problems.worker_busy())
        try:
            self._stdin.write(bounded(json.dumps(message)) + b"\n")
        except MessageTooLarge:
            raise RequestFailed.of(problems.request_too_large()) from None

    async def _watch(self) -> None:
        """Live as long as the process does; what it has sent before its end still counts."""
        reading = asyncio.create_task(self._read_messages())
        printing = asyncio.create_task(self._read_output())
        exiting = asyncio.create_task(self._process.wait())
        await asyncio.wait({reading, exiting}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({exiting}, timeout=_DRAIN_S)  # its exit code is worth a moment
        worker_process.kill_group(self._process)
        await asyncio.wait({reading, printing}, timeout=_DRAIN_S)
        for task in (reading, printing, exiting):
            task.cancel()
        self._output.finish()
        self._conclude(await worker_process.exit_of(self._process))

    def _conclude(self, ending: WorkerExit) -> None:
        self.ended.set_result(ending)
        failure = problems.worker_ended(ending.words)
        for reply in self._pending.values():
            if not reply.done():
                reply.set_exception(RequestFailed.of(failure))

    async def _read_messages(self) -> None:
        buffer = LineBuffer()
        while chunk := await self._stdout.read(_CHUNK_BYTES):
            for line in buffer.feed(chunk):
                self._receive(line)

    async def _read_output(self) -> None:
        while chunk := await self._stderr.read(_CHUNK_BYTES):
            self._output.feed(chunk)

    def _receive(self, line: bytes) -> None:
        message = _parsed(line)
        if isinstance(message.get("method"), str) and "id" not in message:
            self._on_event(message["method"], message.get("params") or {})
        elif isinstance(message.get("id"), int) and "method" not in message:
            self._settle(message)
        else:
            logger.warning("worker %d sent a line that is no message", self.pid)

    def _settle(self, message: dict[str, Any]) -> None:
        reply = self._pending.get(message["id"])
        if reply is None or reply.done():  # the asker has cancelled, or a second reply came
            return
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
