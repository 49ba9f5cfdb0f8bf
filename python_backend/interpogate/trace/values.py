"""Nested values as structures, in two steps: capture inside a hook, describe after the run.

A capture holds no tensor, only sizes and types, so that in-place operations may follow and nothing
stays alive. It must run with torch function modes off, else each look at a shape is an event.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import torch

from interpogate.graph.values import Kind, Structure, Tensor, Value

MAXIMUM_ROWS = 200
MAXIMUM_DEPTH = 6

# (depth, key, kind, class or text, tensor facts or None)
RawRow = tuple[int, str, Kind, Any, Any]


def capture(value: Any) -> list[RawRow]:
    """The structure of one value, quickly."""
    if isinstance(value, torch.Tensor):
        return [(0, "", "tensor", type(value), tensor_facts(value))]
    rows: list[RawRow] = []
    _add(rows, 0, "", value)
    return rows


def capture_arguments(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[RawRow]:
    """One row of depth 0 for each argument; positional ones are keyed by their number."""
    rows: list[RawRow] = []
    for number, value in enumerate(args):
        _add(rows, 0, str(number), value)
    for name, value in kwargs.items():
        _add(rows, 0, name, value)
    return rows


def describe(rows: list[RawRow]) -> Structure:
    """A capture as plain data."""
    return tuple(
        Value(depth, key, kind, _type_name(of), facts and describe_tensor(facts))
        for depth, key, kind, of, facts in rows
    )


def tensor_facts(tensor: torch.Tensor) -> tuple[torch.Size, torch.dtype, torch.device]:
    """What `describe_tensor` needs, without a reference to the tensor."""
    try:
        return (tensor.shape, tensor.dtype, tensor.device)
    except RuntimeError:
        return (_ragged_shape(tensor), tensor.dtype, tensor.device)


def _ragged_shape(tensor: torch.Tensor) -> torch.Size:
    """The shape of a nested tensor; -1 where its parts differ in size."""
    parts = tensor._nested_tensor_size().tolist()
    sizes = [column[0] if len(set(column)) == 1 else -1 for column in zip(*parts, strict=True)]
    return torch.Size((len(parts), *sizes))


def describe_tensor(facts: tuple[torch.Size, torch.dtype, torch.device]) -> Tensor:
    """Facts as plain data; the same for all tensors alike, of which a run has many."""
    try:
        return _described(facts)
    except TypeError:  # a size that only stands for a number
        return _described.__wrapped__(facts)


@lru_cache(maxsize=4096)
def _described(facts: tuple[torch.Size, torch.dtype, torch.device]) -> Tensor:
    shape, dtype, device = facts
    return Tensor(tuple(map(_size, shape)), dtype_name(dtype), str(device))


def _size(size: Any) -> int:
    """-1 for the size of a jagged dimension, which is a symbol without a number."""
    try:
        return int(size)
    except (AttributeError, RuntimeError):
        return -1


def plain_shape(tensor: torch.Tensor) -> tuple[int, ...]:
    """The shape as numbers; -1 where the parts of a nested tensor differ."""
    return tuple(map(_size, tensor_facts(tensor)[0]))


def dtype_name(dtype: torch.dtype) -> str:
    """`torch.float32` → `float32`."""
    return str(dtype).removeprefix("torch.")


def tensors_of(value: Any, depth: int = 0) -> Iterator[tuple[str, torch.Tensor]]:
    """All tensors in a nested value with their keys, such as `logits` or `1.0`."""
    if isinstance(value, torch.Tensor):
        yield "", value
    elif depth < MAXIMUM_DEPTH:
        for key, item in parts_of(value)[1]:
            for inner, tensor in tensors_of(item, depth + 1):
                yield f"{key}.{inner}" if inner else key, tensor


def leaves(value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """All tensors in a nested value, each with the keys that lead to it, outermost first."""
    if isinstance(value, torch.Tensor):
        yield keys, value
    elif value is not None and len(keys) <= MAXIMUM_DEPTH:
        for key, item in parts_of(value)[1]:
            yield from leaves(item, (*keys, key))


def parts_of(value: Any) -> tuple[Kind, list[tuple[str, Any]]]:
    """What kind of value it is, and its items with their keys."""
    try:
        return _items(value)
    except Exception:  # noqa: BLE001 (user code; a value that refuses is an object without parts)
        return "object", []


def _add(rows: list[RawRow], depth: int, key: str, value: Any) -> None:
    if isinstance(value, torch.Tensor):
        rows.append((depth, key, "tensor", type(value), tensor_facts(value)))
        return
    if value is None:  # what most arguments of large models are
        rows.append((depth, key, "none", type(None), None))
        return
    kind, items = parts_of(value)
    rows.append((depth, key, kind, _label(kind, value), None))
    if depth >= MAXIMUM_DEPTH:
        return
    for number, (name, item) in enumerate(items):
        if len(rows) >= MAXIMUM_ROWS:
            rows.append((depth + 1, "…", "object", f"{len(items) - number} more", None))
            return
        _add(rows, depth + 1, name, item)


def _items(value: Any) -> tuple[Kind, list[tuple[str, Any]]]:  # noqa: PLR0911 (one a kind)
    if value is None:
        return "none", []
    if type(value) is tuple:  # before the tests that are slow: most outputs of large models
        return "tuple", [(str(number), item) for number, item in enumerate(value)]
    if isinstance(value, (bool, int, float, complex, str, bytes)):
        return "scalar", []
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return "dataclass", _fields(value)
    if isinstance(value, Mapping):
        return "dict", list(zip(_key_texts(value), value.values(), strict=True))
    if isinstance(value, tuple):
        names = getattr(value, "_fields", range(len(value)))
        kind: Kind = "dataclass" if hasattr(value, "_fields") else "tuple"
        return kind, [(str(name), item) for name, item in zip(names, value, strict=False)]
    if isinstance(value, (list, set, frozenset)):
        return "list", [(str(number), item) for number, item in enumerate(value)]
    return "object", []


def _key_texts(keys: Mapping[Any, Any]) -> list[str]:
    """Keys as text, no two alike: `1` and `"1"` may both be keys. Of a tensor no entry is told."""
    texts = ["tensor" if isinstance(key, torch.Tensor) else str(key) for key in keys]
    if len(set(texts)) == len(texts):
        return texts
    seen: Counter[str] = Counter()
    for row, text in enumerate(texts):
        texts[row] = f"{text} ({seen[text] + 1})" if seen[text] else text
        seen[text] += 1
    return texts


def _fields(value: Any) -> list[tuple[str, Any]]:
    pairs = [(field.name, getattr(value, field.name, None)) for field in dataclasses.fields(value)]
    return [pair for pair in pairs if pair[1] is not None]


def _label(kind: Kind, value: Any) -> Any:
    if kind != "scalar":
        return type(value)
    return type(value) if isinstance(value, (str, bytes)) else repr(value)


def _type_name(of: Any) -> str:
    return of.__name__ if isinstance(of, type) else str(of)
