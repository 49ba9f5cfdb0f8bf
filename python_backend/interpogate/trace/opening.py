"""The first look at a model: a traced forward pass on invented inputs, without arithmetic if possible.

Fake tensors have shapes and types but no values, so nothing heavy is computed and the model's weights
and buffers stay untouched. What looks at values cannot run so; then a real forward pass is tried.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from interpogate.graph.recording import NOTHING, Recording
from interpogate.trace.modules import ModelModules
from interpogate.trace.recorder import Recorder

# Above this a real forward pass at opening could take long or much memory.
_MAXIMUM_REAL_PARAMETERS = 300_000_000
_MAXIMUM_REAL_TRIES = 6


@dataclass(frozen=True)
class FirstLook:
    """A recording and the inputs it was made with."""

    recording: Recording
    origin: Literal["none", "fake", "example"]
    inputs: dict[str, Any]

    @property
    def succeeded(self) -> bool:
        """Whether the model returned."""
        return self.origin != "none" and self.recording.failure is None


def first_look(modules: ModelModules, candidates: Iterable[dict[str, Any]]) -> FirstLook:
    """Trace the first candidate inputs that fit; else what got furthest, with its failure."""
    tried: list[dict[str, Any]] = []
    best = FirstLook(NOTHING, "none", {})
    for inputs in candidates:
        look = _attempt(modules, inputs, "fake")
        if look.succeeded:
            return look
        tried.append(inputs)
        best = _further(best, look)
    if modules.tree.modules[0].parameter_count > _MAXIMUM_REAL_PARAMETERS:
        return best
    return _for_real(modules, tried[:_MAXIMUM_REAL_TRIES], best)


def _for_real(
    modules: ModelModules, tried: list[dict[str, Any]], best: FirstLook
) -> FirstLook:
    for inputs in tried:
        look = _attempt(modules, inputs, "example")
        if look.succeeded:
            return look
        best = _further(best, look)
    return best


def _further(one: FirstLook, other: FirstLook) -> FirstLook:
    """The look that saw more; of equals the later one, whose message comes from real values."""
    return other if len(other.recording.operations) >= len(one.recording.operations) else one


def _attempt(
    modules: ModelModules, inputs: dict[str, Any], origin: Literal["fake", "example"]
) -> FirstLook:
    recorder = Recorder(modules)
    fake = FakeTensorMode(allow_non_fake_inputs=True) if origin == "fake" else None
    mode: AbstractContextManager[Any] = fake if fake is not None else nullcontext()
    given = {name: _faked(fake, value) for name, value in inputs.items()}
    devices: list[int] = []
    try:
        with torch.random.fork_rng(devices), torch.no_grad(), recorder.watching(), mode:
            modules.live[0](**given)
    except (Exception, SystemExit):  # noqa: BLE001 (the user's model; the recording holds what was raised)
        pass
    return FirstLook(recorder.recording(), origin, inputs)


def _faked(mode: FakeTensorMode | None, value: Any) -> Any:
    if mode is not None and isinstance(value, torch.Tensor):
        return mode.from_tensor(value)
    return value
