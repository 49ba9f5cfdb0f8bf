"""Saves of all kinds, seen by the real watcher on real files: a load for each, none missed."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import saves
from interpogate.opened import watching
from interpogate.opened.following import Timing
from interpogate.opened.opened_model import OpenedModel
from interpogate.opened.watching import Watching
from interpogate.protocol.messages import OpenModel
from recording_worker import launching
from saves import Workspace

QUICK = Timing(quiet_s=0.015, absence_s=0.2, glance_s=30.0)
PATIENCE_S = 60.0


class Opened:
    """A workspace whose files are a model, and everything that was loaded of it."""

    def __init__(self, folder: Path) -> None:
        self.space = Workspace(folder)
        self.loads: list[tuple[str, ...]] = []
        self.states: list[dict[str, Any]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.model = OpenedModel(
            "model-1",
            OpenModel(source="main.py:Net", folder=str(folder)),
            emit=lambda method, params: self.states.append(params),
            launch=launching(self.space.files, self.loads, self.gate),
            timing=QUICK,
        )

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain: {what}"
            await asyncio.sleep(0.002)

    async def until_loaded(self) -> None:
        def is_loaded() -> bool:
            state = self.model.state
            settled = self.loads[-1:] == [self.space.settled()]
            return settled and state.phase == "ready" and not state.reloading

        await self.until(is_loaded, "what is in the files is loaded")


@asynccontextmanager
async def opened(folder: Path, **observers: Callable[[], Any]) -> AsyncIterator[Opened]:
    threads = threading.active_count()
    found = Opened(folder)
    watcher = Watching(loop=asyncio.get_running_loop(), **observers)
    await asyncio.sleep(0.02)  # the files are older than a tick of the file system's clock
    found.model.follow_files(watcher.watch)
    found.model.start()
    try:
        await found.until_loaded()
        await found.until(lambda: bool(found.model._follower._in_use), "the files to be followed")
        yield found
    finally:
        await found.model.close()
        await asyncio.to_thread(watcher.close)
        assert not [t for t in threading.enumerate() if "watchdog" in type(t).__module__]
        assert threading.active_count() <= threads + 8, "only the pool's threads stay"


def run(body: Coroutine[Any, Any, None]) -> None:
    asyncio.run(body)


@pytest.mark.parametrize("save", saves.CHANGING, ids=lambda save: save.__name__)
def test_each_kind_of_save_is_one_load(tmp_path: Path, save: saves.Save) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            for count in (2, 3):
                await save(found.space)
                await found.until_loaded()
                assert len(found.loads) == count

    run(body())


def test_a_thousand_saves_are_one_load_each_and_none_is_missed(tmp_path: Path) -> None:
    async def body() -> None:
        chance = random.Random(5)  # noqa: S311 (the same saves each time)
        async with opened(tmp_path) as found:
            expected = [found.space.settled()]
            kinds = [chance.choice((*saves.CHANGING, *saves.IDLE)) for _ in range(1_000)]
            for save in kinds:
                await save(found.space)
                if save in saves.CHANGING:
                    expected.append(found.space.settled())
                    await found.until_loaded()
            assert len(set(expected)) == len(expected) > 700
            assert found.loads == expected

    run(body())


def test_nothing_is_loaded_while_a_file_is_open_for_writing(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            with found.space.main.open("w", encoding="utf-8") as stream:
                stream.write("HALF = 1\n")
                stream.flush()
                await asyncio.sleep(20 * QUICK.quiet_s)
                assert len(found.loads) == 1
                stream.write("WHOLE = 1\n")
            await found.until_loaded()
            assert [load[0] for load in found.loads[1:]] == ["HALF = 1\nWHOLE = 1\n"]

    run(body())


def test_code_that_cannot_be_parsed_is_never_loaded_but_told_at_its_line(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            whole = found.space.main.read_text("utf-8")
            found.space.main.write_text("X = 1\ndef broken(:\n", "utf-8")
            await found.until(lambda: found.model.state.problem is not None, "a problem")
            problem, state = found.model.state.problem, found.model.state
            assert problem is not None
            assert (problem.file, problem.line) == (str(found.space.main), 2)
            assert (state.phase, state.graph_version) == ("ready", 1)
            found.space.main.write_text(whole, "utf-8")
            await found.until(lambda: found.model.state.problem is None, "the problem to go")
            assert len(found.loads) == 1, "what is there again was loaded already"

    run(body())


def test_code_broken_while_a_load_is_under_way_is_mended_by_taking_it_back(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            wanted = found.space.content()
            found.gate.clear()
            found.space.main.write_text(wanted, "utf-8")
            await found.until(lambda: found.model.state.reloading, "the load to begin")
            found.space.main.write_text("def broken(:\n", "utf-8")
            await found.until(lambda: found.model.state.problem is not None, "a problem")
            found.gate.set()
            found.space.main.write_text(wanted, "utf-8")
            await found.until(lambda: found.model.state.problem is None, "the problem to go")
            await found.until_loaded()
            assert found.loads[-1][0] == wanted

    run(body())


def test_what_a_file_held_only_for_the_moment_of_a_load_is_loaded_over(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            wanted = found.space.content()
            launch = found.model._launch

            async def launch_late(*args: Any, **named: Any) -> Any:
                found.space.main.write_text(found.space.content(), "utf-8")
                return await launch(*args, **named)

            found.model._launch = launch_late
            found.gate.clear()
            found.space.main.write_text(wanted, "utf-8")
            await found.until(lambda: len(found.loads) == 2, "a load of what came after")
            found.model._launch = launch
            found.space.main.write_text(wanted, "utf-8")
            found.gate.set()
            await found.until_loaded()

    run(body())


def test_an_emptied_file_is_loaded_only_when_it_stays_empty(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            began = time.monotonic()
            found.space.part.write_text("", "utf-8")
            await asyncio.sleep(5 * QUICK.quiet_s)
            count = len(found.loads)
            slept_in_time = time.monotonic() - began < QUICK.absence_s
            assert count == 1 or not slept_in_time
            await found.until_loaded()
            assert found.loads[-1][2] == ""

    run(body())


def test_a_checkout_under_way_is_waited_for(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            lock = tmp_path / ".git" / "index.lock"
            lock.parent.mkdir()
            lock.touch()
            await saves.replace(found.space)
            await asyncio.sleep(10 * QUICK.quiet_s)
            await saves.write_in_the_replaced_folder(found.space)
            await asyncio.sleep(10 * QUICK.quiet_s)
            assert len(found.loads) == 1
            lock.unlink()
            await found.until_loaded()
            assert len(found.loads) == 2

    run(body())


def _refusing() -> Any:
    observer = watching._native()

    def refuse(*_args: Any, **_named: Any) -> None:
        raise OSError(28, os.strerror(28))

    observer.schedule = refuse
    return observer


def test_where_the_system_watches_no_more_folders_they_are_polled(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def body() -> None:
        async with opened(tmp_path, native=_refusing) as found:
            await saves.replace(found.space)
            await found.until_loaded()
            assert len(found.loads) == 2

    run(body())
    assert "cannot be watched (No space left on device); it is polled instead" in caplog.text


def test_a_load_that_changes_its_own_files_does_not_go_on_for_ever(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as found:
            load = found.model.kept.loading

            def load_and_write(*what: Any, **versions: Any) -> dict[str, Any]:
                saves._move_over(found.space.part, found.space.content())
                time.sleep(0.02)  # a load takes longer than a tick of the file system's clock
                return load(*what, **versions)

            found.model.kept.loading = load_and_write  # type: ignore[method-assign]
            await saves.replace(found.space)
            await found.until(lambda: len(found.loads) >= 4, "a few loads")
            await asyncio.sleep(0.5)
            assert len(found.loads) <= 8

    run(body())
