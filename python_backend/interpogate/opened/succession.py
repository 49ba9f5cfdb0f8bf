"""A worker that loads, and the time it takes: behind one that still answers, or alone.

Says when a load takes long; decides nothing. Called by `opened_model.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from interpogate.opened import problems
from interpogate.opened.problems import RequestFailed
from interpogate.opened.worker_life import WorkerLife

LONG_S = 10.0
_PATIENCE_S = 30.0
_LONGER_THAN_ANY_WAIT = 1e9


class LoadClock:
    """Calls back once a load has taken long; a load that ends or begins anew resets it."""

    def __init__(self, on_long: Callable[[], None], *, long_s: float = LONG_S) -> None:
        self.is_long = False
        self._on_long = on_long
        self._long_s = min(long_s, _LONGER_THAN_ANY_WAIT)
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """A load begins."""
        self.end()
        self._timer = asyncio.get_running_loop().call_later(self._long_s, self._tell)

    def end(self) -> None:
        """It is over, however it went."""
        self.is_long = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self) -> None:
        self.is_long = True
        self._on_long()


class Succession:
    """The worker that is to take over, while there is one."""

    def __init__(self) -> None:
        self.life: WorkerLife | None = None
        self._free = asyncio.Event()
        self._free.set()

    def begin(self, life: WorkerLife) -> WorkerLife:
        """Have it take over once it is ready; what it would lose waits."""
        self.life = life
        self._free.clear()
        return life

    def end(self) -> WorkerLife | None:
        """It has taken over or never will; gives it."""
        life, self.life = self.life, None
        self._free.set()
        return life

    def is_long(self) -> None:
        """Nothing waits any longer for it: who was there before answers all."""
        self._free.set()

    async def over(self) -> None:
        """Wait until nothing would be lost. Raises `RequestFailed` if that takes very long."""
        try:
            await asyncio.wait_for(self._free.wait(), _PATIENCE_S)
        except asyncio.TimeoutError:
            raise RequestFailed.of(problems.not_started()) from None
