"""A silent worker is reported, what waits for it is refused, and it may return."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

import pytest

from editor_driver import FAKE_WORKER
from interpogate.opened.opened_model import OpenedModel
from interpogate.opened.problems import RequestFailed
from interpogate.opened.worker_client import WorkerClient
from interpogate.protocol.messages import OpenModel, Problem
from interpogate.transport.alive import Attention, Patience
from recording_worker import RecordingWorker, launching
from waiting import PATIENCE_S

_QUICK = Patience(turn_s=0.02, turns=5)
_STUCK = Problem(code="stuck", message="It is stuck.", hint="")


def run(body: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(body, PATIENCE_S))


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.002)


def test_silence_begins_after_some_quiet_turns_and_ends_with_a_word() -> None:
    async def body() -> None:
        changes: list[bool] = []
        attention = Attention(lambda: changes.append(attention.is_silent), _QUICK)
        attention.begin()
        await until(lambda: attention.is_silent)
        attention.heard()
        assert changes == [True, False]
        await until(lambda: attention.is_silent)
        attention.end()
        assert changes == [True, False, True]

    run(body())


def test_what_never_said_that_it_is_alive_is_not_listened_to() -> None:
    async def body() -> None:
        attention = Attention(lambda: None, Patience(turn_s=0, turns=0))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not attention.is_silent

    run(body())


@pytest.mark.skipif(sys.platform == "win32", reason="no process can be stopped there")
def test_a_stopped_process_is_noticed_refused_and_heard_again() -> None:
    async def body() -> None:
        reported: list[bool] = []
        client = await WorkerClient.start(
            [sys.executable, str(FAKE_WORKER)],
            folder=None,
            on_event=lambda _method, _params: None,
            on_output=lambda _line: None,
            patience=_QUICK,
        )
        client.on_silence = lambda: reported.append(client.is_silent)
        first = {"firstGraphVersion": 1, "firstRunId": 1}
        await client.request("model/load", {"modelId": "m", "source": "beating", **first})
        os.kill(client.pid, signal.SIGSTOP)
        waiting = asyncio.create_task(client.request("text/tokenize", {"number": 1}))
        await until(lambda: client.is_silent)
        client.refuse(_STUCK)
        for refused in (waiting, client.request("text/tokenize", {"number": 2})):
            with pytest.raises(RequestFailed, match="It is stuck"):
                await refused
        client.post("graph/locate", {"path": "prints"})
        os.kill(client.pid, signal.SIGCONT)
        await until(lambda: not client.is_silent)
        reply = await client.request("text/tokenize", {"number": 3})
        assert reply["echo"] == {"number": 3}
        assert reported[:2] == [True, False]
        await client.stop()

    run(body())


class _Opened:
    """A model on a worker whose silence the test decides."""

    def __init__(self, folder: Path) -> None:
        file = folder / "main.py"
        file.write_text("NUMBER = 0", "utf-8")
        self.emitted: list[tuple[str, Any]] = []
        self.gate = asyncio.Event()
        self.model = OpenedModel(
            "model-1",
            OpenModel(source="main.py:Net", folder=str(folder)),
            emit=lambda method, params: self.emitted.append((method, params)),
            launch=launching([file], [], self.gate),
        )
        self.model.start()

    @property
    def worker(self) -> RecordingWorker:
        life = self.model._worker
        assert life is not None
        return cast("RecordingWorker", life.client)

    async def loading(self) -> None:
        await until(lambda: self.model._worker is not None and bool(self.worker._loading))

    async def ready(self) -> None:
        self.gate.set()
        await until(lambda: self.model.state.phase == "ready")

    def silence(self, is_silent: bool) -> None:
        self.worker.is_silent = is_silent
        self.worker.on_silence()

    @property
    def code(self) -> str:
        problem = self.model.state.problem
        return problem.code if problem else ""


def test_a_model_whose_worker_is_silent_offers_restart_until_it_is_heard(tmp_path: Path) -> None:
    async def body() -> None:
        opened = _Opened(tmp_path)
        await opened.ready()
        opened.silence(True)
        problem = opened.model.state.problem
        assert problem is not None
        assert (problem.code, problem.action) == ("worker.unresponsive", "restart")
        assert opened.emitted[-1][1]["problem"]["code"] == "worker.unresponsive"
        assert opened.worker.refused == ["worker.unresponsive"]
        opened.silence(False)
        assert opened.code == ""
        assert opened.emitted[-1][1]["problem"] is None
        await opened.model.close()

    run(body())


def test_a_load_may_hold_the_interpreter(tmp_path: Path) -> None:
    async def body() -> None:
        opened = _Opened(tmp_path)
        await opened.loading()
        opened.silence(True)
        assert opened.code == ""
        assert opened.worker.refused == []
        await opened.model.close()

    run(body())


def test_cancel_is_answered_without_the_worker_and_passed_on(tmp_path: Path) -> None:
    async def body() -> None:
        opened = _Opened(tmp_path)
        await opened.ready()
        state = {"modelId": "model-1", "runId": 7, "phase": "running"}
        life = opened.model._worker
        assert life is not None
        opened.model.told(life, "run/changed", state)
        opened.silence(True)
        cancelled = {"modelId": "model-1", "runId": 7}
        assert await opened.model.request("run/cancel", cancelled) == state
        assert opened.worker.posted == ["run/cancel"]
        await opened.model.close()

    run(body())


def test_a_restart_of_a_silent_worker_takes_the_problem_away(tmp_path: Path) -> None:
    async def body() -> None:
        opened = _Opened(tmp_path)
        await opened.ready()
        opened.silence(True)
        opened.model.start()
        await opened.ready()
        assert opened.code == ""
        await opened.model.close()

    run(body())
