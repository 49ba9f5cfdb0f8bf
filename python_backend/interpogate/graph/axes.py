"""What each dimension of an observed tensor stems from, as data: which axes of which tensors.

An axis is made of atoms, major ones first: `view(batch, tokens, heads, 8)` splits the atom of a
feature axis in two. So a dimension is known again behind any `view`, `permute` or `reshape`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["unknown", "position", "feature", "parameter"]
"""`feature`: what a layer made of its weights; `position`: what passed beside features."""

Side = Literal["", "left", "right", "shared", "weight"]
"""Which operand of a product an axis of its result stems from; `weight`: a softmax made it."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A part of an axis."""

    root: tuple[int, int, int]
    """Row of an operation, its output or operand, and the axis that it was first seen as."""
    stride: int
    size: int
    kind: Kind = "unknown"
    product: int = -1
    """Row of the matrix product, or of the softmax, whose axis this is."""
    side: Side = ""

    def split(self, major: int) -> tuple[Atom, Atom]:
        """The atom as `major` times a smaller one."""
        minor = self.size // major
        high = replace(self, stride=self.stride * minor, size=major)
        return high, replace(self, size=minor)


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension of a tensor."""

    size: int
    atoms: tuple[Atom, ...]
    first: int = 0
    """Where the atoms begin: entries before and after them were put there by `cat` or `pad`."""
    count: int = -1
    """How many entries they are; -1: all."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was added to it."""
        return self.count < 0


Layout = tuple[Axis, ...]


def fresh(
    root: tuple[int, int], shape: Sequence[int], kinds: Sequence[Kind] | Kind = "unknown"
) -> Layout:
    """Axes that nothing is known of but their kind."""
    own = [kinds] * len(shape) if isinstance(kinds, str) else kinds
    return tuple(
        Axis(size, (Atom((*root, number), 1, size, kind),))
        for number, (size, kind) in enumerate(zip(shape, own, strict=True))
    )


def kind_of(axis: Axis) -> Kind:
    """The kind that all atoms of an axis have."""
    kinds = {atom.kind for atom in axis.atoms if atom.size > 1} or {a.kind for a in axis.atoms}
    return kinds.pop() if len(kinds) == 1 else "unknown"


def is_parameter(layout: Layout) -> bool:
    """Whether the tensor is a parameter, perhaps seen another way."""
    kinds = [atom.kind for axis in layout for atom in axis.atoms if atom.size > 1]
    return bool(kinds) and all(kind == "parameter" for kind in kinds)


def without_products(layout: Layout, root: tuple[int, int]) -> Layout:
    """The same axes, no longer known as those of a product."""
    return tuple(
        axis
        if axis.is_whole and all(atom.product < 0 for atom in axis.atoms)
        else renewed(axis, (*root, number), axis.size)
        for number, axis in enumerate(layout)
    )


def renewed(axis: Axis, root: tuple[int, int, int], size: int) -> Axis:
    """An axis of the same kind whose entries are others."""
    return Axis(size, (Atom(root, 1, size, kind_of(axis)),))


def regrouped(layout: Layout, shape: Sequence[int]) -> Layout | None:
    """The axes after `view` or `reshape`; None where the new sizes cut across them."""
    if min((*shape, *(axis.size for axis in layout)), default=1) < 1:
        return None
    if not all(axis.is_whole for axis in layout):
        return layout if tuple(axis.size for axis in layout) == tuple(shape) else None
    waiting = [atom for axis in layout for atom in axis.atoms]
    found = []
    for size in shape:
        atoms = _taken(waiting, size)
        if atoms is None:
            return None
        found.append(Axis(size, atoms))
    return tuple(found)


def _taken(waiting: list[Atom], size: int) -> tuple[Atom, ...] | None:
    """Atoms of one axis from the front of those that are left."""
    if size == 1:
        return (waiting.pop(0),) if waiting and waiting[0].size == 1 else ()
    found: list[Atom] = []
    while size > 1:
        if not waiting:
            return None
        atom = waiting.pop(0)
        if atom.size > size:
            if atom.size % size:
                return None
            atom, rest = atom.split(size)
            waiting.insert(0, rest)
        if size % atom.size:
            return None
        size //= atom.size
        if atom.size > 1:
            found.append(atom)
    return tuple(found)


def size_of(atoms: Sequence[Atom]) -> int:
    """How many entries atoms stand for."""
    return math.prod(atom.size for atom in atoms)
