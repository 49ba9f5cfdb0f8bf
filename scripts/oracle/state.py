"""A model's state between runs: attributes, buffers and random numbers put back as they were."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

_SEED = 0


class State:
    """What a forward pass may leave behind on its modules; parameters are left alone."""

    def __init__(self, model: nn.Module) -> None:
        self._modules = list(model.modules())
        self._attributes = [_attributes(module) for module in self._modules]
        self._contents = [_contents(attributes) for attributes in self._attributes]
        self._values = [_values(module) for module in self._modules]

    def restore(self) -> None:
        """As it was when this was made, with the same random numbers to come."""
        parts = zip(self._modules, self._attributes, self._contents, self._values, strict=True)
        for module, attributes, contents, values in parts:
            _refill_attributes(vars(module), attributes)
            for container, content in contents:
                _refill(container, content)
            for tensor, value in values:
                _write(tensor, value)
        random.seed(_SEED)
        np.random.seed(_SEED)  # noqa: NPY002 (models use the old interface)
        torch.manual_seed(_SEED)


def _attributes(module: nn.Module) -> dict[str, Any]:
    """All but `forward`, which is replaced while a pass is replayed."""
    return {name: value for name, value in vars(module).items() if name != "forward"}


def _refill_attributes(own: dict[str, Any], attributes: dict[str, Any]) -> None:
    for name in own.keys() - attributes.keys() - {"forward"}:
        del own[name]
    own.update(attributes)


def _contents(attributes: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Hooks are left as they are: those that watch a pass are put on before it."""
    plain = (dict, list, set)
    own = [value for name, value in attributes.items() if "_hooks" not in name]
    return [(value, value.copy()) for value in own if isinstance(value, plain)]


def _values(module: nn.Module) -> list[tuple[Tensor, Tensor]]:
    own = [*module._buffers.values(), *vars(module).values()]
    return [(tensor, tensor.detach().clone()) for tensor in own if isinstance(tensor, Tensor)]


def _refill(container: Any, content: Any) -> None:
    container.clear()
    if isinstance(container, list):
        container.extend(content)
    else:
        container.update(content)


def _write(tensor: Tensor, value: Tensor) -> None:
    if tensor.layout == torch.strided and not tensor.is_nested and tensor.shape == value.shape:
        tensor.detach().copy_(value)
