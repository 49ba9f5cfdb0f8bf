"""What stands in for a model's parameters and buffers while it is looked at, so that they stay.

Without an exchange an operation on a buffer alone would be carried out on the real one. Used by
`opening.py`; a session asks it too whether a model is lazy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter
from torch.nn.utils.stateless import _reparametrize_module

_EXPERTS = "_experts_implementation_internal"


@contextmanager
def fakes(model: nn.Module) -> Iterator[FakeTensorMode]:
    """Fake tensors in the place of all parameters and buffers; the real ones come back after it."""
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    with _batched_experts(model), _exchanged(model, mode.from_tensor):
        yield mode


@contextmanager
def copies(model: nn.Module) -> Iterator[None]:
    """Copies with the same values in the place of all parameters and buffers."""
    with _exchanged(model, _copy):
        yield


def tensors(model: nn.Module) -> dict[str, torch.Tensor]:
    """Parameters and buffers by name, each once."""
    return {**dict(model.named_parameters()), **dict(model.named_buffers())}


def is_lazy(model: nn.Module) -> bool:
    """Whether some parameters or buffers get their shapes in the first forward pass only."""
    lazy = (UninitializedParameter, UninitializedBuffer)
    return any(isinstance(tensor, lazy) for tensor in tensors(model).values())


@contextmanager
def _exchanged(
    model: nn.Module, exchange: Callable[[torch.Tensor], torch.Tensor]
) -> Iterator[None]:
    others = {name: exchange(tensor) for name, tensor in tensors(model).items()}
    with _reparametrize_module(model, others, tie_weights=True):
        yield


def _copy(tensor: torch.Tensor) -> torch.Tensor:
    copied = tensor.detach().clone()
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(copied, requires_grad=tensor.requires_grad)
    return copied


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
