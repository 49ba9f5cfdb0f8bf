"""The tensors of arguments and results, those inside the user's own objects included.

A tensor in a list, dict or dataclass has the name that leads to it; all that is inside an object of
another class goes by the name of the object, for its insides are no interface of the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from torch import nn

from interpogate.trace.values import MAXIMUM_DEPTH, parts_of

_MAXIMUM_TENSORS = 1000


def tensors_inside(values: Mapping[str, Any]) -> Iterator[tuple[str, list[torch.Tensor]]]:
    """Names such as `x`, `batch.ids` or `output.1`, each with its tensors."""
    for name, value in values.items():
        yield from _named(name, value, 0)


def _named(name: str, value: Any, depth: int) -> Iterator[tuple[str, list[torch.Tensor]]]:
    if isinstance(value, torch.Tensor):
        yield name, [value]
        return
    if value is None or depth >= MAXIMUM_DEPTH:
        return
    kind, items = parts_of(value)
    for key, item in items:
        yield from _named(_joined(name, key), item, depth + 1)
    if kind == "object":
        found = list(_inside(value, set(), 0))[:_MAXIMUM_TENSORS]
        if found:
            yield name, found


def _joined(name: str, key: str) -> str:
    if name:
        return f"{name}.{key}"
    return f"output.{key}" if key.isdecimal() else key


def _inside(value: Any, seen: set[int], depth: int) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
        return
    if depth > MAXIMUM_DEPTH or id(value) in seen or isinstance(value, (nn.Module, type)):
        return
    seen.add(id(value))
    for item in _items(value):
        yield from _inside(item, seen, depth + 1)


def _items(value: Any) -> Iterable[Any]:
    kind, items = parts_of(value)
    if items or kind != "object" or _is_cache(type(value)):
        return [item for _, item in items]
    own = getattr(value, "__dict__", None)
    slots = [name for one in type(value).__mro__ for name in vars(one).get("__slots__", ())]
    held = [getattr(value, name, None) for name in slots if isinstance(name, str)]
    return [*(own.values() if isinstance(own, dict) else ()), *held]


def _is_cache(kind: type[Any]) -> bool:
    """Whether objects of a class carry state from one step to the next, as transformers' do."""
    return any(one.__name__.endswith("Cache") for one in kind.__mro__)
