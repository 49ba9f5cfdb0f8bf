"""Plain PyTorch modules, as one writes them: open them with *Interpogate: Open Model From This File…*."""

import torch
from torch import nn


class Residual(nn.Module):
    """Two layers with a way around them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.narrow(torch.relu(self.widen(self.norm(x))))


class SmallNet(nn.Module):
    """A residual network over feature vectors, `(batch, 16)` to `(batch, 3)`."""

    def __init__(self, width: int = 16, depth: int = 3) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Residual(width) for _ in range(depth))
        self.head = nn.Linear(width, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class Gated(nn.Module):
    """A module that takes two inputs and returns a dictionary."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.value = nn.Linear(width, width)
        self.gate = nn.Linear(width, width)

    def forward(self, x: torch.Tensor, context: torch.Tensor) -> dict[str, torch.Tensor]:
        gate = torch.sigmoid(self.gate(context))
        return {"mixed": gate * self.value(x), "gate": gate}
