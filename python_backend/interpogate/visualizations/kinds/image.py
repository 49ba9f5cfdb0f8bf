"""Image: feature maps, an input in colour with boxes, attention over the patches of an image."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from interpogate.protocol import messages as m
from interpogate.visualizations.boxes import Boxes, boxes_of
from interpogate.visualizations.dimensions import Dimension, patch_grid
from interpogate.visualizations.drawing import Drawing, ends, scale_of
from interpogate.visualizations.problems import RolesInvalid
from interpogate.visualizations.reading import Grid, Reading
from interpogate.visualizations.registry import visualization
from interpogate.visualizations.roles import MAXIMUM_SPREAD, Guess

_COLOURS = 3
_COLOUR = m.BlockOption(
    name="colour", title="Three channels", value="together", choices=("together", "apart")
)
_BOXES = m.BlockOption(name="boxes", title="Least score of a box", value="0.5")
_REFUSAL = "It takes height and width, or positions that are patches of an image."


def _guess(dimensions: Sequence[Dimension]) -> Guess:
    names = [one.name for one in dimensions]
    if {"height", "width"} <= set(names):
        roles: dict[str, m.DimensionRole] = {"height": "y", "width": "x"}
        return Guess(tuple(roles.get(d.name) or _rest(d) for d in dimensions), fit=0.9)
    patches = [n for n, one in enumerate(dimensions) if one.is_grid]
    if not patches:
        return Guess(refusal=_REFUSAL)
    chosen = tuple("x" if n == patches[-1] else _rest(d) for n, d in enumerate(dimensions))
    return Guess(chosen, fit=0.3)


def _rest(dimension: Dimension) -> m.DimensionRole:
    if dimension.name == "features":
        return "norm"
    is_small = 1 < dimension.size <= MAXIMUM_SPREAD
    return "spread" if is_small and dimension.name in ("channels", "heads", "layers") else "index"


@visualization(
    "image",
    title="Image",
    allowed=("x", "y", "spread", "average", "max", "norm", "index"),
    needs=("x",),
    guess=_guess,
    options=(_COLOUR, _BOXES),
)
def image(reading: Reading) -> Drawing:
    """Colour if there are three channels of an input; patches are laid over the input image."""
    if not reading.numbers("y"):
        return _overlay(reading)
    if _is_coloured(reading):
        return _coloured(reading)
    grid = reading.grid()
    whole = reading.whole().grid().values if reading.window is not None else grid.values
    drawing = Drawing(
        {"values": grid.values}, x=grid.x, y=grid.y, panels=grid.panels, **scale_of(whole)
    )
    if grid.is_reduced:
        drawing.notes.append(
            f"A pixel is the average of {grid.y.step:g} × {grid.x.step:g} entries."
        )
    return drawing


def _is_coloured(reading: Reading) -> bool:
    spread = reading.numbers("spread")
    is_three = [reading.dimensions[n].size for n in spread] == [_COLOURS]
    is_input = reading.value.name.startswith("input")
    return is_three and is_input and reading.option("colour", _COLOUR.choices) == "together"


def _coloured(reading: Reading) -> Drawing:
    grid = reading.grid()
    if grid.values.shape[0] != _COLOURS:  # one panel is asked for
        return Drawing({"values": grid.values}, x=grid.x, y=grid.y, **scale_of(grid.values))
    low, high = ends(reading.whole().grid().values)
    drawing = Drawing({"rgb": _rgb(grid, low, high)}, x=grid.x, y=grid.y, low=low, high=high)
    _add_boxes(reading, drawing)
    return drawing


def _rgb(grid: Grid, low: float, high: float) -> torch.Tensor:
    """`(1, rows, columns, 3)`, the least value black, the greatest white."""
    shares = (grid.values - low) / max(high - low, 1e-12)
    pixels = (shares.nan_to_num(0.0).clamp(0, 1) * 255).round().to(torch.uint8)
    return pixels.permute(1, 2, 0)[None]


def _add_boxes(reading: Reading, drawing: Drawing) -> None:
    size = reading.observed.image_size
    if size != (int(drawing.y.size), int(drawing.x.size)):
        return
    found: Boxes | None = boxes_of(reading.observed, reading.option("boxes"))
    if found is not None:
        height, width = size
        drawing.arrays["boxes"] = found.corners * torch.tensor([width, height, width, height])
        drawing.texts["boxes"] = found.labels


def _overlay(reading: Reading) -> Drawing:
    """Values of patches as a grid over the input image, from 0 (least) to 1 (greatest)."""
    positions = reading.dimensions[reading.numbers("x")[0]]
    layout = patch_grid(positions.size, reading.observed)
    if layout is None:
        raise RolesInvalid(f"{positions.size} positions are no grid of patches of an image.")
    rows, columns, leading = layout
    whole = reading.full()
    cells = whole.values[:, 0, leading:].reshape(-1, rows, columns)
    low, high = ends(cells)
    y = m.BlockAxis(name="patch rows", size=rows, first=0, step=1.0, count=rows)
    x = m.BlockAxis(name="patch columns", size=columns, first=0, step=1.0, count=columns)
    drawing = Drawing({"values": cells}, x=x, y=y, panels=whole.panels, low=low, high=high)
    picture = _input_image(reading, cells.shape[0])
    if picture is not None:
        share = (cells - low) / max(high - low, 1e-12)
        drawing.arrays = {"rgb": picture, "overlay": share.nan_to_num(0.0)}
    return drawing


def _input_image(reading: Reading, panels: int) -> torch.Tensor | None:
    """The image that went in, once for each panel, `(panels, rows, columns, 3)`."""
    tensors = [v for v in reading.observed.inputs.values() if isinstance(v, torch.Tensor)]
    images = [one for one in tensors if one.dim() == 4 and one.shape[1] == _COLOURS]  # noqa: PLR2004
    if not images:
        return None
    room = min(reading.width, reading.height, int((1_000_000 / panels / _COLOURS) ** 0.5))
    pixels = images[0][:1].detach().float().cpu()
    step = max(-(-max(pixels.shape[-2:]) // max(room, 1)), 1)
    small = torch.nn.functional.avg_pool2d(pixels, step, ceil_mode=True)[0]
    low, high = ends(small)
    shares = ((small - low) / max(high - low, 1e-12)).nan_to_num(0.0).clamp(0, 1)
    rgb = (shares * 255).round().to(torch.uint8).permute(1, 2, 0)
    return rgb[None].expand(panels, *rgb.shape)
