"""Small models that each show one thing; fixtures of the Python tests, examples of what works."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """Two equal blocks with residual connections."""

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(8)
            self.linear = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            return x + torch.relu(self.linear(self.norm(x)))

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([self.Block() for _ in range(2)])
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class Recurrent(nn.Module):
    """One cell called for every position."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(6, 12)
        self.out = nn.Linear(12, 3)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(x.shape[0], 12)
        for step in range(x.shape[1]):
            h = self.cell(x[:, step], h)
        return self.out(h)


class Interleaved(nn.Module):
    """Two lists whose members take turns: folding either would invent a cycle."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.ModuleList([nn.Sequential(nn.Linear(8, 8)) for _ in range(3)])
        self.mlp = nn.ModuleList([nn.Sequential(nn.Linear(8, 8)) for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        for attention, mlp in zip(self.attention, self.mlp, strict=True):
            x = x + attention(x)
            x = x + mlp(x)
        return x


class TiedWeights(nn.Module):
    """An embedding whose weight is the head's too, and a shared module under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.norm = nn.LayerNorm(4)
        self.same_norm = self.norm
        self.head = nn.Linear(4, 10, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.same_norm(self.norm(self.embedding(ids))))


class FunctionalUse(nn.Module):
    """A layer that is never called: its weight goes into a function."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.passing = nn.Identity()
        self.unused = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.passing(nn.functional.linear(x, self.layer.weight, self.layer.bias))


class FailsMidway(nn.Module):
    """The second layer takes another width than the first one gives."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.second = nn.Linear(9, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(torch.relu(self.first(x)))


class Refusing(nn.Module):
    """A layer that raises before it computes anything, between two that do."""

    class Refuses(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            raise NotImplementedError("not written yet")

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = self.Refuses()
        self.third = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.third(self.second(self.first(x)))


class LooksAtValues(nn.Module):
    """Cannot run on fake tensors, since it branches on a value."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x) if x.sum().item() > 0 else -self.layer(x)


@dataclass
class Pair:
    """An output with fields."""

    mean: Tensor
    parts: list[Tensor]


class NestedOutput(nn.Module):
    """Returns a dataclass with a list."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Tensor, *, scale: float = 1.0) -> Pair:
        y = self.layer(x) * scale
        return Pair(y.mean(), [y, x])


class NeedsArguments(nn.Module):
    """Cannot be made without knowing a width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layer = nn.Linear(width, width)


def small_network() -> nn.Module:
    """A function that returns a model."""
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(3))


def raises_while_building() -> nn.Module:
    """A function that fails."""
    raise RuntimeError("no such weights")


a_number = 3
residual = Residual()
