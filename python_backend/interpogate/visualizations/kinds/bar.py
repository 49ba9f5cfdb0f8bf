"""Bars: the values along one dimension."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.drawing import Drawing, ends
from interpogate.visualizations.reading import Reading
from interpogate.visualizations.registry import visualization
from interpogate.visualizations.roles import Guess, needs_one


def _guess(dimensions: Sequence[Dimension]) -> Guess:
    refusal = needs_one(dimensions)
    if refusal:
        return Guess(refusal=refusal)
    wide = [n for n, one in enumerate(dimensions) if one.size > 1] or [0]
    x = wide[-1]
    roles = tuple(_role(one, n == x) for n, one in enumerate(dimensions))
    return Guess(roles, fit=0.9 if len(wide) == 1 else 0.3)


def _role(dimension: Dimension, is_x: bool) -> m.DimensionRole:
    if is_x:
        return "x"
    return "index" if dimension.name in ("batch", "") or dimension.size == 1 else "average"


@visualization(
    "bar",
    title="Bar graph",
    allowed=("x", "spread", "average", "max", "norm", "index"),
    needs=("x",),
    guess=_guess,
)
def bar(reading: Reading) -> Drawing:
    """A bar of several entries shows their average, and how far they reach."""
    grid = reading.grid()
    arrays = {"values": grid.values}
    if grid.is_reduced:
        arrays["minima"] = reading.grid("lowest").values
        arrays["maxima"] = reading.grid("highest").values
    low, high = ends(torch.cat([values.flatten() for values in arrays.values()]))
    drawing = Drawing(
        arrays, x=grid.x, panels=grid.panels, low=min(low, 0.0), high=max(high, 0.0),
        scale="diverging" if low < 0 < high else "sequential",
    )  # fmt: skip
    if grid.is_reduced:
        drawing.notes.append(f"A bar is the average of {grid.x.step:g} entries.")
    return drawing
