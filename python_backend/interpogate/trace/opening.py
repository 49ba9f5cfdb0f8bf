"""The first look at a model: traced on invented inputs, without arithmetic if possible.

Fake tensors have shapes and types but no values, so nothing heavy is computed and the model's
weights and buffers stay untouched. What looks at values cannot run so; then a real forward pass is
tried.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter
from torch.nn.utils.stateless import _reparametrize_module

from interpogate.graph.recording import NOTHING, Recording
from interpogate.trace.modules import ModelModules
from interpogate.trace.recorder import Recorder

# Above this a real forward pass at opening could take long or much memory.
_MAXIMUM_REAL_PARAMETERS = 300_000_000
_MAXIMUM_REAL_TRIES = 6
_EXPERTS = "_experts_implementation_internal"


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


def first_look(
    modules: ModelModules, candidates: Iterable[dict[str, Any]], *, for_real: bool = True
) -> FirstLook:
    """Trace the first candidate inputs that fit; else what got furthest, with its failure.

    `for_real` allows forward passes with values where none without them works.
    """
    tried: list[dict[str, Any]] = []
    best = FirstLook(NOTHING, "none", {})
    with _quiet_fakes():
        for inputs in candidates:
            look = _without_values(modules, inputs)
            if look.succeeded:
                return look
            tried.append(inputs)
            best = max(best, look, key=_seen)
    is_large = modules.tree.modules[0].parameter_count > _MAXIMUM_REAL_PARAMETERS
    if is_large or not for_real:
        return best
    return _for_real(modules, tried[:_MAXIMUM_REAL_TRIES], best)


def _for_real(modules: ModelModules, tried: list[dict[str, Any]], best: FirstLook) -> FirstLook:
    looks: list[FirstLook] = []
    for inputs in tried:
        looks.append(_attempt(modules, inputs, "example"))
        if looks[-1].succeeded:
            return looks[-1]
    # Of those that saw most the first guess is best, and its message comes from real values.
    furthest = max(looks, key=_seen, default=best)
    return furthest if _seen(furthest) >= _seen(best) else best


def _seen(look: FirstLook) -> int:
    return len(look.recording.operations)


def _without_values(modules: ModelModules, inputs: dict[str, Any]) -> FirstLook:
    try:
        return _attempt(modules, inputs, "fake")
    except Exception:  # noqa: BLE001 (of some tensors, such as quantized ones, there are no fakes)
        return FirstLook(NOTHING, "none", inputs)


def _attempt(
    modules: ModelModules, inputs: dict[str, Any], origin: Literal["fake", "example"]
) -> FirstLook:
    with _fakes(modules.live[0]) if origin == "fake" else nullcontext() as mode:
        recorder = Recorder(modules)
        given = {name: _faked(mode, value) for name, value in inputs.items()}
        devices: list[int] = []
        # What the user's model raises is in the recording.
        with (
            suppress(Exception, SystemExit),
            torch.random.fork_rng(devices),
            torch.no_grad(),
            recorder.watching(),
            mode or nullcontext(),
        ):
            modules.live[0](**given)
    return FirstLook(recorder.recording(), origin, inputs)


@contextmanager
def _fakes(model: nn.Module) -> Iterator[FakeTensorMode]:
    """Fake tensors in the place of all parameters and buffers; the real ones come back after it.

    Without the exchange an operation on a buffer alone would be carried out on the real one.
    """
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    state = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    fakes: dict[str, torch.Tensor] = {
        name: mode.from_tensor(tensor)
        for name, tensor in state.items()
        if not isinstance(tensor, (UninitializedParameter, UninitializedBuffer))
    }
    with _batched_experts(model), _reparametrize_module(model, fakes, tie_weights=True):
        yield mode


@contextmanager
def _batched_experts(model: nn.Module) -> Iterator[None]:
    """Transformers' grouped matrix product takes only bfloat16 without values; the batched any."""
    configs = {id(c): c for c in (getattr(m, "config", None) for m in model.modules()) if c}
    grouped = [c for c in configs.values() if getattr(c, _EXPERTS, None) == "grouped_mm"]
    try:
        for config in grouped:
            setattr(config, _EXPERTS, "batched_mm")
        yield
    finally:
        for config in grouped:
            setattr(config, _EXPERTS, "grouped_mm")


def _faked(mode: FakeTensorMode | None, value: Any) -> Any:
    if mode is not None and isinstance(value, torch.Tensor):
        return mode.from_tensor(value)
    return value


@contextmanager
def _quiet_fakes() -> Iterator[None]:
    """Guessed inputs are meant to fail now and then: torch need not log each one's traceback."""
    logger = logging.getLogger("torch._subclasses.fake_tensor")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
