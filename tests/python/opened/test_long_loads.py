"""A load that takes long, or never ends: it is said, can be stopped, and the old model answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from interpogate.opened.following import Timing
from interpogate.opened.opened_model import OpenedModel
from interpogate.opened.watching import Watching
from interpogate.protocol.messages import OpenModel
from recording_worker import launching
from waiting import PATIENCE_S

LONG_S = 0.05
BLOCK = {"blockId": 1, "node": "first"}


class Opened:
    """A model of one file; loads go on while the gate is open."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "main.py"
        self.file.write_text("NUMBER = 0\n", "utf-8")
        self.loads: list[tuple[str, ...]] = []
        self.requests: list[tuple[int, str]] = []
        self.gate = asyncio.Event()
        self.emitted: list[str] = []
        launch = launching([self.file], self.loads, self.gate, self.requests)
        self.model = OpenedModel(
            "model-1",
            OpenModel(source="main.py:Net", folder=str(folder)),
            emit=lambda method, _params: self.emitted.append(method),
            launch=launch,
            timing=Timing(quiet_s=0.015),
            long_s=LONG_S,
        )

    @property
    def code(self) -> str:
        """The name of the problem that is told; empty without one."""
        problem = self.model.state.problem
        return "" if problem is None else problem.code

    async def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain: {self.model.state}"
            await asyncio.sleep(0.002)

    async def ready(self) -> None:
        self.gate.set()
        await self.until(lambda: self.model.state.phase == "ready" and not self.code)
        await self.until(lambda: bool(self.model._follower._in_use))

    async def save_and_hang(self) -> None:
        self.gate.clear()
        await asyncio.to_thread(self.file.write_text, "NUMBER = 1\n", "utf-8")
        await self.until(lambda: self.code == "load.long")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Opened]:
    found = Opened(folder)
    watcher = Watching(loop=asyncio.get_running_loop())
    await asyncio.sleep(0.02)  # the file is older than a tick of the file system's clock
    found.model.follow_files(watcher.watch)
    found.model.start()
    try:
        yield found
    finally:
        await found.model.close()
        await asyncio.to_thread(watcher.close)


def run(body: Coroutine[Any, Any, None]) -> None:
    asyncio.run(body)


def test_a_first_load_that_takes_long_says_so_and_can_be_stopped(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            await found.until(lambda: found.code == "load.long")
            problem = found.model.state.problem
            assert problem is not None
            assert problem.action == "stopLoading"
            state = found.model.stop_loading()
            assert (state.phase, found.code) == ("stopped", "load.stopped")
            found.model.start()
            await found.ready()
            assert found.model.state.graph_version == 1

    run(body())


def test_the_word_that_it_takes_long_goes_when_it_is_loaded(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            await found.until(lambda: found.code == "load.long")
            await found.ready()

    run(body())


def test_while_changed_files_load_for_long_the_model_before_runs(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            await found.ready()
            await found.save_and_hang()
            assert found.model.state.reloading
            await asyncio.wait_for(found.model.request("run/start", {}), 1)
            assert found.requests[-1] == (1, "run/start"), "the first worker has it"

    run(body())


def test_a_stopped_reload_keeps_the_model_and_the_next_save_is_loaded(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            await found.ready()
            await found.save_and_hang()
            state = found.model.stop_loading()
            assert (state.phase, state.reloading, state.graph_version) == ("ready", False, 1)
            assert found.code == "reload.stopped"
            found.gate.set()
            await asyncio.to_thread(found.file.write_text, "NUMBER = 2\n", "utf-8")
            await found.until(lambda: found.model.state.graph_version > 1)
            assert found.loads[-1] == ("NUMBER = 2\n",)
            assert not found.code

    run(body())


def test_a_stopped_reload_is_forgotten_when_the_files_are_as_before(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            await found.ready()
            await found.save_and_hang()
            found.model.stop_loading()
            await asyncio.to_thread(found.file.write_text, "NUMBER = 0\n", "utf-8")
            await found.until(lambda: not found.code)
            assert len(found.loads) == 2
            assert found.model.state.graph_version == 1

    run(body())


def test_blocks_put_on_the_model_before_are_given_to_the_one_that_takes_over(
    tmp_path: Path,
) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            await found.ready()
            await found.save_and_hang()
            worker = found.model._worker
            assert worker is not None
            found.model.told(worker, "block/changed", {"blocks": [BLOCK]})
            found.gate.set()
            await found.until(lambda: found.model.state.graph_version > 1)
            assert (2, "block/restore") in found.requests

    run(body())
