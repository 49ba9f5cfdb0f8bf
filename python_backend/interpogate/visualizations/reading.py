"""What a kind is given: a tensor, the roles of its dimensions, and how large it is drawn.

`grid` does what most kinds need: it takes indices, combines dimensions and reduces the rest to the
cells that fit, reading no more of the tensor than that takes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import torch

from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.drawing import MAXIMUM_CELLS, NO_AXIS
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.problems import OptionInvalid, RolesInvalid
from interpogate.visualizations.roles import Roles
from interpogate.visualizations.value import Selection, Value, thinned

MAXIMUM_PANELS = 256
MAXIMUM_PIXELS = 2048

Pool = Literal["average", "extreme", "lowest", "highest"]


@dataclass(frozen=True)
class Grid:
    """Cells of a picture: `values` is `(panels, rows, columns)`, float32."""

    values: torch.Tensor
    panels: m.BlockAxis
    y: m.BlockAxis
    x: m.BlockAxis

    @property
    def is_reduced(self) -> bool:
        """Whether a cell stands for several entries."""
        return self.x.step > 1 or self.y.step > 1


@dataclass(frozen=True)
class Reading:
    """A block's tensor and how it is to be read."""

    observed: Observed
    value: Value
    dimensions: tuple[Dimension, ...]
    roles: Roles
    indices: tuple[int, ...]
    options: dict[str, str]
    call: int = 1
    width: int = 256
    height: int = 256
    panel: int = -1
    window: m.BlockWindow | None = None
    notes: list[str] = field(default_factory=list)

    def whole(self) -> Reading:
        """The same without a window and with all panels, for what must not change on zoom."""
        return replace(self, window=None, panel=-1, notes=[])

    def option(self, name: str, choices: Sequence[str] = ()) -> str:
        """A setting of the block. Raises `OptionInvalid`."""
        text = self.options.get(name, "")
        if choices and text not in choices:
            raise OptionInvalid(f"{name} cannot be {text!r}: it is {' or '.join(choices)}.")
        return text

    def numbers(self, role: m.DimensionRole) -> list[int]:
        """The dimensions with a role."""
        return [number for number, own in enumerate(self.roles) if own == role]

    def grid(self, pool: Pool = "average") -> Grid:
        """The cells to draw."""
        plan = _Plan(self)
        taken = self.value.read(plan.selection)
        self._note_thinned(plan)
        combined = plan.combined(taken)
        cells = _pooled(combined, plan.x_cells, pool)
        cells = _pooled(cells.transpose(1, 2), plan.y_cells, pool).transpose(1, 2)
        return Grid(cells, plan.panels, plan.axis("y"), plan.axis("x"))

    def full(self) -> Grid:
        """The grid with a cell for each entry along `x`, however small it is drawn."""
        return replace(self, width=MAXIMUM_PIXELS, height=MAXIMUM_PIXELS, window=None).grid()

    def samples(self) -> tuple[torch.Tensor, m.BlockAxis]:
        """All entries of each panel, `(panels, entries)`; dimensions with the role `x` pooled."""
        plan = _Plan(replace(self, window=None), pooled=True)
        taken = self.value.read(plan.selection)
        self._note_thinned(plan)
        return plan.pooled(taken), plan.panels

    def exact(self, panel: int, row: int, column: int) -> tuple[torch.Tensor, list[int]]:
        """One entry of the combined tensor, and its index in each dimension (-1: combined)."""
        places = self.places(panel, row, column)
        if -1 not in places:
            return self.value.entry(places), places
        window = m.BlockWindow(first_x=column, last_x=column + 1, first_y=row, last_y=row + 1)
        one = replace(self, window=window, panel=panel, notes=[]).grid()
        return one.values.flatten()[0], places

    def places(self, panel: int, row: int, column: int) -> list[int]:
        """Index in each dimension of a cell's entry; -1 where entries are combined."""
        places = list(self._fixed())
        for number, own in zip(self.numbers("spread"), self._panel_indices(panel), strict=True):
            places[number] = own
        for number, role in enumerate(self.roles):
            places[number] = {"y": row, "x": column}.get(role, places[number])
        for number, one in enumerate(self.dimensions):
            if not -1 <= places[number] < one.size:
                raise RolesInvalid("There is no such entry.", hint="Point into the block.")
        return places

    def selection(
        self, chosen: Mapping[int, Selection], window: m.BlockWindow | None = None
    ) -> list[Selection]:
        """What to read: these entries, the window's rows, indices where the role says so."""
        found: list[Selection] = []
        for number, (one, role) in enumerate(zip(self.dimensions, self.roles, strict=True)):
            if number in chosen:
                found.append(chosen[number])
            elif role == "index":
                found.append(self._index(number))
            elif role == "y" and window is not None:
                found.append(range(max(window.first_y, 0), min(window.last_y, one.size)))
            else:
                found.append(range(one.size))
        return found

    def entry_name(self, role: m.DimensionRole, entry: int) -> str:
        """An entry along an axis in words, such as `3 · park`."""
        numbers = self.numbers(role)
        return named_entry(self.dimensions[numbers[0]], entry) if numbers else str(entry)

    def _fixed(self) -> Iterator[int]:
        for number, role in enumerate(self.roles):
            yield self._index(number) if role == "index" else -1

    def _index(self, number: int) -> int:
        index = self.indices[number] if number < len(self.indices) else 0
        dimension = self.dimensions[number]
        if not -dimension.size <= index < dimension.size:
            name = dimension.name or f"Dimension {number}"
            raise RolesInvalid(
                f"{name} has {dimension.size} entries: there is no index {index}.",
                hint="Choose a smaller index.",
            )
        return index % dimension.size

    def _panel_indices(self, panel: int) -> list[int]:
        sizes = [self.dimensions[number].size for number in self.numbers("spread")]
        found = []
        for size in reversed(sizes):
            found.append(panel % size)
            panel //= size
        return found[::-1]

    def _note_thinned(self, plan: _Plan) -> None:
        strides = [one.step for one in plan.selection if isinstance(one, range)]
        if any(stride > 1 for stride in strides):
            self.notes.append(
                f"Too large to be read whole: one of {math.prod(strides)} entries was read."
            )


def named_entry(dimension: Dimension, entry: int) -> str:
    """An entry in words, such as `3 · park`."""
    labels = dimension.labels
    text = labels[entry].strip() if 0 <= entry < len(labels) else ""
    return f"{entry} · {text}" if text and text != str(entry) else str(entry)


@dataclass(frozen=True)
class _Cells:
    """How the entries of one axis become cells."""

    first: int
    last: int
    step: int
    stride: int

    @property
    def count(self) -> int:
        return max(math.ceil((self.last - self.first) / self.step), 0)


class _Plan:
    """Which entries are read for a grid, and what becomes of them."""

    def __init__(self, reading: Reading, *, pooled: bool = False) -> None:
        self._reading = reading
        self._is_pooled = pooled
        self._sizes = [one.size for one in reading.dimensions]
        self.panels, self._chosen = self._panel_axis()
        strides = self._strides()
        self.x_cells = self._cells("x", strides)
        self.y_cells = self._cells("y", strides)
        self.selection = [self._selected(n, strides[n]) for n in range(len(self._sizes))]

    def combined(self, taken: torch.Tensor) -> torch.Tensor:
        """`(panels, rows, columns)`: dimensions in order, the rest combined."""
        reading = self._reading
        left = [n for n, chosen in enumerate(self.selection) if not isinstance(chosen, int)]
        taken, left = _combine(taken, left, reading.roles)
        order = [n for role in ("spread", "y", "x") for n in reading.numbers(role) if n in left]
        taken = taken.permute([left.index(n) for n in order])
        rows = taken.shape[order.index(reading.numbers("y")[0])] if reading.numbers("y") else 1
        columns = taken.shape[-1] if reading.numbers("x") else 1
        cells = rows * columns
        return taken.reshape(taken.numel() // cells if cells else 0, rows, columns)

    def pooled(self, taken: torch.Tensor) -> torch.Tensor:
        """`(panels, entries)`."""
        left = [n for n, chosen in enumerate(self.selection) if not isinstance(chosen, int)]
        taken, left = _combine(taken, left, self._reading.roles)
        order = [n for role in ("spread", "x") for n in self._reading.numbers(role) if n in left]
        return taken.permute([left.index(n) for n in order]).reshape(self.panels.count, -1)

    def axis(self, role: Literal["x", "y"]) -> m.BlockAxis:
        """An axis of the picture."""
        numbers = self._reading.numbers(role)
        if not numbers:
            return NO_AXIS
        cells = self.x_cells if role == "x" else self.y_cells
        dimension = self._reading.dimensions[numbers[0]]
        labels = dimension.labels[cells.first : cells.last : cells.step]
        return m.BlockAxis(
            name=dimension.name,
            size=dimension.size,
            first=cells.first,
            step=float(cells.step),
            count=cells.count,
            labels=labels,
        )

    def _selected(self, number: int, stride: int) -> Selection:
        reading, role = self._reading, self._reading.roles[number]
        if role == "index":
            return reading._index(number)
        if role == "spread":
            return self._chosen[number]
        if role in ("x", "y") and not self._is_pooled:
            cells = self.x_cells if role == "x" else self.y_cells
            return range(cells.first, cells.last, cells.stride)
        return range(0, self._sizes[number], stride)

    def _strides(self) -> list[int]:
        """How sparsely each dimension is read: not at all where the tensor is small enough."""
        counts, largest = [], []
        for number, role in enumerate(self._reading.roles):
            counts.append(self._count(number, role))
            largest.append(self._largest_stride(number, role))
        if self._reading.value.is_computed:  # a row is computed as a whole
            largest[-1] = 1
        return thinned(counts, largest)

    def _count(self, number: int, role: m.DimensionRole) -> int:
        if role == "index":
            return 1
        if role == "spread":
            chosen = self._chosen[number]
            return 1 if isinstance(chosen, int) else len(chosen)
        if role in ("x", "y"):
            first, last = self._ends(role, self._sizes[number])
            return last - first
        return self._sizes[number]

    def _largest_stride(self, number: int, role: m.DimensionRole) -> int:
        if role in ("x", "y") and self._is_pooled:
            return self._sizes[number]
        if role in ("x", "y"):
            first, last = self._ends(role, self._sizes[number])
            return self._step(role, last - first)
        return self._sizes[number] if role in ("average", "max", "norm") else 1

    def _cells(self, role: Literal["x", "y"], strides: list[int]) -> _Cells:
        numbers = self._reading.numbers(role)
        if not numbers:
            return _Cells(0, 1, 1, 1)
        first, last = self._ends(role, self._sizes[numbers[0]])
        stride = max(strides[numbers[0]], 1)
        step = math.ceil(self._step(role, last - first) / stride) * stride
        return _Cells(first, last, max(step, 1), stride)

    def _ends(self, role: str, size: int) -> tuple[int, int]:
        window = self._reading.window
        if window is None or not self._reading.numbers("y" if role == "y" else "x"):
            return 0, size
        first, last = (
            (window.first_x, window.last_x) if role == "x" else (window.first_y, window.last_y)
        )
        first = min(max(first, 0), max(size - 1, 0))
        return first, max(min(last, size), min(first + 1, size))

    def _step(self, role: str, entries: int) -> int:
        pixels = self._reading.width if role == "x" else self._reading.height
        room = min(max(pixels, 1), MAXIMUM_PIXELS, self._room())
        return max(math.ceil(entries / room), 1)

    def _room(self) -> int:
        """Pixels in each direction that all panels together may have in one message."""
        return max(math.isqrt(MAXIMUM_CELLS // max(self.panels.count, 1)), 1)

    def _panel_axis(self) -> tuple[m.BlockAxis, dict[int, Selection]]:
        reading = self._reading
        numbers = reading.numbers("spread")
        if not numbers:
            return NO_AXIS, {}
        size = math.prod(self._sizes[n] for n in numbers)
        if reading.panel >= 0:
            return self._one_panel(numbers, size)
        chosen: dict[int, Selection] = {n: range(self._sizes[n]) for n in numbers}
        inner = math.prod(self._sizes[n] for n in numbers[1:])
        if size > MAXIMUM_PANELS and inner:
            shown = max(MAXIMUM_PANELS // inner, 1)
            chosen[numbers[0]] = range(min(shown, self._sizes[numbers[0]]))
            reading.notes.append(f"Shows the first {shown * inner} of {size} panels.")
        count = math.prod(len(one) for one in chosen.values() if isinstance(one, range))
        return self._panels(numbers, size, 0, count), chosen

    def _one_panel(self, numbers: list[int], size: int) -> tuple[m.BlockAxis, dict[int, Selection]]:
        if self._reading.panel >= size:
            raise RolesInvalid(f"There are {size} panels, no panel {self._reading.panel}.")
        chosen = dict(zip(numbers, self._reading._panel_indices(self._reading.panel), strict=True))
        return self._panels(numbers, size, self._reading.panel, 1), dict(chosen)

    def _panels(self, numbers: list[int], size: int, first: int, count: int) -> m.BlockAxis:
        names = [self._reading.dimensions[n].name or f"dimension {n}" for n in numbers]
        shown = range(first, first + count)
        labels = tuple(" · ".join(self._panel_label(numbers, panel)) for panel in shown)
        return m.BlockAxis(
            name=" × ".join(names), size=size, first=first, step=1.0, count=count, labels=labels
        )

    def _panel_label(self, numbers: list[int], panel: int) -> Iterator[str]:
        for number, own in zip(numbers, self._reading._panel_indices(panel), strict=True):
            labels = self._reading.dimensions[number].labels
            yield labels[own] if labels else str(own)


def _combine(taken: torch.Tensor, left: list[int], roles: Roles) -> tuple[torch.Tensor, list[int]]:
    for role in ("norm", "average", "max"):
        places = [place for place, number in enumerate(left) if roles[number] == role]
        if not places:
            continue
        if role == "norm":
            taken = torch.linalg.vector_norm(taken, dim=places)
        elif role == "average":
            taken = taken.mean(dim=places)
        else:
            taken = taken.amax(dim=places)
        left = [number for number in left if roles[number] != role]
    return taken, left


def _pooled(values: torch.Tensor, cells: _Cells, pool: Pool) -> torch.Tensor:
    """Reduce the last dimension to cells."""
    each = cells.step // cells.stride
    if each <= 1:
        return values
    whole = values.shape[-1] // each * each
    parts = [_pool(values[..., :whole].reshape(*values.shape[:-1], -1, each), pool)]
    if whole < values.shape[-1]:
        parts.append(_pool(values[..., whole:], pool).unsqueeze(-1))
    return torch.cat(parts, dim=-1)


def _pool(values: torch.Tensor, pool: Pool) -> torch.Tensor:
    if pool == "average":
        return values.mean(-1)
    if pool == "lowest":
        return values.amin(-1)
    if pool == "highest":
        return values.amax(-1)
    low, high = values.amin(-1), values.amax(-1)
    return torch.where(high >= -low, high, low)
