"""One run as the worker carries it out: its numbered events, cancelling, what it left behind.

A run is one forward pass, or one for each token that it generates. The model's thread writes
events, the reader's thread reads them and sets the cancel flag. Called by `forward.py`.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from threading import Event, Lock
from time import perf_counter_ns
from typing import Any, Literal

import torch

from interpogate.graph.recording import Recording
from interpogate.model.generation import Sampling
from interpogate.model.inputs import InputShape
from interpogate.model.predictions import Predictions
from interpogate.protocol.messages import EventKind, Problem, RunEvents, RunPhase
from interpogate.worker.interruption import Interruption

_MAXIMUM_EVENTS = 50_000
_KINDS: tuple[EventKind, ...] = ("started", "finished", "failed")


class RunCancelled(BaseException):
    """Raised inside the model to stop it; no `except Exception` of the user's code catches it."""


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """What the user asked for."""

    text: str | None = None
    inputs: str | None = None
    token_count: int = 0
    """Tokens to generate; 0: a plain forward pass."""
    sampling: Sampling = field(default_factory=Sampling)

    @property
    def step_count(self) -> int:
        """Forward passes."""
        return max(self.token_count, 1)


@dataclass
class Run:
    """A run, going on or done."""

    model_id: str
    run_id: int
    inputs: dict[str, Any]
    request: RunRequest = field(default_factory=RunRequest)
    shapes: tuple[InputShape, ...] = ()
    token_ids: tuple[int, ...] | None = None
    """The text as the last forward pass took it; None for other inputs."""
    written_ids: tuple[int, ...] = ()
    """What an encoder-decoder model had written when the last forward pass began."""
    newest_id: int | None = None
    """The token that the last forward pass led to, which no pass has taken yet."""
    prompt_token_count: int = 0
    started_at: float = 0.0
    phase: RunPhase = "running"
    duration_ms: float = 0.0
    problem: Problem | None = None
    notes: tuple[str, ...] = ()
    predictions: Predictions | None = None
    recording: Recording | None = None
    """Of the last forward pass that came to its end, or failed."""
    step: int = 0
    step_first_event: int = 0
    began_ns: int = 0
    cancelled: Event = field(default_factory=Event)
    interruption: Interruption = field(default_factory=lambda: Interruption(RunCancelled))
    _kinds: array[int] = field(default_factory=lambda: array("B"))
    _modules: array[int] = field(default_factory=lambda: array("i"))
    _times_us: array[int] = field(default_factory=lambda: array("q"))
    _sent: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def text(self) -> str | None:
        """The text as it was given."""
        return self.request.text

    @property
    def event_count(self) -> int:
        """Events so far."""
        return len(self._times_us)

    @property
    def all_ids(self) -> tuple[int, ...]:
        """Every token, given or generated."""
        newest = () if self.newest_id is None else (self.newest_id,)
        return (*(self.token_ids or ()), *self.written_ids, *newest)

    @property
    def generated_ids(self) -> tuple[int, ...]:
        """The tokens that the run made."""
        return self.all_ids[self.prompt_token_count :]

    @property
    def byte_length(self) -> int:
        """Bytes that can be let go: of inputs and logits."""
        tensors = [value for value in self.inputs.values() if isinstance(value, torch.Tensor)]
        held = sum(tensor.nelement() * tensor.element_size() for tensor in tensors)
        return held + (self.predictions.byte_length if self.predictions else 0)

    def slim(self) -> None:
        """Let inputs and logits go; the likeliest tokens stay."""
        self.inputs = {}
        if self.predictions is not None:
            self.predictions.drop()

    def begin(self) -> None:
        """The first forward pass starts now."""
        self.began_ns = perf_counter_ns()

    def begin_step(self) -> None:
        """Another forward pass starts now."""
        self.step_first_event = self.event_count
        self.step += 1

    def end(self, phase: Literal["finished", "failed", "cancelled"]) -> None:
        """The last forward pass is over."""
        self.duration_ms = (perf_counter_ns() - self.began_ns) / 1e6
        self.phase = phase

    def started(self, module: int, time_ns: int) -> None:
        """A module is about to run. Raises `RunCancelled` if the user wants to stop."""
        if self.cancelled.is_set():
            raise RunCancelled
        self._note(0, module, time_ns)

    def finished(self, module: int, time_ns: int) -> None:
        """A module returned."""
        self._note(1, module, time_ns)

    def failed(self, module: int, time_ns: int) -> None:
        """A module raised."""
        self._note(2, module, time_ns)

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
            kinds=tuple(_KINDS[kind] for kind in self._kinds[chosen]),
            modules=tuple(self._modules[chosen]),
            times_us=tuple(self._times_us[chosen]),
        )

    def _note(self, kind: int, module: int, time_ns: int) -> None:
        # The column that is counted grows last, so that a reader never sees half an event.
        self._kinds.append(kind)
        self._modules.append(module)
        self._times_us.append((time_ns - self.began_ns) // 1000)
