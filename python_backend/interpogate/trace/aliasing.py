"""Which bytes of a storage a tensor covers, and whether those of two tensors meet.

A region is a box in the mixed-radix coordinates that the strides of both tensors span, as rows,
columns and bytes. Where there are none such (diagonals, overlapping windows) the answer errs to
"they meet" and "it does not cover".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch

# Of each radix, outermost first, the first and the last coordinate.
_Box = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Region:
    """A strided set of bytes: the first one, and (size, stride) of each dimension over one."""

    first: int
    dims: tuple[tuple[int, int], ...]

    @property
    def last(self) -> int:
        """The last byte."""
        return self.first + sum((size - 1) * stride for size, stride in self.dims)

    @property
    def is_dense(self) -> bool:
        """Whether every byte between the first and the last belongs to it."""
        return len(self.dims) <= 1 and all(stride == 1 for _, stride in self.dims)

    def meets(self, other: Region) -> bool:
        """Whether some byte may belong to both."""
        if self.last < other.first or other.last < self.first:
            return False
        boxes = _boxes(self, other)
        if boxes is None:
            return True
        return all(
            low <= other_high and other_low <= high
            for (low, high), (other_low, other_high) in zip(*boxes, strict=True)
        )

    def covers(self, other: Region) -> bool:
        """Whether every byte of the other belongs to it."""
        if not (self.first <= other.first and other.last <= self.last):
            return False
        if self.is_dense:
            return True
        boxes = _boxes(self, other)
        return boxes is not None and all(
            low <= other_low and other_high <= high
            for (low, high), (other_low, other_high) in zip(*boxes, strict=True)
        )


def region_of(tensor: torch.Tensor) -> Region:
    """The bytes of a strided tensor in its storage; empty tensors have the one they begin at."""
    item = tensor.element_size()
    pairs = [
        (int(size), int(stride) * item)
        for size, stride in zip(tensor.shape, tensor.stride(), strict=True)
        if size > 1 and stride > 0
    ]
    return Region(int(tensor.storage_offset()) * item, _joined([*pairs, (item, 1)]))


def _joined(dims: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Neighbours that run on as one are one, largest stride first."""
    found: list[tuple[int, int]] = []
    for size, stride in sorted(dims, key=lambda dim: -dim[1]):
        if found and found[-1][1] == size * stride:
            found[-1] = (found[-1][0] * size, stride)
        else:
            found.append((size, stride))
    return tuple(dim for dim in found if dim[0] > 1)


def _boxes(one: Region, other: Region) -> tuple[_Box, _Box] | None:
    """Both as boxes in the coordinates that both of them span; None if there are none."""
    radices = sorted({1, *(stride for region in (one, other) for _, stride in region.dims)})
    radices.reverse()
    start = min(one.first, other.first)
    if any(large % small for large, small in pairwise(radices)):
        return None
    first = _box(one, radices, start)
    second = _box(other, radices, start)
    return None if first is None or second is None else (first, second)


def _box(region: Region, radices: list[int], start: int) -> _Box | None:
    sizes = dict.fromkeys(radices, 1)
    for size, stride in _split(region.dims, radices):
        if sizes[stride] > 1:
            return None
        sizes[stride] = size
    box, rest, above = [], region.first - start, 0
    for radix in radices:
        low, rest = divmod(rest, radix)
        high = low + sizes[radix] - 1
        if above and high >= above // radix:
            return None
        box.append((low, high))
        above = radix
    return box


def _split(dims: tuple[tuple[int, int], ...], radices: list[int]) -> list[tuple[int, int]]:
    """Dimensions cut where a radix of the other tensor lies inside of them."""
    found = []
    for size, stride in dims:
        left = size
        inside = [r for r in reversed(radices) if stride < r < size * stride]
        below = stride
        for radix in inside:
            if left % (radix // below):
                break
            found.append((radix // below, below))
            left //= radix // below
            below = radix
        found.append((left, below))
    return found
