"""What a model declares, without running it: its modules as plain data."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from interpogate.graph.modules import Module, ModuleTree, Parameter
from interpogate.trace.members import all_names
from interpogate.trace.values import dtype_name

# Constructor arguments that torch and transformers keep as attributes, in the order shown.
_ATTRIBUTES = (
    "in_features", "out_features", "nx", "nf", "in_channels", "out_channels", "kernel_size",
    "stride", "padding", "dilation", "groups", "num_embeddings", "embedding_dim", "padding_idx",
    "normalized_shape", "eps", "variance_epsilon", "num_features", "momentum", "p", "input_size",
    "hidden_size", "num_layers", "bidirectional", "batch_first", "embed_dim", "num_heads",
    "num_attention_heads", "num_key_value_heads", "head_dim", "layer_idx", "scaling", "is_causal",
    "scale_factor", "mode", "output_size", "negative_slope", "approximate", "start_dim", "end_dim",
)  # fmt: skip
_FIELD_TERMS = {"nx": "in_features", "nf": "out_features", "variance_epsilon": "eps"}


_Registered = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ModelModules:
    """The declared modules together with the live ones, by the same index."""

    tree: ModuleTree
    live: tuple[nn.Module, ...]


@dataclass
class _Entry:
    module: nn.Module
    path: str
    parent: int
    children: list[int] = field(default_factory=list)
    last: int = 0


def declared_modules(model: nn.Module) -> ModelModules:
    """Every module instance of `model` once, depth first. Reads, never runs."""
    entries = _entries(model)
    names = _all_names(model, entries)
    owners = _owners(entries)
    registered = _registered(entries)
    counts = _parameter_counts(entries, owners, registered)
    signatures = _signatures(entries, registered)
    modules = tuple(
        _module(index, entry, counts[index], signatures[index], names, owners, registered[index])
        for index, entry in enumerate(entries)
    )
    paths = {name: index for index, own in names.items() for name in own}
    return ModelModules(ModuleTree(modules, paths), tuple(entry.module for entry in entries))


def _entries(model: nn.Module) -> list[_Entry]:
    entries = [_Entry(model, ".", -1)]
    seen = {id(model)}
    open_branches = [(0, _children(model))]
    while open_branches:
        index, children = open_branches[-1]
        child = next(children, None)
        if child is None:
            entries[index].last = len(entries) - 1
            open_branches.pop()
        elif id(child[1]) not in seen:
            seen.add(id(child[1]))
            entries[index].children.append(len(entries))
            open_branches.append((len(entries), _children(child[1])))
            entries.append(_Entry(child[1], _join(entries[index].path, child[0]), index))
    return entries


def _registered(entries: list[_Entry]) -> list[_Registered]:
    """Every submodule of each module by its name, one for each name."""
    index_of = {id(entry.module): index for index, entry in enumerate(entries)}
    return [
        tuple((name, index_of[id(child)]) for name, child in _children(entry.module))
        for entry in entries
    ]


def _children(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    return iter([pair for pair in module._modules.items() if pair[1] is not None])  # type: ignore[misc]


def _join(path: str, name: str) -> str:
    return name if path == "." else f"{path}.{name}"


def _all_names(model: nn.Module, entries: list[_Entry]) -> dict[int, list[str]]:
    index_of = {id(entry.module): index for index, entry in enumerate(entries)}
    names: dict[int, list[str]] = {index: [entry.path] for index, entry in enumerate(entries)}
    for name, module in all_names(model):
        own = names[index_of[id(module)]]
        if name and name not in own:
            own.append(name)
    return names


def _own_tensors(module: nn.Module) -> Iterator[tuple[str, torch.Tensor, bool]]:
    for name, parameter in module._parameters.items():
        if parameter is not None:
            yield name, parameter, False
    for name, buffer in module._buffers.items():
        if buffer is not None:
            yield name, buffer, True


def _owners(entries: list[_Entry]) -> dict[int, list[tuple[int, str]]]:
    owners: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for index, entry in enumerate(entries):
        for name, tensor, is_buffer in _own_tensors(entry.module):
            if not is_buffer:
                owners[id(tensor)].append((index, _join(entry.path, name)))
    return owners


def _parameter_counts(
    entries: list[_Entry],
    owners: dict[int, list[tuple[int, str]]],
    registered: list[_Registered],
) -> list[int]:
    """Parameters inside each module; a shared one counts once wherever it is inside."""
    counts = [0] * len(entries)
    holders = _holders(registered)
    for entry in entries:
        for _, tensor, is_buffer in _own_tensors(entry.module):
            places = owners.get(id(tensor), [])
            if not is_buffer and places:
                for index in _around(holders, [place for place, _ in places]):
                    counts[index] += _size(tensor) if entries[places[0][0]] is entry else 0
    for index, entry in enumerate(entries):
        packed = sum(math.prod(parameter.shape) for parameter in _packed(entry.module))
        for inside in _around(holders, [index]) if packed else ():
            counts[inside] += packed
    return counts


def _size(tensor: torch.Tensor) -> int:
    lazy = isinstance(tensor, (UninitializedParameter, UninitializedBuffer))
    return 0 if lazy else tensor.numel()


def _holders(registered: list[_Registered]) -> list[list[int]]:
    """Of each module, the modules that it is directly in."""
    holders: list[list[int]] = [[] for _ in registered]
    for index, own in enumerate(registered):
        for _, child in own:
            holders[child].append(index)
    return holders


def _around(holders: list[list[int]], starts: list[int]) -> set[int]:
    """Modules and all that they are in, however they got there."""
    found: set[int] = set()
    waiting = list(starts)
    while waiting:
        index = waiting.pop()
        if index not in found:
            found.add(index)
            waiting += holders[index]
    return found


def _inside_first(registered: list[_Registered]) -> Iterator[int]:
    """All modules, each after those that are in it."""
    seen = {0}
    branches = [(0, iter(registered[0]))]
    while branches:
        index, children = branches[-1]
        child = next((child for _, child in children if child not in seen), None)
        if child is None:
            branches.pop()
            yield index
        else:
            seen.add(child)
            branches.append((child, iter(registered[child])))


def _signatures(entries: list[_Entry], registered: list[_Registered]) -> list[str]:
    signatures = [""] * len(entries)
    for index in _inside_first(registered):
        entry = entries[index]
        inside = [(name, signatures[child]) for name, child in registered[index]]
        own = [
            (name, _shape(tensor), str(tensor.dtype))
            for name, tensor, _ in _own_tensors(entry.module)
        ]
        text = repr((type(entry.module).__qualname__, own, inside, _extra_repr(entry)))
        signatures[index] = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return signatures


def _extra_repr(entry: _Entry) -> str:
    try:
        return "" if entry.children else entry.module.extra_repr()
    except Exception:  # noqa: BLE001 (user code; a missing text only makes blocks look more alike)
        return ""


def _shape(tensor: torch.Tensor) -> tuple[int, ...]:
    lazy = isinstance(tensor, (UninitializedParameter, UninitializedBuffer))
    return () if lazy else tuple(tensor.shape)


def _module(  # noqa: PLR0913, PLR0917 (one row put together from the columns computed before)
    index: int,
    entry: _Entry,
    count: int,
    signature: str,
    names: dict[int, list[str]],
    owners: dict[int, list[tuple[int, str]]],
    registered: _Registered,
) -> Module:
    kind = type(entry.module)
    return Module(
        index=index,
        path=entry.path,
        name=entry.path.rpartition(".")[2] or kind.__name__,
        parent=entry.parent,
        class_name=kind.__name__,
        qualified_name=f"{kind.__module__}.{kind.__qualname__}",
        children=tuple(entry.children),
        last=entry.last,
        parameters=tuple(_parameters(entry, owners)),
        parameter_count=count,
        attributes=tuple(_attributes(entry.module)),
        other_paths=tuple(names[index][1:]),
        signature=signature,
        is_library=kind.__module__.startswith(("torch.nn.", "torch.ao.")),
        registered=registered,
    )


def _parameters(entry: _Entry, owners: dict[int, list[tuple[int, str]]]) -> Iterator[Parameter]:
    for name, tensor, is_buffer in _own_tensors(entry.module):
        full = _join(entry.path, name)
        others = tuple(o for _, o in owners.get(id(tensor), ()) if o != full)
        yield Parameter(name, _shape(tensor), dtype_name(tensor.dtype), is_buffer, others)
    yield from _packed(entry.module)


def _packed(module: nn.Module) -> Iterator[Parameter]:
    """Weights that torch's quantized layers keep packed: their logical shapes, not the bytes."""
    if not type(module).__module__.startswith("torch.ao.nn.quantized") or module._modules == {}:
        return
    read = getattr(module, "_weight_bias", None)
    for name, tensor in zip(("weight", "bias"), read() if callable(read) else (), strict=False):
        if isinstance(tensor, torch.Tensor):
            yield Parameter(name, _shape(tensor), dtype_name(tensor.dtype), is_buffer=False)


def _attributes(module: nn.Module) -> Iterator[tuple[str, str]]:
    own: dict[str, Any] = vars(module)
    for name in _ATTRIBUTES:
        value = own.get(name)
        if isinstance(value, (bool, int, float, str, tuple, list)):
            yield _FIELD_TERMS.get(name, name), str(value)[:80]
