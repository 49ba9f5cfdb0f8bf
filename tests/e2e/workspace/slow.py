"""A model whose layers wait while a file named `slow` lies beside it: so that a run can be interrupted."""

import time
from pathlib import Path

import torch
from torch import nn

SLOW = Path(__file__).with_name("slow")


class Layer(nn.Module):
    """A linear layer that takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if SLOW.exists():
            time.sleep(0.1)
        return self.linear(x)


class SlowNet(nn.Module):
    """Two hundred such layers: twenty seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(Layer() for _ in range(200)))
        self.head = nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.layers(x))
