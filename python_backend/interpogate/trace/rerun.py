"""Runs a model once more on the same inputs, to get tensors that the first run did not keep.

Nobody hears of it: no events, the random state and, in training mode, the buffers are as before.
Called by the worker on its main thread and by the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import torch
from torch import nn

from interpogate.graph.recording import Recording
from interpogate.trace.keeping import Keeper
from interpogate.trace.modules import ModelModules
from interpogate.trace.recorder import Recorder


class Interrupted(BaseException):
    """Raised inside the model to stop a second run; no `except Exception` catches it."""


@dataclass
class RandomState:
    """The state of torch's generators at one moment."""

    cpu: torch.Tensor = field(default_factory=torch.get_rng_state)
    cuda: tuple[torch.Tensor, ...] = field(
        default_factory=lambda: tuple(torch.cuda.get_rng_state_all())
        if torch.cuda.is_initialized()
        else ()
    )


@dataclass
class Stop:
    """Listens to a second run and stops it when somebody wants the model for himself."""

    wanted: Event = field(default_factory=Event)

    def started(self, module: int, time_ns: int) -> None:  # noqa: ARG002 (a listener's signature)
        """Raises `Interrupted` if it is to stop."""
        if self.wanted.is_set():
            raise Interrupted

    def finished(self, module: int, time_ns: int) -> None:
        """Nothing to do."""

    def failed(self, module: int, time_ns: int) -> None:
        """Nothing to do."""


def run_again(
    modules: ModelModules,
    run: Callable[[], Any],
    keeper: Keeper,
    *,
    random: RandomState,
    stop: Stop | None = None,
) -> Recording:
    """Call `run` with the model watched by `keeper`; returns what was recorded.

    What the model raises is in the recording. Raises `Interrupted`.
    """
    recorder = Recorder(modules, listener=stop, keeper=keeper)
    with _state_kept(modules.live[0]), _random(random):
        try:
            with recorder.watching():
                run()
        except (Exception, SystemExit):  # noqa: BLE001 (user code; the first run showed it)
            pass
    return recorder.recording()


@contextmanager
def _random(state: RandomState) -> Iterator[None]:
    devices = list(range(len(state.cuda)))
    with torch.random.fork_rng(devices):
        torch.set_rng_state(state.cpu)
        if state.cuda:
            torch.cuda.set_rng_state_all(list(state.cuda))
        yield


@contextmanager
def _state_kept(model: nn.Module) -> Iterator[None]:
    """Buffers that a module in training mode changes, such as running means, are put back."""
    own = [module for module in model.modules() if module.training]
    saved = [(b, b.detach().clone()) for module in own for b in module._buffers.values() if b is not None]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, copy in saved:
                buffer.copy_(copy)
