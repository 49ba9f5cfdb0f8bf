"""How operations that move, cut and join dimensions do it: one rule a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from interpogate.graph.axes import Axis, Layout, fresh, renewed, without_products
from interpogate.graph.elementwise import Shape, by_element
from interpogate.graph.recording import TENSOR, Arguments, Operation

Rule = Callable[[Operation, int, Sequence[Layout], Shape], Layout | None]
"""From an operation, its row, what it took and the shape of its result; None if not known."""

_NOTHING = Arguments()


def _transposed(operation: Operation, _: int, taken: Sequence[Layout], __: Shape) -> Layout | None:
    given = operation.arguments or _NOTHING
    first, second = (
        given.at(1, "dim0", given.at(9, "axis0")),
        given.at(2, "dim1", given.at(9, "axis1")),
    )
    if not isinstance(first, int) or not isinstance(second, int):
        return None
    axes = list(taken[0])
    axes[first], axes[second] = axes[second], axes[first]
    return tuple(axes)


def _matrix_transposed(_: Operation, __: int, taken: Sequence[Layout], ___: Shape) -> Layout:
    axes = taken[0]
    return (*axes[:-2], *reversed(axes[-2:]))


def _reversed(_: Operation, __: int, taken: Sequence[Layout], ___: Shape) -> Layout:
    return tuple(reversed(taken[0]))


def _permuted(operation: Operation, _: int, taken: Sequence[Layout], __: Shape) -> Layout | None:
    given = operation.arguments or _NOTHING
    order = given.at(1, "dims")
    order = given.positional[1:] if isinstance(order, int) else order
    if not _are_numbers(order) or len(order) != len(taken[0]):
        return None
    return tuple(taken[0][number] for number in order)


def _moved(operation: Operation, _: int, taken: Sequence[Layout], __: Shape) -> Layout | None:
    given, axes = operation.arguments or _NOTHING, taken[0]
    pair = [given.at(1, "source"), given.at(2, "destination")]
    source, goal = ((one,) if isinstance(one, int) else one for one in pair)
    if not _are_numbers(source) or not _are_numbers(goal):
        return None
    places = {
        number % len(axes): origin % len(axes) for origin, number in zip(source, goal, strict=True)
    }
    rest = iter([n for n in range(len(axes)) if n not in places.values()])
    return tuple(axes[places[n] if n in places else next(rest)] for n in range(len(axes)))


def _are_numbers(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, int) for one in value)


def _unbound(operation: Operation, _: int, taken: Sequence[Layout], __: Shape) -> Layout | None:
    number = (operation.arguments or _NOTHING).at(1, "dim", 0)
    return _dropped(taken[0], number)


def _selected(operation: Operation, _: int, taken: Sequence[Layout], __: Shape) -> Layout | None:
    return _dropped(taken[0], (operation.arguments or _NOTHING).at(1, "dim"))


def _dropped(layout: Layout, number: Any) -> Layout | None:
    if not isinstance(number, int):
        return None
    number %= len(layout)
    return (*layout[:number], *layout[number + 1 :])


def _spread(_: Operation, row: int, taken: Sequence[Layout], shape: Shape) -> Layout | None:
    """`expand` and `repeat`: axes that grow have other entries."""
    axes, new = taken[0], len(shape) - len(taken[0])
    if new < 0:
        return None
    made = fresh((row, 0), shape)
    return (
        *made[:new],
        *(
            axis if axis.size == size else renewed(axis, (row, 0, new + number), size)
            for number, (axis, size) in enumerate(zip(axes, shape[new:], strict=True))
        ),
    )


def _sliced(operation: Operation, row: int, taken: Sequence[Layout], _: Shape) -> Layout | None:
    index = (operation.arguments or _NOTHING).at(1, "index")
    entries = index if isinstance(index, tuple) and index[:1] != ("slice",) else (index,)
    if any(one == TENSOR or isinstance(one, bool) for one in entries):
        return None
    used = sum(one is not None and one is not ... for one in entries)
    if ... not in entries:
        entries = (*entries, ...)
    found: list[Axis] = []
    left = list(taken[0])
    for one in entries:
        if one is ...:
            count = len(taken[0]) - used
            found += [left.pop(0) for _ in range(count)]
        elif one is None:
            found.append(Axis(1, ()))
        elif isinstance(one, int) and not isinstance(one, bool):
            left.pop(0)
        elif isinstance(one, tuple) and one[:1] == ("slice",):
            found.append(_cut(left.pop(0), slice(*one[1:]), (row, 0, len(found))))
        else:
            return None
    return tuple(found)


def _cut(axis: Axis, part: slice, root: tuple[int, int, int]) -> Axis:
    """A part of an axis; what was added to its atoms may be cut off again."""
    start, stop, step = part.indices(axis.size)
    size = len(range(start, stop, step))
    if (start, size, step) == (0, axis.size, 1):
        return axis
    if not axis.is_whole and step == 1 and start <= axis.first and axis.first + axis.count <= stop:
        first = axis.first - start
        is_whole = (first, size) == (0, axis.count)
        return Axis(size, axis.atoms, first, -1 if is_whole else axis.count)
    return renewed(axis, root, size)


def _narrowed(
    operation: Operation, row: int, taken: Sequence[Layout], shape: Shape
) -> Layout | None:
    given = operation.arguments or _NOTHING
    number, start = given.at(1, "dim"), given.at(2, "start")
    if not isinstance(number, int) or not isinstance(start, int):
        return None
    axes = list(taken[0])
    part = slice(start, start + shape[number])
    axes[number] = _cut(axes[number], part, (row, 0, number % len(axes)))
    return tuple(axes)


def _joined(operation: Operation, row: int, taken: Sequence[Layout], shape: Shape) -> Layout | None:
    number = (operation.arguments or _NOTHING).at(1, "dim", 0)
    if not isinstance(number, int) or any(len(one) != len(shape) for one in taken):
        return None
    number %= len(shape)
    parts = [one[number] for one in taken]
    known = [n for n, part in enumerate(parts) if any(atom.product >= 0 for atom in part.atoms)]
    axes = list(
        by_element([_without(one, number) for one in taken], _without(shape, number), (row, 0))
        or ()
    )
    if len(axes) != len(shape) - 1:
        return None
    axis = renewed(parts[0], (row, 0, number), shape[number])
    if len(known) == 1 and sum(part.size for part in parts) == shape[number]:
        inner = parts[known[0]]
        before = sum(part.size for part in parts[: known[0]])
        if inner.is_whole:
            axis = Axis(shape[number], inner.atoms, before, inner.size)
    axes.insert(number, axis)
    return tuple(axes)


def _without(items: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    """All but one."""
    return (*items[:number], *items[number + 1 :])


def _stacked(
    operation: Operation, row: int, taken: Sequence[Layout], shape: Shape
) -> Layout | None:
    number = (operation.arguments or _NOTHING).at(1, "dim", 0)
    if not isinstance(number, int):
        return None
    number %= len(shape)
    axes = list(without_products(taken[0], (row, 0)))
    axes.insert(number, fresh((row, 1), [shape[number]])[0])
    return tuple(axes)


def _padded(operation: Operation, row: int, taken: Sequence[Layout], _: Shape) -> Layout | None:
    sizes = (operation.arguments or _NOTHING).at(1, "pad")
    if not _are_numbers(sizes) or min(sizes) < 0:
        return None
    axes = list(taken[0])
    for back, (before, after) in enumerate(zip(sizes[::2], sizes[1::2], strict=True), 1):
        axis = axes[-back]
        if before or after:
            grown = axis.size + before + after
            is_known = axis.is_whole and any(atom.product >= 0 for atom in axis.atoms)
            axes[-back] = (
                Axis(grown, axis.atoms, before, axis.size)
                if is_known
                else renewed(axis, (row, 0, len(axes) - back), grown)
            )
    return tuple(axes)


MOVING: dict[str, Rule] = {
    **dict.fromkeys(("transpose", "swapaxes", "swapdims"), _transposed),
    **dict.fromkeys(("mT", "mH", "adjoint"), _matrix_transposed),
    **dict.fromkeys(("t", "T", "H"), _reversed),
    **dict.fromkeys(("movedim", "moveaxis"), _moved),
    **dict.fromkeys(("expand", "expand_as", "broadcast_to", "repeat", "tile"), _spread),
    **dict.fromkeys(("cat", "concat", "concatenate"), _joined),
    "permute": _permuted,
    "unbind": _unbound,
    "select": _selected,
    "getitem": _sliced,
    "narrow": _narrowed,
    "stack": _stacked,
    "pad": _padded,
}
