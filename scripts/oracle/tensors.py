"""Tensors inside any value: found by key, replaced in a copy, compared value by value.

Knows nothing of models, and on purpose nothing of the package under test.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

_MAXIMUM_DEPTH = 8
_PLAIN = (str, bytes, int, float, complex, type(None), type, nn.Module, torch.Size)

Keyed = dict[str, Tensor]


def tensors_in(value: Any) -> Keyed:
    """Every tensor by its key, such as `logits` or `1.0`, also in objects of any class.

    What lies in an object that is no container is behind a colon, `box:inner.0`; in a cache, which
    carries state from one step to the next, behind an exclamation mark.
    """
    return dict(_walk(value, "", set(), 0))


def name_of(key: str) -> str:
    """What a tensor goes by: all that is inside an object by the object's own name."""
    return key.split(":", maxsplit=1)[0]


def rebuilt(value: Any, replace: Callable[[str, Tensor], Tensor]) -> Any:
    """A deep copy with other tensors in it; what is one tensor stays one. Modules stay."""
    memo: dict[int, Any] = {}
    for key, tensor in _walk(value, "", set(), 0):
        if id(tensor) not in memo:
            memo[id(tensor)] = replace(key, tensor)
    for module in _modules(value, set(), 0):
        memo[id(module)] = module
    return copy.deepcopy(value, memo)


def cloned(value: Any) -> Any:
    """A deep copy that no later write reaches."""
    return rebuilt(value, lambda _, tensor: tensor.detach().clone())


def same(one: Tensor, other: Tensor) -> bool:
    """Value by value: NaN equals NaN."""
    if one.dtype != other.dtype or one.shape != other.shape or one.layout != other.layout:
        return False
    if one.is_nested:
        pairs = zip(one.unbind(), other.unbind(), strict=False)
        return all(same(left, right) for left, right in pairs)
    if one.layout != torch.strided or one.is_quantized:
        return torch.equal(_dense(one), _dense(other))
    if torch.equal(one, other):
        return True
    return _has_nan(one) and torch.equal(_bytes(one), _bytes(other))


def same_shape(one: Tensor, other: Tensor) -> bool:
    """Whether only values can differ."""
    if one.is_nested or other.is_nested:
        return one.is_nested and other.is_nested
    return one.shape == other.shape and one.dtype == other.dtype


def _has_nan(tensor: Tensor) -> bool:
    can = tensor.is_floating_point() or tensor.is_complex()
    return can and bool(torch.isnan(tensor).any().item())


def _dense(tensor: Tensor) -> Tensor:
    return tensor.dequantize() if tensor.is_quantized else tensor.to_dense()


def _bytes(tensor: Tensor) -> Tensor:
    plain = tensor.detach().resolve_conj().resolve_neg()
    return plain.clone(memory_format=torch.contiguous_format).reshape(-1).view(torch.uint8)


def _walk(value: Any, key: str, seen: set[int], depth: int) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield key, value
    elif depth < _MAXIMUM_DEPTH and id(value) not in seen:
        parts = _parts(value)
        if parts:
            seen.add(id(value))
        border = _border(value)
        for name, part in parts:
            inner = f"{key}{border}{name}" if key or border != "." else name
            yield from _walk(part, inner, seen, depth + 1)


def _border(value: Any) -> str:
    """What stands between the key of a value and those of its parts."""
    containers = (Mapping, tuple, list, set, frozenset)
    if isinstance(value, containers) or dataclasses.is_dataclass(value):
        return "."
    is_cache = any(kind.__name__.endswith("Cache") for kind in type(value).__mro__)
    return "!" if is_cache else ":"


def _modules(value: Any, seen: set[int], depth: int) -> Iterator[nn.Module]:
    if isinstance(value, nn.Module):
        yield value
    elif depth < _MAXIMUM_DEPTH and id(value) not in seen:
        seen.add(id(value))
        for _, part in _parts(value):
            yield from _modules(part, seen, depth + 1)


def _parts(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, (*_PLAIN, Tensor)) or callable(value):
        return []
    if isinstance(value, Mapping):
        return [(str(key), part) for key, part in value.items()]
    if isinstance(value, tuple):
        names = getattr(value, "_fields", range(len(value)))
        return [(str(name), part) for name, part in zip(names, value, strict=False)]
    if isinstance(value, (list, set, frozenset)):
        return [(str(number), part) for number, part in enumerate(value)]
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return [(field.name, getattr(value, field.name, None)) for field in fields]
    return list(getattr(value, "__dict__", {}).items())
