"""What a kind draws: axes and numbers, still as tensors; and how they are written for the wire."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

import torch

from interpogate.protocol import messages as m

MAXIMUM_FLOATS = 65_536
MAXIMUM_CELLS = 1 << 21
_CODES = 252
_MINUS_INFINITE, _INFINITE, _NAN = 253, 254, 255

NO_AXIS = m.BlockAxis(name="", size=1, first=0, step=1.0, count=1)


@dataclass
class Drawing:
    """A picture before it is written; a kind fills in what it has."""

    arrays: dict[str, torch.Tensor]
    """Float32 numbers; uint8 ones go as they are."""
    x: m.BlockAxis = NO_AXIS
    y: m.BlockAxis = NO_AXIS
    panels: m.BlockAxis = NO_AXIS
    scale: m.ScaleKind = "sequential"
    low: float = 0.0
    high: float = 1.0
    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """Sentences about what was derived or left out."""


def ends(values: torch.Tensor) -> tuple[float, float]:
    """Least and greatest finite value; 0 and 1 if there is none."""
    finite = values[torch.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.numel() else (0.0, 1.0)


def scale_of(values: torch.Tensor) -> dict[str, Any]:
    """Colours for finite values: around zero where signs matter, else from the least on."""
    low, high = ends(values)
    if low < 0 < high:
        extent = max(-low, high)
        return {"scale": "diverging", "low": -extent, "high": extent}
    return {"scale": "sequential", "low": low, "high": high}


def array(name: str, values: torch.Tensor) -> m.BlockArray:
    """An array as a message; many numbers are written as codes between the ends of their row."""
    shape = tuple(int(size) for size in values.shape)
    if values.dtype == torch.uint8:
        return m.BlockArray(name=name, dtype="uint8", shape=shape, data=_text(values))
    if values.numel() <= MAXIMUM_FLOATS:
        return m.BlockArray(name=name, dtype="float32", shape=shape, data=_text(values.float()))
    codes, lows, highs = _scaled(values.float())
    return m.BlockArray(
        name=name,
        dtype="uint8",
        shape=shape,
        data=_text(codes),
        lows=_text(lows),
        highs=_text(highs),
    )


def _scaled(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    finite = torch.isfinite(values)
    lows = values.masked_fill(~finite, torch.inf).amin(-1, keepdim=True)
    highs = values.masked_fill(~finite, -torch.inf).amax(-1, keepdim=True)
    empty = lows > highs
    lows, highs = lows.masked_fill(empty, 0.0), highs.masked_fill(empty, 0.0)
    extent = (highs.double() - lows.double()).clamp(min=1e-300)
    place = ((values.double() - lows.double()) / extent * _CODES).round()
    codes = place.nan_to_num(0.0, 0.0, 0.0).clamp(0, _CODES).to(torch.uint8)
    codes[values == -torch.inf] = _MINUS_INFINITE
    codes[values == torch.inf] = _INFINITE
    codes[torch.isnan(values)] = _NAN
    return codes, lows.squeeze(-1), highs.squeeze(-1)


def _text(values: torch.Tensor) -> str:
    return base64.b64encode(values.contiguous().numpy().tobytes()).decode()
