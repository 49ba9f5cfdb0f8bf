"""Small models that call one instance in several places."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


class SharedActivation(nn.Module):
    """Blocks that hold one activation, as detectors do."""

    class Block(nn.Module):
        act: nn.Module = nn.SiLU()

        def __init__(self, taken: int, given: int) -> None:
            super().__init__()
            self.conv = nn.Conv2d(taken, given, 1)
            self.act = SharedActivation.Block.act

        def forward(self, x: Tensor) -> Tensor:
            return self.act(self.conv(x))

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = self.Block(3, 4), self.Block(4, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x))


class EqualBlocks(nn.Module):
    """Equal blocks in a list, all with the same activation."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(SharedActivation.Block(4, 4) for _ in range(3)))

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(x)


class OnePool(nn.Module):
    """A U-Net's way down, with one pool in a loop."""

    def __init__(self) -> None:
        super().__init__()
        self.downs = nn.ModuleList(nn.Conv2d(3, 3, 1) for _ in range(3))
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for down in self.downs:
            x = down(x)
            kept.append(x.mean())
            x = self.pool(x)
        return x + sum(kept)


class Twice(nn.Module):
    """One activation on two lines of one forward."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.relu = nn.Linear(4, 4), nn.Linear(4, 4), nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.one(x))
        return self.relu(self.two(x))


class Siamese(nn.Module):
    """One encoder, which has a parameter of its own, for two inputs."""

    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(4, 4)
            self.scale = nn.Parameter(torch.ones(4))

        def forward(self, x: Tensor) -> Tensor:
            return self.linear(x) * self.scale

    def __init__(self) -> None:
        super().__init__()
        self.encoder = self.Encoder()

    def forward(self, left: Tensor, right: Tensor) -> Tensor:
        return self.encoder(left) - self.encoder(right)


class SharedTable(nn.Module):
    """An embedding registered three times and called in two of these places."""

    class Stack(nn.Module):
        def __init__(self, table: nn.Embedding, width: int) -> None:
            super().__init__()
            self.table, self.linear = table, nn.Linear(4, width)

        def forward(self, ids: Tensor) -> Tensor:
            return self.linear(self.table(ids))

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Embedding(9, 4)
        self.encoder, self.decoder = self.Stack(self.shared, 4), self.Stack(self.shared, 1)

    def forward(self, ids: Tensor) -> Tensor:
        return self.encoder(ids) + self.decoder(ids)


class SameLayer(nn.Module):
    """One layer again and again: in a loop, or as many members of a list."""

    def __init__(self, *, listed: bool = False) -> None:
        super().__init__()
        layer = Siamese.Encoder()
        self.layers = nn.ModuleList([layer] * 3) if listed else nn.ModuleList([layer])
        self.count = 1 if listed else 3

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            for _ in range(self.count):
                x = layer(x)
        return x


class Residuals(nn.Module):
    """One layer in a loop, with an addition between its calls."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.layer, self.steps = nn.Linear(4, 4), steps

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.steps):
            x = x + self.layer(x)
        return x


class DroppingCell(nn.Module):
    """A recurrent cell and a dropout in one loop."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.drop = nn.GRUCell(4, 4), nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(1, 4)
        for step in range(x.shape[1]):
            h = self.drop(self.cell(x[:, step], h))
        return h


class Pyramid(nn.Module):
    """One head for several levels: what it gives is joined, or goes to a layer for each."""

    def __init__(self, *, joined: bool) -> None:
        super().__init__()
        self.one, self.two, self.head = (nn.Linear(4, 4) for _ in range(3))
        self.three, self.four, self.joined = nn.Linear(4, 2), nn.Linear(4, 3), joined

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        one, two = (self.head(level) for level in (self.one(x), self.two(x)))
        return torch.cat([one, two]) if self.joined else (self.three(one), self.four(two))


class Shrinking(nn.Module):
    """One module in a loop whose calls differ in shape."""

    class Part(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(1))

        def forward(self, x: Tensor) -> Tensor:
            return (x * self.scale)[1:] * 1

    def __init__(self) -> None:
        super().__init__()
        self.part = self.Part()

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(3):
            x = self.part(x)
        return x


class Wrapping(nn.Module):
    """A module that calls what it is given, which is registered beside it."""

    class Around(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(4)

        def forward(self, x: Tensor, inner: Callable[[Tensor], Tensor]) -> Tensor:
            return x + inner(self.norm(x))

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 1)
        self.around = self.Around()

    def forward(self, x: Tensor) -> Tensor:
        return self.around(x, lambda y: self.attention(y, y, y)[0])


class Recursive(nn.Module):
    """A module that calls itself."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor, depth: int = 3) -> Tensor:
        y = self.linear(x)
        return y if depth == 0 else self(y, depth - 1)


class SharedInside(nn.Module):
    """A shared block around a shared block around a shared layer."""

    class Pair(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, x: Tensor) -> Tensor:
            x = self.inner(x) + 1
            return self.inner(x)

    def __init__(self, depth: int) -> None:
        super().__init__()
        module: nn.Module = nn.Linear(4, 4)
        for _ in range(depth):
            module = self.Pair(module)
        self.pair = module

    def forward(self, x: Tensor) -> Tensor:
        return self.pair(x)
