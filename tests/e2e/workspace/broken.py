"""Models that fail, each in its own way."""

import torch
from torch import nn


class NeedsWidth(nn.Module):
    """Cannot be made without arguments."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layer = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)


class Refuses(nn.Module):
    """Raises on its own account."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        message = "the second half is not written yet"
        raise ValueError(message)


class RaisesMidway(nn.Module):
    """Runs `first`, then fails in `second`; `third` is never reached."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(8, 8)
        self.second = Refuses()
        self.third = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.third(self.second(self.first(x)))
