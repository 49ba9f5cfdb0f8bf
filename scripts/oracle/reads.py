"""What a model reads out of tensors into Python: kept once, given again whenever it runs again.

With `item`, `tolist`, `bool(tensor)` and their like pinned, a changed tensor changes no branch and
no loop, and a value that only passes through a Python number is no flow of tensors.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

_METHODS = (
    "item", "tolist", "numpy", "equal", "allclose", "is_nonzero",
    "__bool__", "__int__", "__float__", "__index__", "__complex__", "__array__",
)  # fmt: skip
_FUNCTIONS = ("equal", "allclose", "is_nonzero")


class Diverged(Exception):
    """The model went another way than when it was recorded."""


class Reads:
    """The values read, in order; the first run adds to them, later runs take from them."""

    def __init__(self) -> None:
        self._values: list[tuple[str, Any]] = []
        self._position = 0
        self._is_recording = True
        self._depth = 0

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Keep what is read inside the block."""
        self._values, self._is_recording = [], True
        with self._patched():
            yield

    @contextmanager
    def replaying(self) -> Iterator[None]:
        """Answer reads inside the block with what was kept."""
        self._position, self._is_recording = 0, False
        with self._patched():
            yield

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Inside the block reads are answered by the tensors themselves."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def _patched(self) -> Iterator[None]:
        self._depth = 0
        places: list[tuple[Any, str]] = [(torch.Tensor, name) for name in _METHODS]
        places += [(torch, name) for name in _FUNCTIONS]
        own = [(place, name, vars(place).get(name)) for place, name in places]
        try:
            for place, name in places:
                setattr(place, name, self._reader(name, getattr(place, name)))
            yield
        finally:
            for place, name, before in own:
                _restore(place, name, before)

    def _reader(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def read(*args: Any, **kwargs: Any) -> Any:
            if self._depth:
                return original(*args, **kwargs)
            with self.passing():
                if self._is_recording:
                    value = original(*args, **kwargs)
                    self._values.append((name, copy.deepcopy(value)))
                    return value
                return self._next(name)

        return read

    def _next(self, name: str) -> Any:
        if self._position >= len(self._values) or self._values[self._position][0] != name:
            raise Diverged(f"another read: {name}")
        self._position += 1
        return copy.deepcopy(self._values[self._position - 1][1])


def _restore(place: Any, name: str, before: Any) -> None:
    if before is None:
        delattr(place, name)
    else:
        setattr(place, name, before)
