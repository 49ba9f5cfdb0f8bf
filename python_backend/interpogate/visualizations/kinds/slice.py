"""Slice: a tensor as a table of two dimensions, the others at an index that one can move."""

from __future__ import annotations

from collections.abc import Sequence

from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.drawing import Drawing, scale_of
from interpogate.visualizations.reading import Reading
from interpogate.visualizations.registry import visualization
from interpogate.visualizations.roles import Guess


def _guess(dimensions: Sequence[Dimension]) -> Guess:
    count = len(dimensions)
    ends: dict[int, m.DimensionRole] = {count - 2: "y", count - 1: "x"}
    return Guess(tuple(ends.get(number, "index") for number in range(count)), fit=0.45)


@visualization(
    "slice",
    title="Slice",
    allowed=("x", "y", "index", "average", "max", "norm"),
    guess=_guess,
)
def table(reading: Reading) -> Drawing:
    """Entries as they are as long as they fit, else averages; a window shows a part in full."""
    grid = reading.grid()
    whole = reading.whole().grid().values if reading.window is not None else grid.values
    drawing = Drawing({"values": grid.values}, x=grid.x, y=grid.y, **scale_of(whole))
    if grid.is_reduced:
        drawing.notes.append(f"A cell is the average of {grid.y.step:g} × {grid.x.step:g} entries.")
    return drawing
