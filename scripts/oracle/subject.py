"""What is examined: a model with its inputs, run again and again from the same state."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from oracle.state import State
from oracle.tensors import name_of, rebuilt, tensors_in

Replace = Callable[[str, Tensor], Tensor]


class Subject:
    """A model and its inputs. Every argument is copied by itself, so each tensor slot is alone."""

    def __init__(self, model: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self.model = model
        self.modules = list(model.modules())
        self.paths = _paths(model)
        self._names = _positional_names(model, len(args))
        self._args, self._kwargs = tuple(args), dict(kwargs)
        self._state = State(model)

    @property
    def inputs(self) -> dict[str, list[Tensor]]:
        """The input tensors by the name of their argument and their place in it."""
        found: dict[str, list[Tensor]] = {}
        pairs = (*zip(self._names, self._args, strict=True), *self._kwargs.items())
        for name, value in pairs:
            for key, tensor in tensors_in(value).items():
                found.setdefault(name_of(_joined(name, key)), []).append(tensor)
        return found

    def arguments(self, replace: Replace) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Copies of the arguments with tensors replaced by name."""

        def copied(name: str, value: Any) -> Any:
            return rebuilt(value, lambda key, tensor: replace(_joined(name, key), tensor))

        args = tuple(copied(n, v) for n, v in zip(self._names, self._args, strict=True))
        return args, {name: copied(name, value) for name, value in self._kwargs.items()}

    def fresh_arguments(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Copies of the arguments in which what is one tensor stays one."""
        copies: tuple[tuple[Any, ...], dict[str, Any]] = rebuilt(
            (self._args, self._kwargs), lambda _, tensor: tensor.detach().clone()
        )
        return copies

    def run(self, replace: Replace) -> Any:
        """One pass from the first state."""
        args, kwargs = self.arguments(replace)
        self._state.restore()
        try:
            with torch.no_grad():
                return self.model(*args, **kwargs)
        finally:
            self._state.restore()

    def restore(self) -> None:
        """The first state, without a pass."""
        self._state.restore()


def _joined(name: str, key: str) -> str:
    return f"{name}.{key}" if key and key[0] not in ":!" else f"{name}{key}"


def _paths(model: nn.Module) -> list[str]:
    return [path or "." for path, _ in model.named_modules()]


def _positional_names(model: nn.Module, count: int) -> list[str]:
    """As the signature calls them; what goes into `*args` is numbered."""
    names: list[str] = []
    for parameter in inspect.signature(model.forward).parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}.{number}" for number in range(count - len(names))]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            names.append(parameter.name)
    return names[:count]
