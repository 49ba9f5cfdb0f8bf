"""Matrix products as letters for each dimension, as `einsum` has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from interpogate.graph.axes import Atom, Axis, Kind, Layout, Side, is_parameter, kind_of
from interpogate.graph.recording import Operation

_BATCHED = ("matmul", "bmm", "mm", "baddbmm", "addmm")
_MATRIX = 2
_OUTER = "outer"
"""Begins the letters of dimensions that only broadcast."""

Letters = tuple[str, ...]


@dataclass(frozen=True)
class Product:
    """Two operands and their result, a letter for each dimension."""

    row: int
    left: Layout
    right: Layout
    letters: tuple[Letters, Letters, Letters]
    """Of the left, the right and the result."""
    shape: tuple[int, ...]

    @property
    def contracted(self) -> tuple[tuple[Axis, Axis], ...]:
        """Pairs of axes that are summed over."""
        left, right, result = self.letters
        both = [one for one in left if one in right and one not in result]
        return tuple((self.left[left.index(o)], self.right[right.index(o)]) for o in both)

    def is_parameter(self, side: Side) -> bool:
        """Whether an operand is a parameter."""
        return is_parameter(self.left if side == "left" else self.right)

    def sizes(self, side: Side) -> int:
        """Entries of all axes of the result that stem from one operand alone."""
        count = 1
        for letter, size in zip(self.letters[2], self.shape, strict=True):
            count *= size if self._origin(letter)[0] == side else 1
        return count

    def layout(self) -> Layout:
        """Axes of the result."""
        numbered = enumerate(zip(self.letters[2], self.shape, strict=True))
        return tuple(self._axis(number, letter, size) for number, (letter, size) in numbered)

    def _axis(self, number: int, letter: str, size: int) -> Axis:
        side, origin = self._origin(letter)
        atoms = origin.atoms if origin and origin.is_whole and origin.size == size else ()
        if not atoms:
            kind: Kind = kind_of(origin) if origin else "unknown"
            return Axis(size, (self._atom(number, size, 1, side, kind),))
        found, stride = [], 1
        for atom in reversed(atoms):
            found.append(self._atom(number, atom.size, stride, side, atom.kind))
            stride *= atom.size
        return Axis(size, tuple(reversed(found)))

    def _atom(self, number: int, size: int, stride: int, side: Side, kind: Kind) -> Atom:
        other = is_parameter(self.right if side == "left" else self.left)
        if kind == "parameter":
            kind = "feature"
        elif other and kind == "unknown":
            kind = "position"
        return Atom((self.row, 0, number), stride, size, kind, self.row, side)

    def _origin(self, letter: str) -> tuple[Side, Axis | None]:
        """Which operand a dimension of the result stems from, and its axis there."""
        left, right, _ = self.letters
        one = self.left[left.index(letter)] if letter in left else None
        other = self.right[right.index(letter)] if letter in right else None
        if letter.startswith(_OUTER) and (one is None or other is None):
            return "shared", one or other
        if one is None or other is None:
            return ("right", other) if one is None else ("left", one)
        if one.size == 1 != other.size:
            return "right", other
        return ("left", one) if other.size == 1 != one.size else ("shared", one)


def product_of(operation: Operation, row: int, taken: Sequence[Layout]) -> Product | None:
    """An operation as a product of two tensors; None if it is none."""
    if not operation.outputs:
        return None
    shape = operation.outputs[0].shape
    if operation.name == "einsum":
        letters = _of_einsum(operation, taken)
    elif operation.name in _BATCHED and len(taken) >= _MATRIX:
        taken = taken[-2:]
        letters = _of_matmul([len(one) for one in taken], len(shape))
    else:
        return None
    if letters is None or any(map(_repeats, letters)):
        return None
    return Product(row, taken[0], taken[1], letters, shape)


def _repeats(letters: Letters) -> bool:
    return max(Counter(letters).values(), default=0) > 1


def _of_matmul(ranks: list[int], rank: int) -> tuple[Letters, Letters, Letters] | None:
    if min(ranks) < _MATRIX or rank != max(ranks):
        return None
    outer = tuple(f"{_OUTER} {number}" for number in range(rank - _MATRIX))
    left, right = (outer[rank - own :] for own in ranks)
    return (*left, "row", "inner"), (*right, "inner", "column"), (*outer, "row", "column")


def _of_einsum(
    operation: Operation, taken: Sequence[Layout]
) -> tuple[Letters, Letters, Letters] | None:
    given = operation.arguments.at(0, "equation") if operation.arguments else None
    if not isinstance(given, str) or given.count(",") != 1 or len(taken) != _MATRIX:
        return None
    terms, arrow, result = given.replace(" ", "").partition("->")
    left, right = terms.split(",")
    if not arrow:
        counted = Counter(terms.replace(",", "").replace(".", ""))
        dots = "..." if "..." in terms else ""
        result = dots + "".join(sorted(letter for letter, count in counted.items() if count == 1))
    extra = [
        len(axes) - len(one.replace(".", ""))
        for one, axes in zip((left, right), taken, strict=True)
    ]
    rank = len(operation.outputs[0].shape) - len(result.replace(".", ""))
    found = [
        _spelled(one, own) for one, own in ((left, extra[0]), (right, extra[1]), (result, rank))
    ]
    counts = [len(axes) for axes in (*taken, operation.outputs[0].shape)]
    if [len(one) for one in found] != counts:
        return None
    return found[0], found[1], found[2]


def _spelled(term: str, extra: int) -> Letters:
    """Letters of a term; the dimensions behind an ellipsis are counted from the last."""
    before, dots, after = term.partition("...")
    hidden = [f"{_OUTER} -{number}" for number in range(extra, 0, -1)] if dots else []
    return (*before, *hidden, *after)
