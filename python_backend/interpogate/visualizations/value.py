"""A tensor to look at, however large: only what is asked for is read, and only so much of it.

The members of a folded group count as the first dimension of one tensor, which is never put
together as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from interpogate.trace.values import dtype_name

MAXIMUM_ENTRIES = 1 << 24
"""Entries that are read at once, as float32 (64 MB)."""

Selection = int | range


class Computed(Protocol):
    """A tensor that is computed where it is read, and never as a whole."""

    shape: tuple[int, ...]
    dtype: torch.dtype

    def read(self, selection: Sequence[Selection]) -> torch.Tensor:
        """Chosen entries as float32 on the CPU; a dimension with one index is gone."""


@dataclass(frozen=True)
class Value:
    """A tensor, or the equal tensors of a group's members one above the other."""

    members: tuple[torch.Tensor | Computed, ...]
    name: str
    """Where it stands, such as `output.1`."""
    is_stack: bool = False
    note: str = ""
    """What was derived."""
    names: tuple[str, ...] = ()
    """Names of the dimensions if they are known for certain; a stack's first one left out."""
    labels: tuple[str, ...] = ()
    """Texts for the members of a stack, such as `h.3`."""
    stack: tuple[int, ...] = ()
    """Of a residual stream: indices of the modules that it goes through."""
    is_parameter: bool = False
    is_probability: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes by dimension."""
        own = tuple(int(size) for size in self.members[0].shape)
        return (len(self.members), *own) if self.is_stack else own

    @property
    def is_computed(self) -> bool:
        """Whether entries are computed as they are read."""
        return not isinstance(self.members[0], torch.Tensor)

    @property
    def title(self) -> str:
        """One line such as `output.1 · float32[1, 12, 9, 9]`."""
        sizes = ", ".join(map(str, self.shape))
        return f"{self.name} · {dtype_name(self.members[0].dtype)}[{sizes}]"

    def read(self, selection: Sequence[Selection]) -> torch.Tensor:
        """Chosen entries as float32 on the CPU; a dimension with one index is gone.

        The caller sees to it that they are no more than `MAXIMUM_ENTRIES`.
        """
        if not self.is_stack:
            return _read(self.members[0], selection)
        chosen, inner = selection[0], selection[1:]
        if isinstance(chosen, int):
            return _read(self.members[chosen], inner)
        return torch.stack([_read(self.members[number], inner) for number in chosen])

    def entry(self, indices: Sequence[int]) -> torch.Tensor:
        """One entry in its own dtype, as a tensor without dimensions."""
        own = list(indices)
        member = self.members[own.pop(0) if self.is_stack else 0]
        if not isinstance(member, torch.Tensor):
            return member.read(own)
        return member[tuple(own)].detach().cpu()


def thinned(shape: Sequence[int], steps: Sequence[int], limit: int = MAXIMUM_ENTRIES) -> list[int]:
    """Strides that leave no more than `limit` entries of a shape, as even as they can be.

    `steps` are the largest strides allowed; a dimension whose step is 1 is read in full.
    """
    strides = [1] * len(shape)
    while True:
        counts = [math.ceil(size / own) for size, own in zip(shape, strides, strict=True)]
        free = [n for n, step in enumerate(steps) if strides[n] < step]
        if math.prod(counts) <= limit or not free:
            return strides
        widest = max(free, key=lambda n: counts[n])
        strides[widest] = min(strides[widest] * 2, steps[widest])


def _read(tensor: torch.Tensor | Computed, selection: Sequence[Selection]) -> torch.Tensor:
    if not isinstance(tensor, torch.Tensor):
        return tensor.read(selection)
    index = tuple(
        one if isinstance(one, int) else slice(one.start, one.stop, one.step) for one in selection
    )
    return plain(tensor.detach()[index] if index else tensor.detach())


def plain(tensor: torch.Tensor) -> torch.Tensor:
    """As float32 on the CPU; complex numbers by their magnitude."""
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.is_complex():
        tensor = tensor.abs()
    return tensor.to(device="cpu", dtype=torch.float32)
