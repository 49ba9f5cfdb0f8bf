"""Histogram: how often values occur. Every dimension with the role `x` is counted together."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.drawing import Drawing, ends
from interpogate.visualizations.problems import OptionInvalid, RolesInvalid
from interpogate.visualizations.reading import Reading
from interpogate.visualizations.registry import visualization
from interpogate.visualizations.roles import MANY, Guess

_MAXIMUM_BINS = 512
_BINS = m.BlockOption(name="bins", title="Bins", value="60")


def _guess(dimensions: Sequence[Dimension]) -> Guess:
    is_small = len(dimensions) == 1
    roles = tuple(_role(one) for one in dimensions)
    return Guess(roles, fit=0.5 if is_small else 0.55)


def _role(dimension: Dimension) -> m.DimensionRole:
    return "spread" if dimension.name == "layers" else "x"


def _cell(reading: Reading, panel: int, row: int, column: int) -> m.BlockCell:  # noqa: ARG001 (one row)
    drawing = histogram(reading)
    counts, edges = drawing.arrays["values"], drawing.arrays["edges"]
    if not (0 <= panel < counts.shape[0] and 0 <= column < counts.shape[2]):
        raise RolesInvalid("There is no such bin.", hint="Point into the block.")
    ends = f"{float(edges[column]):.6g} to {float(edges[column + 1]):.6g}"
    return m.BlockCell(text=f"{int(counts[panel, 0, column]):,}", facts=(("values", ends),))


@visualization(
    "histogram",
    title="Histogram",
    allowed=("x", "spread", "average", "max", "norm", "index"),
    many=("x", *MANY),
    guess=_guess,
    options=(_BINS,),
    cell=_cell,
)
def histogram(reading: Reading) -> Drawing:
    """Equal bins between the least and the greatest finite value; NaN and Inf are left out."""
    count = _bin_count(reading.option("bins"), reading.width)
    samples, panels = reading.samples()
    low, high = ends(samples)
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = torch.linspace(low, high, count + 1, dtype=torch.float64).float()
    counts = torch.stack([_counts(one, count, low, high) for one in samples])
    bins = m.BlockAxis(name="value", size=count, first=0, step=1.0, count=count)
    return Drawing(
        {"values": counts[:, None, :], "edges": edges},
        x=bins,
        panels=panels,
        low=0.0,
        high=float(counts.max()),
    )


def _counts(values: torch.Tensor, count: int, low: float, high: float) -> torch.Tensor:
    finite = values[torch.isfinite(values)]
    return torch.histc(finite, bins=count, min=low, max=high)


def _bin_count(text: str, width: int) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if not 1 <= count <= _MAXIMUM_BINS:
        raise OptionInvalid(f"Bins cannot be {text!r}: it is a number from 1 to {_MAXIMUM_BINS}.")
    return min(count, max(width, 1))
