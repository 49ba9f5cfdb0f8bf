"""A worker without a process, which notes what was in the files when it was told to load them."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from interpogate.opened.worker_client import OnEvent, WorkerClient
from interpogate.opened.worker_process import WorkerExit
from interpogate.protocol.messages import Problem

Json = dict[str, Any]

_EMPTY_COLUMNS = (
    "names parents kinds parameterCounts otherPaths otherModules kindRows classes modules counts "
    "inputs outputs texts"
).split()
_NO_MODULES: Json = {
    "total": 0,
    "first": 0,
    "following": 0,
    "graphVersion": 0,
    "origin": "fake",
    "runId": 0,
} | {name: [] for name in _EMPTY_COLUMNS}


class RecordingWorker:
    """Answers at once, as long as nobody stops it."""

    def __init__(
        self,
        files: list[Path],
        loads: list[tuple[str, ...]],
        on_event: OnEvent,
        gate: asyncio.Event | None,
        note: Callable[[str], None],
    ) -> None:
        self.pid = os.getpid()
        self.is_silent = False
        self.on_silence: Callable[[], None] = lambda: None
        self.refused: list[str] = []
        self.posted: list[str] = []
        self.asked: frozenset[str] = frozenset()
        self.ended: asyncio.Future[WorkerExit] = asyncio.get_running_loop().create_future()
        self._files = files
        self._loads = loads
        self._on_event = on_event
        self._gate = gate
        self._note = note
        self._loading: asyncio.Task[None] | None = None

    async def request(self, method: str, params: Json) -> Json:
        self._note(method)
        if method == "session/hello":
            return {"protocolVersion": 1}
        if method == "model/load":
            self._loading = asyncio.create_task(self._load(params))
            return {}
        if method == "run/start":
            return {"runId": params.get("runId", 1), "phase": "finished"}
        return _NO_MODULES

    def refuse(self, problem: Problem) -> None:
        self.refused.append(problem.code)

    def post(self, method: str, _params: Json) -> None:
        self.posted.append(method)

    async def stop(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
        if not self.ended.done():
            self.ended.set_result(WorkerExit(returncode=0))

    async def _load(self, params: Json) -> None:
        self._loads.append(tuple(_text(file) for file in self._files))
        if self._gate is not None:
            await self._gate.wait()
        model_id = params["modelId"]
        files = [str(file) for file in self._files]
        self._on_event("source/files", {"modelId": model_id, "files": files})
        state = {"modelId": model_id, "source": "x", "phase": "ready", "message": ""}
        version = params["firstGraphVersion"]
        self._on_event("model/changed", {**state, "graphVersion": version})


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError:
        return "(missing)"


def launching(
    files: list[Path],
    loads: list[tuple[str, ...]],
    gate: asyncio.Event | None = None,
    requests: list[tuple[int, str]] | None = None,
) -> Callable[..., Any]:
    """What `OpenedModel` launches workers with; loads are ready while the gate is set.

    `requests` gets each request with the number of the worker that was asked, from 1.
    """
    asked = [] if requests is None else requests
    numbers = itertools.count(1)

    async def launch(_model_id: str, *, folder: str | None, on_event: OnEvent) -> WorkerClient:
        number = next(numbers)
        worker = RecordingWorker(
            files, loads, on_event, gate, lambda method: asked.append((number, method))
        )
        return cast("WorkerClient", worker)

    return launch
