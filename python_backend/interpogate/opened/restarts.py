"""Whether a worker that ended by itself is started again, or the user is asked.

A worker that somebody killed while it had nothing to do comes back; one that fails at its work must
not fail again and again. Called by `opened_model.py`.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from interpogate.opened.worker_process import WorkerExit

MOST_IN_A_ROW = 3
MOST_KILLS = 20
SETTLED_S = 1.0
_FROM_OUTSIDE = {-getattr(signal, name, 0) for name in ("SIGKILL", "SIGTERM", "SIGHUP")} - {0}


@dataclass(frozen=True, kw_only=True)
class LastMoments:
    """What a worker was doing when it ended."""

    ending: WorkerExit
    is_ready: bool
    """Whether the model was loaded."""
    is_running: bool
    """Whether a forward pass was under way, or being prepared: its inputs may be the cause."""
    is_asked: bool
    """Whether a request was waiting for its answer."""


def is_from_outside(ending: WorkerExit) -> bool:
    """Whether somebody else ended the worker; out of memory, the system does."""
    return ending.returncode in _FROM_OUTSIDE


class RestartPolicy:
    """Counts the ends of one model's workers.

    A forward pass that ended its worker (out of memory, a crash in a kernel) would do so again:
    the user restarts. While loading, only a kill from outside is forgiven, once. A crash, and an
    end with a request unanswered, is forgiven three times in a row; a kill with nothing to do
    twenty times. A worker that lived ready and idle for a second breaks the row.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._row = self._kills = self._unready = 0
        self._ready_since: float | None = None

    def ready(self) -> None:
        """The model is loaded."""
        self._ready_since = self._clock()
        self._unready = 0

    def allows(self, last: LastMoments) -> bool:
        """Whether to start again after this end, which is counted."""
        self._break_row(last)
        if last.is_running:
            return False
        if not last.is_ready:
            return self.allows_load(last.ending)
        if is_from_outside(last.ending) and not last.is_asked:
            self._kills += 1
        else:
            self._row += 1
        return self._row <= MOST_IN_A_ROW and self._kills <= MOST_KILLS

    def allows_load(self, ending: WorkerExit) -> bool:
        """Whether to load once more after this end of a worker that was loading, which counts."""
        self._unready += 1
        return is_from_outside(ending) and self._unready == 1

    def _break_row(self, last: LastMoments) -> None:
        since, self._ready_since = self._ready_since, None
        lived = since is not None and self._clock() - since >= SETTLED_S
        if lived and last.is_ready and not last.is_asked:
            self._row = self._kills = 0

    def forget(self) -> None:
        """The user has asked for a start: the count begins anew."""
        self._row = self._kills = self._unready = 0
        self._ready_since = None
