"""From the axes that an operation took to those of what it made, whatever it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from interpogate.graph.axes import (
    Atom,
    Kind,
    Layout,
    fresh,
    regrouped,
    renewed,
    without_products,
)
from interpogate.graph.elementwise import ELEMENTWISE, LIKE_ANOTHER, Shape, by_element
from interpogate.graph.moving import MOVING, Rule
from interpogate.graph.recording import Operation

_RESHAPING = frozenset(
    "view reshape flatten unflatten view_as reshape_as ravel unsqueeze squeeze _unsafe_view".split()
)


def arranged(operation: Operation, row: int, slot: int, taken: Sequence[Layout]) -> Layout:
    """Axes of what an operation made, whatever it is."""
    shape, root = operation.outputs[slot].shape, (row, slot)
    own = [one for one in taken if one]
    if not own:
        return fresh(root, shape)
    name = operation.name.rstrip("_")
    found: Layout | None = None
    if name in _RESHAPING:
        found = regrouped(own[0], shape)
    elif name in ELEMENTWISE:
        found = by_element(own[:1] if name in LIKE_ANOTHER else own, shape, root)
    elif name in _RULES:
        found = _RULES[name](operation, row, own, shape)
    else:
        found = _any_other(own, shape, root)
    fits = found is not None and tuple(axis.size for axis in found) == tuple(shape)
    return found if found is not None and fits else fresh(root, shape)


def _any_other(taken: Sequence[Layout], shape: Shape, root: tuple[int, int]) -> Layout:
    """Axes of the same size in the same place are the same axes, with other entries."""
    same = next((one for one in taken if len(one) == len(shape)), None)
    if same is None:
        return fresh(root, shape)
    plain = without_products(same, root)
    return tuple(
        axis if axis.size == size else renewed(axis, (*root, number), size)
        for number, (axis, size) in enumerate(zip(plain, shape, strict=True))
    )


def _linear(_: Operation, row: int, taken: Sequence[Layout], shape: Shape) -> Layout | None:
    """All axes but the last pass; features are new."""
    return (*_passed(taken[0][:-1]), *fresh((row, 0), shape[-1:], "feature"))


def _embedded(_: Operation, row: int, taken: Sequence[Layout], shape: Shape) -> Layout | None:
    index = next((one for one in taken if len(one) == len(shape) - 1), None)
    before = _passed(index) if index else fresh((row, 1), shape[:-1], "position")
    return (*before, *fresh((row, 0), shape[-1:], "feature"))


def _convolved(_: Operation, row: int, taken: Sequence[Layout], shape: Shape) -> Layout | None:
    kinds: list[Kind] = ["position"] * len(shape)
    kinds[1] = "feature"
    made, axes = fresh((row, 0), shape, kinds), _passed(taken[0])
    if len(axes) != len(shape):
        return made
    same = [
        n != 1 and axis.size == size for n, (axis, size) in enumerate(zip(axes, shape, strict=True))
    ]
    plain = without_products(axes, (row, 1))
    return tuple(plain[n] if same[n] else made[n] for n in range(len(shape)))


def _passed(axes: Layout) -> Layout:
    """Axes beside features: they are positions where nothing else is known."""
    return tuple(replace(axis, atoms=tuple(map(_position, axis.atoms))) for axis in axes)


def _position(atom: Atom) -> Atom:
    return replace(atom, kind="position") if atom.kind in ("unknown", "parameter") else atom


_RULES: dict[str, Rule] = {
    **MOVING,
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _convolved),
    "linear": _linear,
    "embedding": _embedded,
}
