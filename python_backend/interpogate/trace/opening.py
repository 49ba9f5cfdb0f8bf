"""The first look at a model: traced on invented inputs, without arithmetic if possible.

Fake tensors have shapes and types but no values, so nothing heavy is computed and the model's
weights and buffers stay untouched. What looks at values cannot run so; then a real forward pass is
tried.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from interpogate.graph.recording import NOTHING, Recording
from interpogate.trace.call_arguments import arguments
from interpogate.trace.exchange import copies, fakes, is_lazy
from interpogate.trace.members import all_tensors
from interpogate.trace.modules import ModelModules
from interpogate.trace.recorder import Recorder

# Above this a real forward pass at opening could take long or much memory.
_MAXIMUM_REAL_PARAMETERS = 300_000_000
_MAXIMUM_REAL_TRIES = 6
# A fake operation costs about as much as a real one of a million multiplications. A model of many
# modules that are all tiny is therefore looked at many times faster with values: on copies of its
# tensors, so that what is promised of fakes holds for these too. The bound on the copies is one on
# the arithmetic: with the small inputs invented here some seconds at the very most.
_MINIMUM_WIDE_MODULES = 500
_MAXIMUM_COPIED = 5_000_000
_NEEDING_VALUES = frozenset(
    {"DataDependentOutputException", "DynamicOutputShapeException", "GuardOnDataDependentSymNode"}
)
_Way = Literal["fake", "copy", "example"]


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

    `for_real` allows forward passes with values where none without them works. A lazy model is not
    looked at: its first forward pass gives it its shapes for good.
    """
    if is_lazy(modules.live[0]):
        return FirstLook(NOTHING, "none", next(iter(candidates), {}))
    is_large = modules.tree.modules[0].parameter_count > _MAXIMUM_REAL_PARAMETERS
    if for_real and not is_large and _is_wide_and_tiny(modules):
        candidates = tuple(candidates)
        look = _on_copies(modules, candidates[:_MAXIMUM_REAL_TRIES])
        if look is not None:
            return look
    tried: list[dict[str, Any]] = []
    promising: list[dict[str, Any]] = []
    best = FirstLook(NOTHING, "none", {})
    with _quiet_fakes():
        for inputs in candidates:
            look = _without_values(modules, inputs)
            if look.succeeded:
                return look
            (promising if _needs_values(look) else tried).append(inputs)
            best = max(best, look, key=_seen)
    if is_large or not for_real:
        return best
    return _for_real(modules, [*promising, *tried][:_MAXIMUM_REAL_TRIES], best)


def _needs_values(look: FirstLook) -> bool:
    """Whether nothing but the lack of values stopped a trace."""
    failure = look.recording.failure
    return failure is not None and failure.type_name in _NEEDING_VALUES


def _is_wide_and_tiny(modules: ModelModules) -> bool:
    if len(modules.live) < _MINIMUM_WIDE_MODULES:
        return False
    own = list(all_tensors(modules.live[0]))
    is_plain = all(t.device.type == "cpu" and t.layout is torch.strided for t in own)
    return is_plain and sum(tensor.numel() for tensor in own) <= _MAXIMUM_COPIED


def _on_copies(modules: ModelModules, candidates: Iterable[dict[str, Any]]) -> FirstLook | None:
    """The first look that succeeds; None leaves it to the fakes to tell what is wrong."""
    for inputs in candidates:
        look = _attempt(modules, inputs, "copy")
        if look.succeeded:
            return look
    return None


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
    except BaseException:  # noqa: BLE001 (of some tensors, such as quantized ones, there are no fakes)
        return FirstLook(NOTHING, "none", inputs)


def _attempt(modules: ModelModules, inputs: dict[str, Any], way: _Way) -> FirstLook:
    with _stand_ins(modules, way) as mode:
        recorder = Recorder(modules)
        given = {name: _faked(mode, value) for name, value in inputs.items()}
        devices: list[int] = []
        # What the user's model raises is in the recording.
        with (
            suppress(BaseException),
            torch.random.fork_rng(devices),
            torch.no_grad(),
            recorder.watching(),
            mode or nullcontext(),
        ):
            positional, named = arguments(modules.live[0], given)
            modules.live[0](*positional, **named)
    return FirstLook(recorder.recording(), "fake" if way == "fake" else "example", inputs)


def _stand_ins(modules: ModelModules, way: _Way) -> AbstractContextManager[FakeTensorMode | None]:
    if way == "fake":
        return fakes(modules.live[0])
    return copies(modules.live[0]) if way == "copy" else nullcontext()


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
