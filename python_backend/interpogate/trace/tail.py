"""The operations from one tensor to what a model returned, kept so that they can be applied again.

Noted while the model runs: an operation is kept if it takes the tensor, or something that was made
of it. Everything else that it took stays as it was, such as weights and masks. Knows nothing of
what it is used for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from interpogate.graph.operations import plain_name
from interpogate.trace.values import leaves

MAXIMUM_OPERATIONS = 500


@dataclass(frozen=True)
class Slot:
    """Stands for a tensor that is computed again."""

    number: int


@dataclass(frozen=True)
class TailOperation:
    """One operation, with slots in the place of tensors that are computed again."""

    function: Any
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    taken: tuple[int, ...]
    made: tuple[int, ...]
    """Slots that it fills."""
    call: int
    """Row of the module's call that ran it."""
    is_in_place: bool
    keeps_shape: bool


@dataclass
class Tail:
    """What happened to a tensor after it was made."""

    start: torch.Tensor
    """The tensor as it was, which is slot 0."""
    call: int
    """Row of the call that returned it."""
    operations: list[TailOperation] = field(default_factory=list)
    results: dict[tuple[str, ...], tuple[int, torch.Tensor]] = field(default_factory=dict)
    """What the model returned of it: slot and tensor, by the keys that lead to it."""


class TailWriter:
    """Notes a tail while a model runs; holds its tensors until the model returns."""

    def __init__(self, start: torch.Tensor, call: int) -> None:
        self.tail = Tail(start.detach().clone(), call)
        self._alive: dict[int, tuple[torch.Tensor, int]] = {id(start): (start, 0)}
        self._count = 1

    def add(self, call: int, function: Any, taken: Any, made: list[torch.Tensor]) -> None:
        """An operation ran; `taken` are its positional and its named arguments."""
        args, kwargs = taken
        slots = tuple(self._slot(tensor) for _, tensor in leaves((args, kwargs or {})))
        known = tuple(slot for slot in slots if slot >= 0)
        if not known:
            return
        first = next((tensor for _, tensor in leaves(args)), None)
        operation = TailOperation(
            function,
            plain_name(getattr(function, "__name__", "")),
            _mapped(args, self._template),
            _mapped(kwargs or {}, self._template),
            known,
            tuple(range(self._count, self._count + len(made))),
            call,
            is_in_place=bool(args) and bool(made) and made[0] is args[0],
            keeps_shape=first is not None and bool(made) and made[0].shape == first.shape,
        )
        self.tail.operations.append(operation)
        for tensor in made:
            self._alive[id(tensor)] = (tensor, self._count)
            self._count += 1

    def close(self, output: Any) -> Tail:
        """The model returned."""
        for keys, tensor in leaves(output):
            slot = self._slot(tensor)
            if slot > 0:
                self.tail.results[keys] = (slot, tensor.detach())
        self._alive.clear()
        return self.tail

    def _slot(self, tensor: torch.Tensor) -> int:
        return self._alive.get(id(tensor), (None, -1))[1]

    def _template(self, tensor: torch.Tensor) -> Any:
        slot = self._slot(tensor)
        return Slot(slot) if slot >= 0 else tensor.detach()


def _mapped(value: Any, change: Callable[[torch.Tensor], Any]) -> Any:
    if isinstance(value, torch.Tensor):
        return change(value)
    if type(value) in (tuple, list):
        return type(value)(_mapped(item, change) for item in value)
    if type(value) is dict:
        return {key: _mapped(item, change) for key, item in value.items()}
    return value


def filled(value: Any, slots: dict[int, torch.Tensor]) -> Any:
    """Arguments of an operation with the tensors that were computed again."""
    if isinstance(value, Slot):
        return slots[value.number]
    if type(value) in (tuple, list):
        return type(value)(filled(item, slots) for item in value)
    if type(value) is dict:
        return {key: filled(item, slots) for key, item in value.items()}
    return value
