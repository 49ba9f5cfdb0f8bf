"""Plain forward hooks on every module: calls are numbered for each module and known as nested.

No torch function mode and no wrapped operation: what happens between modules stays unseen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch import nn

Key = tuple[int, int]
"""A call: the module's place in `model.modules()`, and which call of this module, from 0."""


class Observer(Protocol):
    """Is called around each module's forward."""

    def entered(self, key: Key, args: Any, kwargs: Any, /) -> None:
        """The forward is about to run."""

    def left(self, key: Key, args: Any, kwargs: Any, output: Any, /) -> None:
        """It returned."""


@contextmanager
def observing(modules: list[nn.Module], observer: Observer) -> Iterator[None]:
    """Hooks are on inside the block."""
    numbers: Counter[int] = Counter()
    open_calls: list[Key] = []

    def hook(index: int, module: nn.Module) -> list[Any]:
        def before(_: nn.Module, args: Any, kwargs: Any) -> None:
            key = (index, numbers[index])
            numbers[index] += 1
            open_calls.append(key)
            observer.entered(key, args, kwargs)

        def after(_: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
            observer.left(open_calls.pop(), args, kwargs, output)

        first = module.register_forward_pre_hook(before, with_kwargs=True)
        return [first, module.register_forward_hook(after, with_kwargs=True)]

    handles: list[Any] = []
    try:
        for index, module in enumerate(modules):
            if not isinstance(module, torch.jit.ScriptModule):
                handles += hook(index, module)
        yield
    finally:
        for handle in handles:
            handle.remove()


class LeafCalls:
    """Finds the calls that called no other module; the model's own is none of them."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.others: set[Key] = set()
        self._inner: list[bool] = []

    def entered(self, _key: Key, _args: Any, _kwargs: Any, /) -> None:
        """What is around it is no leaf."""
        if self._inner:
            self._inner[-1] = True
        self._inner.append(False)

    def left(self, key: Key, _args: Any, _kwargs: Any, _output: Any, /) -> None:
        """Known as a leaf now, or not."""
        if self._inner.pop() or not self._inner:
            self.others.add(key)
        else:
            self.keys.append(key)
