"""A small network that looks at images."""

import torch
from torch import nn

example_inputs = {"pixel_values": torch.zeros(1, 3, 24, 32)}


class SmallVision(nn.Module):
    """Two convolutions and a linear head on images of 24 × 32."""

    def __init__(self) -> None:
        super().__init__()
        self.early = nn.Conv2d(3, 4, 3, stride=2)
        self.late = nn.Conv2d(4, 8, 3, stride=2)
        self.head = nn.Linear(8, 5)

    def forward(self, pixel_values: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
        seen = torch.relu(self.late(torch.relu(self.early(pixel_values))))
        return self.head(seen.mean((2, 3))) * scale
