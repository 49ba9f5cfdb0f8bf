"""Where a recording holds attention, known by its data flow alone.

Attention is a softmax over the keys of a product of queries and keys, whose result is summed over
the same axis in another product, with the values; or an operation that does all of it. A softmax
over classes, experts or channels of a layer is none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from interpogate.graph.arranging import arranged
from interpogate.graph.axes import Atom, Axis, Layout, fresh, without_products
from interpogate.graph.products import Product, product_of
from interpogate.graph.recording import Operation, Recording
from interpogate.graph.weights import (
    FUSED,
    MULTIHEAD,
    Attention,
    fused_attention,
    softmax_attention,
)

_SOFTMAX = ("softmax", "_softmax", "special_softmax")


def attentions_of(recording: Recording) -> Mapping[int, Attention]:
    """Every attention of a recording by the row of its operation, in order."""
    names = {operation.name for operation in recording.operations}
    if names.isdisjoint((*_SOFTMAX, FUSED, *MULTIHEAD)):
        return {}
    walk = _Walk(recording)
    for row in range(len(recording.operations)):
        walk.step(row)
    return dict(sorted(walk.found.items()))


class _Walk:
    """Follows the axes of all tensors through a recording, once."""

    def __init__(self, recording: Recording) -> None:
        self.found: dict[int, Attention] = {}
        self._operations = recording.operations
        self._layouts: dict[tuple[int, int], Layout] = {}
        self._products: dict[int, Product] = {}
        self._softmaxes: dict[int, Attention] = {}
        self._combined: defaultdict[int, set[int]] = defaultdict(set)
        self._taken: defaultdict[int, list[Layout]] = defaultdict(list)
        self._sources: defaultdict[int, list[tuple[int, int, tuple[int, ...]]]] = defaultdict(list)
        for flow in recording.flows:
            self._sources[flow.target].append((flow.source, flow.slot, flow.tensor.shape))

    def step(self, row: int) -> None:
        """One operation."""
        operation = self._operations[row]
        taken = [self._layout(*source) for source in self._sources[row]]
        if operation.kind == "call" and (operation.name == FUSED or operation.name in MULTIHEAD):
            self.found[row] = fused_attention(row, operation, taken)
        if operation.kind == "call" and operation.name in _SOFTMAX and len(taken) == 1:
            self._layouts[row, 0] = self._after_softmax(row, operation, taken[0])
            return
        product = product_of(operation, row, taken) if operation.kind == "call" else None
        if product is not None:
            self._multiply(product)
            return
        self._combine(taken)
        for slot in range(len(operation.outputs)):
            self._layouts[row, slot] = arranged(operation, row, slot, taken)

    def _layout(self, source: int, slot: int, shape: tuple[int, ...]) -> Layout:
        if self._operations[source].kind == "parameter":  # its row comes after who takes it
            return fresh((source, slot), shape, "parameter")
        found = self._layouts.get((source, slot))
        if found is None or tuple(axis.size for axis in found) != shape:
            return fresh((source, slot), shape)
        return found

    def _combine(self, taken: Sequence[Layout]) -> None:
        """Where weights of several softmaxes are added, values are weighed by all of them."""
        rows = {row for layout in taken for row in _weights_in(layout)}
        for row in rows if len(rows) > 1 else ():
            self._combined[row] |= rows

    def _confirm(self, row: int) -> None:
        """The softmax weighs values, and so does what was added to its weights."""
        if row in self.found:
            return
        self.found[row] = self._softmaxes[row]
        for other in self._combined[row]:
            self._confirm(other)

    def _multiply(self, product: Product) -> None:
        self._products[product.row] = product
        self._layouts[product.row, 0] = product.layout()
        for row in _weights_in([axis for pair in product.contracted for axis in pair]):
            self._confirm(row)

    def _after_softmax(self, row: int, operation: Operation, taken: Layout) -> Layout:
        number = operation.arguments.at(1, "dim") if operation.arguments else None
        if not isinstance(number, int) or not taken:
            return without_products(taken, (row, 0))
        number %= len(taken)
        attention = self._attention(row, taken, number)
        plain = without_products(taken, (row, 0))
        if attention is None:
            return plain
        self._softmaxes[row] = attention
        axis = taken[number]
        count = axis.size if axis.is_whole else axis.count
        atom = Atom((row, 1, number), 1, count, "unknown", row, "weight")
        weights = Axis(axis.size, (atom,), axis.first, axis.count)
        return (*plain[:number], weights, *plain[number + 1 :])

    def _attention(self, row: int, taken: Layout, number: int) -> Attention | None:
        """What the softmax is if it is summed over with values afterwards."""
        keys = {(atom.product, atom.side) for atom in taken[number].atoms}
        product, side = next(iter(keys)) if len(keys) == 1 else (-1, "")
        known = self._products.get(product)
        if known is None or side not in ("left", "right") or known.is_parameter(side):
            return None
        return softmax_attention(row, taken, taken[number], known, side)


def _weights_in(axes: Sequence[Axis]) -> set[int]:
    """Rows of the softmaxes whose axis is among these."""
    return {atom.product for axis in axes for atom in axis.atoms if atom.side == "weight"}
