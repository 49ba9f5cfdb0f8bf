"""Runs a model once more on the same inputs, to get tensors that the first run did not keep.

Nobody hears of it: no events, the random state and, in training mode, the buffers are as before.
Called by the worker on its main thread and by the library; `web` runs a script's model as
carefully.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from interpogate.graph.recording import Recording
from interpogate.trace.call_arguments import arguments
from interpogate.trace.keeping import Keeper
from interpogate.trace.members import all_modules, attribute
from interpogate.trace.modules import ModelModules
from interpogate.trace.recorder import Recorder


class Interrupted(BaseException):
    """Raised inside the model to stop a second run; no `except Exception` catches it."""


@dataclass
class RandomState:
    """The state of torch's generators at one moment."""

    cpu: torch.Tensor = field(default_factory=torch.get_rng_state)
    cuda: tuple[torch.Tensor, ...] = field(default_factory=lambda: tuple(_cuda_states()))


def _cuda_states() -> list[torch.Tensor]:
    if not torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return []
    return torch.cuda.get_rng_state_all()


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


def repeat(  # noqa: PLR0913 (the rest is by name)
    modules: ModelModules,
    inputs: dict[str, Any],
    keeper: Keeper,
    *,
    random: RandomState,
    stop: Stop | None = None,
    eager: bool = False,
) -> Recording:
    """Run the model on `inputs` with the model watched by `keeper`; returns what was recorded.

    With `eager`, transformers' attention runs in its plain kernel. What the model raises is in the
    recording. Raises `Interrupted`.
    """
    model = modules.live[0]
    recorder = Recorder(modules, listener=stop, keeper=keeper)
    with (
        _failures_suppressed(),
        torch.no_grad(),
        _state_kept(model),
        _random(random),
        eager_attention(model) if eager else nullcontext(),
        recorder.watching(),
    ):
        positional, named = arguments(model, inputs)
        model(*positional, **named)
    return recorder.recording()


def same_calls(one: Recording, other: Recording) -> bool:
    """Whether two runs called the same modules in the same order, so that their rows agree."""
    return [call.module for call in one.calls] == [call.module for call in other.calls]


@contextmanager
def _failures_suppressed() -> Iterator[None]:
    """What the user's model raises, the first run has shown; `Interrupted` is ours."""
    try:
        yield
    except Interrupted:
        raise
    except BaseException:  # noqa: BLE001, S110 (the recording has it)
        pass


@contextmanager
def _random(state: RandomState) -> Iterator[None]:
    devices = list(range(len(state.cuda)))
    with torch.random.fork_rng(devices):
        torch.set_rng_state(state.cpu)
        if state.cuda:
            torch.cuda.set_rng_state_all(list(state.cuda))
        yield


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """What runs in the block leaves no trace in what a script's next run depends on."""
    with _state_kept(model), _random(RandomState()):
        yield


@contextmanager
def eager_attention(model: nn.Module) -> Iterator[None]:
    """Transformers' attention runs in its plain kernel, which returns the weights."""
    found = [attribute(module, "config") for module in all_modules(model)]
    configs = {id(config): config for config in found if config is not None}
    name = "_attn_implementation_internal"
    changed = [(c, getattr(c, name)) for c in configs.values() if attribute(c, name)]
    try:
        for config, _ in changed:
            setattr(config, name, "eager")
        yield
    finally:
        for config, before in changed:
            setattr(config, name, before)


@contextmanager
def _state_kept(model: nn.Module) -> Iterator[None]:
    """Buffers that a module in training mode changes, such as running means, are put back."""
    own = [module for module in all_modules(model) if module.training]
    buffers = [one for module in own for one in module._buffers.values() if one is not None]
    # a lazy module's has no values yet
    saved = [(buffer, buffer.detach().clone()) for buffer in buffers if not is_lazy(buffer)]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, copy in saved:
                buffer.copy_(copy)
