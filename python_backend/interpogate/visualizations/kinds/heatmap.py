"""Heat map: any two dimensions as colours."""

from __future__ import annotations

from collections.abc import Sequence

from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.drawing import Drawing, scale_of
from interpogate.visualizations.reading import Pool, Reading
from interpogate.visualizations.registry import visualization
from interpogate.visualizations.roles import Guess, needs_two, plane

_CELLS = m.BlockOption(
    name="cells", title="A cell shows", value="average", choices=("average", "extreme")
)


def _guess(dimensions: Sequence[Dimension]) -> Guess:
    refusal = needs_two(dimensions)
    return Guess(refusal=refusal) if refusal else plane(dimensions, fit=0.6)


@visualization(
    "heatmap",
    title="Heat map",
    allowed=("x", "y", "spread", "average", "max", "norm", "index"),
    needs=("x", "y"),
    guess=_guess,
    options=(_CELLS,),
)
def heatmap(reading: Reading) -> Drawing:
    """Colours around zero where signs matter; a cell of several entries shows their average."""
    how = reading.option("cells", _CELLS.choices)
    pool: Pool = "extreme" if how == "extreme" else "average"
    grid = reading.grid(pool)
    is_part = reading.window is not None or reading.panel >= 0
    range_of = reading.whole().grid(pool).values if is_part else grid.values
    drawing = Drawing(
        {"values": grid.values}, x=grid.x, y=grid.y, panels=grid.panels, **scale_of(range_of)
    )
    if grid.is_reduced:
        word = "average" if pool == "average" else "largest magnitude"
        drawing.notes.append(f"A cell is the {word} of {grid.y.step:g} × {grid.x.step:g} entries.")
    return drawing
