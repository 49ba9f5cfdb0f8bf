"""Tensors that were there before the run: in modules' attributes, in globals, in closures.

They are neither parameters nor buffers nor inputs, and yet nothing that a forward pass made. Looked
for only when a tensor turns up that nobody has made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

import torch
from torch import nn

_MAXIMUM_DEPTH = 4
_MAXIMUM_ITEMS = 1000
_MAXIMUM_OBJECTS = 20_000
_PLAIN = (str, bytes, int, float, complex, bool, type(None), type, nn.Module)


class Constants:
    """What the modules of a model hold beside parameters and buffers."""

    def __init__(self, modules: Iterable[nn.Module]) -> None:
        self._modules = modules
        self._held: dict[int, torch.Tensor] | None = None

    def holds(self, tensor: torch.Tensor, frame: FrameType | None) -> bool:
        """Whether a tensor is an attribute of a module, or a global or closure of a frame."""
        if self._held is None:
            self._held = {id(one): one for one in self._attributes()}
        if self._held.get(id(tensor)) is tensor:
            return True
        return frame is not None and any(one is tensor for one in _named(frame))

    def forget(self) -> None:
        """Hold no tensor any longer."""
        self._held = None

    def _attributes(self) -> Iterator[torch.Tensor]:
        seen: set[int] = set()
        for module in self._modules:
            own = {k: v for k, v in vars(module).items() if k not in _REGISTERED}
            yield from _tensors_in(own, seen)
            yield from _tensors_in(dict(vars(type(module))), seen)


_REGISTERED = frozenset(vars(nn.Module()))


def _named(frame: FrameType) -> Iterator[Any]:
    yield from frame.f_globals.values()
    names = frame.f_code.co_freevars
    if names:
        own = frame.f_locals
        yield from (own[name] for name in names if name in own)


def _tensors_in(value: Any, seen: set[int], depth: int = 0) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
        return
    if isinstance(value, _PLAIN) or depth > _MAXIMUM_DEPTH:
        return
    if id(value) in seen or len(seen) > _MAXIMUM_OBJECTS:
        return
    seen.add(id(value))
    for item in _items(value)[:_MAXIMUM_ITEMS]:
        yield from _tensors_in(item, seen, depth + 1)


def _items(value: Any) -> list[Any]:
    try:
        if isinstance(value, dict):
            return list(value.values())
        if isinstance(value, (list, tuple, set, frozenset)):
            return list(value)
        return list(vars(value).values())
    except Exception:  # noqa: BLE001 (user code; an object without attributes, or that refuses)
        return []
