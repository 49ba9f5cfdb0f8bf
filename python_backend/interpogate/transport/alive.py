"""How a process shows that it can still run Python, and how the other side notices that it cannot.

Counts turns of the event loop instead of reading a clock: a machine that slept, and a loop that was
busy itself, are no silence of the other side.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

ALIVE = "worker/alive"
"""The notification, which only worker and server know."""
INTERVAL_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long nothing may be heard until that is silence."""

    turn_s: float = 0.5
    turns: int = 8


class Attention:
    """Notices that nothing is heard any more, and that something is heard again."""

    def __init__(self, on_change: Callable[[], None], patience: Patience) -> None:
        self.is_silent = False
        self._on_change = on_change
        self._patience = patience
        self._quiet_turns = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Listen from now on; listening already changes nothing."""
        if self._timer is None:
            self._wait()

    def end(self) -> None:
        """Listen no more: the other side has ended."""
        if self._timer is not None:
            self._timer.cancel()

    def heard(self) -> None:
        """Something came."""
        self._quiet_turns = 0
        if self.is_silent:
            self.is_silent = False
            self._on_change()

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._patience.turn_s, self._turn)

    def _turn(self) -> None:
        self._wait()
        self._quiet_turns += 1
        if self._quiet_turns > self._patience.turns and not self.is_silent:
            self.is_silent = True
            self._on_change()
