"""A small network that looks at images, and one with a processor of its own."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class SmallVision(nn.Module):
    """Two convolutions and a linear head on images of 24 × 32."""

    example_inputs = {"pixel_values": torch.zeros(1, 3, 24, 32)}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.early = nn.Conv2d(3, 4, 3, stride=2)
        self.late = nn.Conv2d(4, 8, 3, stride=2)
        self.head = nn.Linear(8, 5)

    def forward(self, pixel_values: Tensor, scale: float = 1.0, mode: str = "") -> Tensor:
        if mode == "refuse":
            raise ValueError(mode)
        seen = torch.relu(self.late(torch.relu(self.early(pixel_values))))
        scores: Tensor = self.head(seen.mean((2, 3))) * scale
        return scores


class GreyVision(nn.Module):
    """Takes one channel in whole numbers."""

    example_inputs = {"x": torch.zeros(1, 1, 8, 8, dtype=torch.uint8)}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(1, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.layer(x.float())
        return scores


def image_processor(images: Any, return_tensors: str) -> dict[str, Tensor]:
    """A constant picture, so that one sees who prepared it."""
    assert return_tensors == "pt"
    return {"pixel_values": torch.full((1, 3, 24, 32), float(images.shape[0]))}
