"""What stands in for a model's parameters and buffers while it is looked at, so that they stay.

Without an exchange an operation on a buffer alone would be carried out on the real one. Used by
`opening.py`; a session asks it too whether a model is lazy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from interpogate.trace.members import all_modules, all_tensors, attribute

_EXPERTS = "_experts_implementation_internal"


@contextmanager
def fakes(model: nn.Module) -> Iterator[FakeTensorMode]:
    """Fake tensors in the place of all parameters and buffers; the real ones come back after it."""
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    with _batched_experts(model), _exchanged(model, mode.from_tensor):
        yield mode


def is_without_weights(model: nn.Module) -> bool:
    """Whether the model is on the device meta, where tensors have shapes only."""
    first = next(all_tensors(model), None)
    return first is not None and first.device.type == "meta"


@contextmanager
def runnable(model: nn.Module, inputs: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The inputs to run the model on: without values if the model itself has none.

    Tensors on the device meta refuse what fake ones allow, such as asking whether all are true.
    """
    if not is_without_weights(model):
        yield inputs
        return
    with fakes(model) as mode, mode:
        yield {
            name: mode.from_tensor(value) if isinstance(value, torch.Tensor) else value
            for name, value in inputs.items()
        }


@contextmanager
def copies(model: nn.Module) -> Iterator[None]:
    """Copies with the same values in the place of all parameters and buffers."""
    with _exchanged(model, _copy):
        yield


def is_lazy(model: nn.Module) -> bool:
    """Whether some parameters or buffers get their shapes in the first forward pass only."""
    lazy = (UninitializedParameter, UninitializedBuffer)
    return any(isinstance(tensor, lazy) for tensor in all_tensors(model))


@contextmanager
def _exchanged(
    model: nn.Module, exchange: Callable[[torch.Tensor], torch.Tensor]
) -> Iterator[None]:
    places = list(_places(model))
    others = {id(tensor): exchange(tensor) for _, _, tensor in places}
    try:
        for table, name, tensor in places:
            table[name] = others[id(tensor)]
        yield
    finally:
        for table, name, tensor in places:
            table[name] = tensor


def _places(model: nn.Module) -> Iterator[tuple[dict[str, Any], str, torch.Tensor]]:
    """Where a model keeps its tensors; tied ones in several places."""
    for module in all_modules(model):
        for table in (module._parameters, module._buffers):
            for name, tensor in list(table.items()):
                if tensor is not None:
                    yield table, name, tensor


def _copy(tensor: torch.Tensor) -> torch.Tensor:
    copied = tensor.detach().clone()
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(copied, requires_grad=tensor.requires_grad)
    return copied


@contextmanager
def _batched_experts(model: nn.Module) -> Iterator[None]:
    """Transformers' grouped matrix product takes only bfloat16 without values; the batched any."""
    found = [attribute(module, "config") for module in all_modules(model)]
    configs = {id(config): config for config in found if config is not None}
    grouped = [c for c in configs.values() if attribute(c, _EXPERTS) == "grouped_mm"]
    try:
        for config in grouped:
            setattr(config, _EXPERTS, "batched_mm")
        yield
    finally:
        for config in grouped:
            setattr(config, _EXPERTS, "grouped_mm")
