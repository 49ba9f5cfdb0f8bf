"""Lines: values along one dimension as curves, such as the norm of the residual stream by layer."""

from __future__ import annotations

from collections.abc import Sequence

from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.drawing import Drawing, ends
from interpogate.visualizations.reading import Reading
from interpogate.visualizations.registry import visualization
from interpogate.visualizations.roles import Guess, needs_one

_MAXIMUM_CURVES = 64


def _guess(dimensions: Sequence[Dimension]) -> Guess:
    refusal = needs_one(dimensions)
    if refusal:
        return Guess(refusal=refusal)
    x = _along(dimensions)
    roles = tuple(_role(one, n == x) for n, one in enumerate(dimensions))
    is_by_layer = dimensions[x].name == "layers"
    return Guess(roles, fit=0.7 if is_by_layer else 0.4)


def _along(dimensions: Sequence[Dimension]) -> int:
    """Layers if there are some, else tokens, else the last dimension with several entries."""
    wide = [n for n, one in enumerate(dimensions) if one.size > 1] or [0]
    layers = [n for n in wide if dimensions[n].name == "layers"]
    tokens = [n for n in wide if dimensions[n].is_token_axis]
    return (layers or tokens or wide[-1:])[0]


def _role(dimension: Dimension, is_x: bool) -> m.DimensionRole:
    if is_x:
        return "x"
    if dimension.name == "features":
        return "norm"
    if dimension.name == "heads" and dimension.size <= _MAXIMUM_CURVES:
        return "y"
    return "index" if dimension.size == 1 or dimension.name in ("batch", "") else "average"


@visualization(
    "line",
    title="Line",
    allowed=("x", "y", "spread", "average", "max", "norm", "index"),
    needs=("x",),
    guess=_guess,
)
def line(reading: Reading) -> Drawing:
    """A curve for each entry of `y`; points that stand for several entries show their average."""
    grid = reading.grid()
    whole = reading.whole().grid().values if reading.window is not None else grid.values
    low, high = ends(whole)
    drawing = Drawing(
        {"values": grid.values}, x=grid.x, y=grid.y, panels=grid.panels, low=low, high=high
    )
    if grid.is_reduced:
        drawing.notes.append(f"A point is the average of {grid.x.step:g} entries.")
    return drawing
