"""Follows the files of one model: a wish to load for each content that they settle in.

Waits until nothing happens any more and nobody is writing, compares contents, has Python parse what
changed. Called by `opened_model.py`; knows neither workers nor watchdog.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from interpogate.opened.contents import (
    EMPTY,
    MISSING,
    Contents,
    Fingerprint,
    broken_file,
    changed_since,
    git_is_busy,
    is_being_written,
)
from interpogate.protocol.messages import Problem

_CHANGED_MEANWHILE: Fingerprint = "changed while it was loaded"
_MOST_FILES = 1_000
_CALM_ROW = 3
_TICK_NS = 10_000_000
"""File systems take the time from a clock that goes in steps."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long to wait for what, in seconds."""

    quiet_s: float = 0.08
    """Nothing has to happen for so long before files are looked at."""
    writing_s: float = 10.0
    """How long a process may keep a changed file open for writing."""
    absence_s: float = 1.0
    """How long a file has to be gone, or empty, until that is its content."""
    glance_s: float = 2.0
    """How often to look without a hint: file systems over a network tell nothing."""


class Wishes(Protocol):
    """What a follower asks of its model."""

    def reload(self) -> None:
        """Load what is in the files now, in place of what is loaded or being loaded."""

    def complain(self, problem: Problem | None) -> None:
        """What is in the files cannot be loaded; or, with None, is what is loaded already."""


class FollowsPaths(Protocol):
    """A watch, as `watching.py` makes them."""

    def follow(self, files: Iterable[str]) -> None:
        """Hear of these files from now on."""

    def cancel(self) -> None:
        """Hear no more."""


MakeWatch = Callable[[Callable[[], None]], FollowsPaths]
"""Makes a watch that calls what it is given whenever something happens."""


class Follower:
    """The files of one model, what of them is loaded, and what of them has been seen."""

    def __init__(self, wishes: Wishes, *, timing: Timing | None = None) -> None:
        self._wishes = wishes
        self._timing = timing or Timing()
        self._contents = Contents()
        self._files: tuple[str, ...] = ()
        self._in_use: dict[str, Fingerprint] = {}
        """What the model was loaded from that answers now."""
        self._loaded: dict[str, Fingerprint] = {}
        """The same, or what is being loaded."""
        self._seen: dict[str, Fingerprint] = {}
        """What was decided about last."""
        self._hinted = False
        self._bell = asyncio.Event()
        self._watch: FollowsPaths | None = None
        self._life: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()
        self._looked_ns = 0
        """When the look began that decided what is loaded."""
        self._finished_ns = 0
        self._row = 0
        self._not_before = 0.0

    def begin(self, watch: MakeWatch) -> None:
        """Look at the files from now on, at once and whenever something happens around them."""
        if self._life is None:
            self._watch = watch(self._hint)
            self._life = asyncio.create_task(self._follow())
            self._hint()

    async def end(self) -> None:
        """Look no more."""
        life, self._life = self._life, None
        watch, self._watch = self._watch, None
        if life is not None:
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life
        if watch is not None:
            await asyncio.to_thread(watch.cancel)

    async def loading(self) -> None:
        """Whatever is in the files is about to be loaded."""
        async with self._looking:
            self._looked_ns = time.time_ns()
            self._loaded = await asyncio.to_thread(self._contents.read, self._files)
            self._seen = dict(self._loaded)

    def loaded_from(self, files: Iterable[str]) -> Coroutine[Any, Any, None]:
        """The model has just been loaded from these files."""
        return self._loaded_from(files, time.time_ns())

    async def _loaded_from(self, files: Iterable[str], finished_ns: int) -> None:
        async with self._looking:
            await self._take(files, finished_ns)
            self._loaded = {file: self._loaded[file] for file in self._files}
            self._in_use = dict(self._loaded)

    def failed_from(self, files: Iterable[str]) -> Coroutine[Any, Any, None]:
        """A load failed that used these files; what answered before still does, if anything did."""
        return self._failed_from(files, time.time_ns())

    async def _failed_from(self, files: Iterable[str], finished_ns: int) -> None:
        async with self._looking:
            await self._take([*self._files, *files], finished_ns)
            self._loaded = {**self._loaded, **self._in_use}

    async def _take(self, files: Iterable[str], finished_ns: int) -> None:
        """Note what was loaded; of what changed meanwhile nobody knows which content that was."""
        self._files = tuple(dict.fromkeys(map(os.path.abspath, files)))[:_MOST_FILES]
        new = [file for file in self._files if file not in self._loaded]
        self._loaded.update(await asyncio.to_thread(self._contents.read, new))
        for file in self._files:
            if changed_since(file, self._looked_ns - _TICK_NS):
                self._loaded[file] = _CHANGED_MEANWHILE
        self._seen = {file: self._loaded[file] for file in self._files}
        self._finished_ns = finished_ns - _TICK_NS
        self._hint()

    def _hint(self) -> None:
        self._hinted = True
        self._bell.set()

    async def _hint_within(self, seconds: float) -> bool:
        """Whether there is a hint by then; `wait_for` of Python before 3.12 may lose a cancel."""
        if not self._hinted:
            self._bell.clear()
            timer = asyncio.get_running_loop().call_later(seconds, self._bell.set)
            try:
                await self._bell.wait()
            finally:
                timer.cancel()
        return self._hinted

    async def _follow(self) -> None:
        while True:
            await self._hint_within(self._timing.glance_s)
            try:
                await self._settle()
            except Exception as error:
                logger.exception("could not look at the files (%s)", type(error).__name__)

    async def _settle(self) -> None:
        """Decide once nothing happens any more; what is not whole yet is looked at again."""
        began = time.monotonic()
        while True:
            await self._quiet()
            async with self._looking:
                looked_ns = time.time_ns()
                now = await asyncio.to_thread(self._look)
                patience = time.monotonic() - began
                if now == self._seen and not self._hinted:
                    return
                if self._is_whole(now, patience) and self._is_time():
                    await self._decide(now, looked_ns)
                    return
            await self._pause()

    async def _quiet(self) -> None:
        """Return when there was no hint for a while."""
        self._hinted = False
        while await self._hint_within(self._timing.quiet_s):
            self._hinted = False

    async def _pause(self) -> None:
        until = max(self._timing.quiet_s, 0.02, self._not_before - time.monotonic())
        await self._hint_within(min(1.0, until))

    def _look(self) -> dict[str, Fingerprint]:
        if self._watch is not None:
            self._watch.follow(self._files)
        return self._contents.read(self._files)

    def _is_whole(self, now: Mapping[str, Fingerprint], patience: float) -> bool:
        changed = [file for file in now if now[file] != self._seen.get(file)]
        if any(now[file] in (MISSING, EMPTY) for file in changed):
            return patience >= self._timing.absence_s
        if any(is_being_written(file) for file in changed) or git_is_busy(changed):
            return patience >= self._timing.writing_s
        return True

    def _count(self, now: Mapping[str, Fingerprint]) -> None:
        """A model whose files change by being loaded is loaded ever less often."""
        changed = [file for file in now if now[file] != self._loaded.get(file)]
        by_itself = not any(changed_since(file, self._finished_ns) for file in changed)
        self._row = self._row + 1 if by_itself else 0
        if self._row > _CALM_ROW:
            self._not_before = time.monotonic() + min(60.0, 2.0 ** (self._row - _CALM_ROW))
            logger.warning("files change while they are loaded: the next load waits")

    def _is_time(self) -> bool:
        return time.monotonic() >= self._not_before

    async def _decide(self, now: dict[str, Fingerprint], looked_ns: int) -> None:
        problem = await asyncio.to_thread(broken_file, now, self._loaded)
        if await asyncio.to_thread(self._contents.read, self._files) != now:
            self._hint()  # it changed while it was parsed
            return
        self._seen = now
        if problem is None and now != self._loaded:
            self._count(now)
            self._loaded, self._looked_ns = dict(now), looked_ns
            self._wishes.reload()
            return
        if problem is not None:  # a load under way is given up for it
            self._loaded = {**self._loaded, **self._in_use}
        self._wishes.complain(problem)
