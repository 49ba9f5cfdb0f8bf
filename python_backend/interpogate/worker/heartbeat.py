"""Says once a second that this process can run Python: what holds the interpreter's lock cannot.

A thread of its own, so that a long answer of another thread is no silence.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from interpogate.protocol.messages import Nothing
from interpogate.transport.alive import ALIVE, INTERVAL_S


def start_heartbeat(emit: Callable[[str, Any], None], *, interval_s: float = INTERVAL_S) -> None:
    """Emit `worker/alive` from now on, until the process ends."""
    never = Event()

    def beat() -> None:
        while not never.wait(interval_s):
            emit(ALIVE, Nothing())

    Thread(target=beat, name="heartbeat", daemon=True).start()
