"""Attention: queries down, keys across, heads as small multiples, weights from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interpogate.protocol import messages as m
from interpogate.visualizations.attention import ATTENTION
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.drawing import Drawing, ends, scale_of
from interpogate.visualizations.reading import Grid, Reading
from interpogate.visualizations.registry import visualization
from interpogate.visualizations.roles import Guess

_AXES: dict[str, m.DimensionRole] = {"query": "y", "key": "x", "heads": "spread"}
_MAXIMUM_HEADS = 256
_PROBABILITY = 1.001


def _guess(dimensions: Sequence[Dimension]) -> Guess:
    names = [one.name for one in dimensions]
    if "query" not in names or "key" not in names:
        return Guess(refusal="It takes weights of queries and keys, such as [1, 12, 9, 9].")
    return Guess(tuple(_role(one, names) for one in dimensions), fit=1.0)


def _role(dimension: Dimension, names: list[str]) -> m.DimensionRole:
    if dimension.name == "layers":
        return "spread"
    if dimension.name == "heads" and ("layers" in names or dimension.size > _MAXIMUM_HEADS):
        return "average"
    return _AXES.get(dimension.name, "index")


@visualization(
    "attention",
    title="Attention",
    allowed=("x", "y", "spread", "average", "max", "index"),
    needs=("x", "y"),
    guess=_guess,
    fallback=ATTENTION,
)
def attention(reading: Reading) -> Drawing:
    """Cells of several positions show their average, so that each row still adds up."""
    grid = reading.grid()
    colours = _colours(reading, grid)
    drawing = Drawing({"values": grid.values}, x=grid.x, y=grid.y, panels=grid.panels, **colours)
    if grid.is_reduced:
        drawing.notes.append(f"A cell is the average of {grid.y.step:g} × {grid.x.step:g} weights.")
    return drawing


def _colours(reading: Reading, grid: Grid) -> dict[str, Any]:
    """From 0 to 1 where that is known or seen, else as for any heat map."""
    probability = {"scale": "probability", "low": 0.0, "high": 1.0}
    if reading.value.is_probability:
        return probability
    whole = reading.whole().grid().values if reading.window is not None else grid.values
    low, high = ends(whole)
    return probability if low >= 0 and high <= _PROBABILITY else scale_of(whole)
