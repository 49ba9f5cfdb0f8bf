"""One forward pass as the worker runs it: numbered events, cancelling, what it left behind.

The model's thread writes events, the reader's thread reads them and sets the cancel flag. Called by
`session.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Lock
from time import perf_counter_ns
from typing import Any, Literal

from interpogate.protocol.messages import EventKind, Problem, RunEvents, RunPhase

_MAXIMUM_EVENTS = 50_000


class RunCancelled(BaseException):
    """Raised inside the model to stop it; no `except Exception` of the user's code catches it."""


@dataclass
class Run:
    """A forward pass, running or done."""

    model_id: str
    run_id: int
    inputs: dict[str, Any]
    text: str | None = None
    token_ids: tuple[int, ...] | None = None
    phase: RunPhase = "running"
    duration_ms: float = 0.0
    problem: Problem | None = None
    logits: Any = None
    began_ns: int = 0
    cancelled: Event = field(default_factory=Event)
    _kinds: list[EventKind] = field(default_factory=list)
    _modules: list[int] = field(default_factory=list)
    _times_us: list[int] = field(default_factory=list)
    _sent: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def event_count(self) -> int:
        """Events so far."""
        return len(self._times_us)

    def begin(self) -> None:
        """The forward pass starts now."""
        self.began_ns = perf_counter_ns()

    def end(self, phase: Literal["finished", "failed", "cancelled"]) -> None:
        """The forward pass is over."""
        self.duration_ms = (perf_counter_ns() - self.began_ns) / 1e6
        self.phase = phase

    def started(self, module: int, time_ns: int) -> None:
        """A module is about to run. Raises `RunCancelled` if the user wants to stop."""
        if self.cancelled.is_set():
            raise RunCancelled
        self._note("started", module, time_ns)

    def finished(self, module: int, time_ns: int) -> None:
        """A module returned."""
        self._note("finished", module, time_ns)

    def failed(self, module: int, time_ns: int) -> None:
        """A module raised."""
        self._note("failed", module, time_ns)

    def unsent(self) -> RunEvents | None:
        """The events since the last call, as many as fit in a message; None if there are none."""
        with self._lock:
            first = self._sent
            events = self.events(first)
            self._sent = first + len(events.kinds)
        return events if events.kinds else None

    def events(self, first: int) -> RunEvents:
        """Events from a number on, as many as fit in a message."""
        last = min(self.event_count, max(first, 0) + _MAXIMUM_EVENTS)
        chosen = slice(max(first, 0), last)
        return RunEvents(
            model_id=self.model_id,
            run_id=self.run_id,
            first=max(first, 0),
            kinds=tuple(self._kinds[chosen]),
            modules=tuple(self._modules[chosen]),
            times_us=tuple(self._times_us[chosen]),
        )

    def _note(self, kind: EventKind, module: int, time_ns: int) -> None:
        # The column that is counted grows last, so that a reader never sees half an event.
        self._kinds.append(kind)
        self._modules.append(module)
        self._times_us.append((time_ns - self.began_ns) // 1000)
