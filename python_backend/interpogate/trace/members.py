"""The parts of a model, read past attributes of the user that hide methods of `nn.Module`.

`self.modules = […]` in a model hides `modules()`; the tables that torch keeps are still right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn


def all_modules(model: nn.Module) -> Iterator[nn.Module]:
    """Every module instance once, the model first, depth first."""
    return (module for _, module in named_modules(model))


def named_modules(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Every module instance once with its first name; the model's own is empty."""
    seen: set[int] = set()
    waiting = [("", model)]
    while waiting:
        name, module = waiting.pop()
        if id(module) not in seen:
            seen.add(id(module))
            yield name, module
            waiting += [(_joined(name, key), child) for key, child in _backwards(module)]


def all_names(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Every name of every module; what holds itself is not entered again."""
    waiting: list[tuple[str, nn.Module, frozenset[int]]] = [("", model, frozenset())]
    while waiting:
        name, module, around = waiting.pop()
        yield name, module
        if module._modules:
            inside = around | {id(module)}
            waiting += [
                (_joined(name, key), child, inside)
                for key, child in _backwards(module)
                if id(child) not in inside
            ]


def _backwards(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    children = list(module._modules.items())  # TorchScript's table knows no other order
    return ((key, child) for key, child in reversed(children) if child is not None)


def _joined(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def all_parameters(model: nn.Module) -> Iterator[nn.Parameter]:
    """Every parameter once, in the order of declaration."""
    seen: set[int] = set()
    for module in all_modules(model):
        for parameter in module._parameters.values():
            if parameter is not None and id(parameter) not in seen:
                seen.add(id(parameter))
                yield parameter


def all_tensors(model: nn.Module) -> Iterator[torch.Tensor]:
    """Every parameter and buffer once."""
    seen: set[int] = set()
    for module in all_modules(model):
        for tensor in (*module._parameters.values(), *module._buffers.values()):
            if tensor is not None and id(tensor) not in seen:
                seen.add(id(tensor))
                yield tensor


def attribute(owner: Any, name: str, default: Any = None) -> Any:
    """`getattr` that also takes a `__getattr__` of the user's that raises something else."""
    try:
        return getattr(owner, name, default)
    except BaseException:  # noqa: BLE001 (the user's code)
        return default


def evaluating(model: nn.Module) -> nn.Module:
    """The model in evaluation mode; as `eval()` does it, also where names hide that."""
    if _is_plain(model, "eval", "train", "children", "named_children"):
        return model.eval()
    for module in all_modules(model):
        module.training = False
    return model


def move(model: nn.Module, where: torch.device | torch.dtype) -> None:
    """Put the model on a device or in a precision; as `to()` does it, also where names hide that.

    Raises what `to` raises.
    """
    if _is_plain(model, "to", "children", "named_children"):
        model.to(where)
        return
    for module in all_modules(model):
        apply: Any = module._apply
        apply(lambda tensor: _moved(tensor, where), recurse=False)


def _moved(tensor: torch.Tensor, where: torch.device | torch.dtype) -> torch.Tensor:
    if isinstance(where, torch.dtype) and not tensor.is_floating_point():
        return tensor
    return tensor.to(where)


def _is_plain(model: nn.Module, *methods: str) -> bool:
    return all(
        callable(attribute(module, method)) for module in all_modules(model) for method in methods
    )
