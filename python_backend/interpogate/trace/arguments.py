"""The plain arguments of operations that move or name dimensions, such as those of `permute`."""

from __future__ import annotations

from typing import Any

import torch

from interpogate.graph.recording import TENSOR, Arguments

_ARRANGING = frozenset(
    """
    softmax _softmax special_softmax einsum transpose transpose_ swapaxes swapdims permute movedim
    moveaxis __getitem__ select unbind narrow cat concat concatenate stack pad
    """.split()
)
_PLAIN = (int, str, bool, type(None), type(...))
_MAXIMUM_ITEMS = 64


def arranges(name: str) -> bool:
    """Whether the arguments of a function of this name say what becomes of dimensions."""
    return name in _ARRANGING


def plain_arguments(args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Arguments:
    """Arguments without their tensors, which holds nothing alive."""
    return Arguments(
        tuple(_plain(value) for value in args),
        tuple((name, _plain(value)) for name, value in (kwargs or {}).items()),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return TENSOR
    if isinstance(value, slice):
        return ("slice", _plain(value.start), _plain(value.stop), _plain(value.step))
    if isinstance(value, (tuple, list)):
        return tuple(_plain(item) for item in value[:_MAXIMUM_ITEMS])
    return value if type(value) in _PLAIN else type(value).__name__
