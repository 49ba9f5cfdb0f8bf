"""Small models that do what real ones sometimes do: each is one case of the truth list."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint


class Lists(nn.Module):
    """Layers and weights in torch's three kinds of containers."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])
        self.heads = nn.ModuleDict({"a": nn.Linear(4, 2), "b": nn.Linear(4, 3)})
        self.scales = nn.ParameterList([torch.ones(4), torch.ones(4)])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        for layer, scale in zip(self.layers, self.scales, strict=True):
            x = layer(x) * scale
        return {name: head(x) for name, head in self.heads.items()}


class CallsForward(nn.Module):
    """Goes around `__call__`, so no hook of the layer runs."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer.forward(x)


class Returns(nn.Module):
    """Returns what it is told to, after one layer."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.result = result

    def forward(self, x: Tensor) -> Any:
        return self.result(self.layer(x))


class Streams(nn.Module):
    """Returns a generator, whose body runs when somebody asks for its items."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Iterator[Tensor]:
        for row in x:
            yield self.layer(row)


class InPlace(nn.Module):
    """Changes its tensors after they went through layers, one of them through a view."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        y = self.first(x)
        y.relu_()
        y[:, :2].mul_(3)
        y[:, 2] = x[:, 0]
        return self.second(y)


class Handles(nn.Module):
    """One layer raises, and the model has another way."""

    def __init__(self) -> None:
        super().__init__()
        self.broken = nn.Linear(5, 4)
        self.other = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        try:
            return self.broken(x)
        except RuntimeError:
            return self.other(x)


class Checkpointed(nn.Module):
    """A block whose activations are computed again in the backward pass."""

    def __init__(self, *, use_reentrant: bool) -> None:
        super().__init__()
        self.before = nn.Linear(4, 4)
        self.block = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
        self.use_reentrant = use_reentrant

    def forward(self, x: Tensor) -> Tensor:
        x = self.before(x)
        return checkpoint(self.block, x, use_reentrant=self.use_reentrant) + x


class Noisy(nn.Module):
    """Depends on the training mode, the random state and a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.norm = nn.BatchNorm1d(4)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(self.norm(self.layer(x))) + torch.rand_like(x)


class Generates(nn.Module):
    """Calls itself once for each step, each on what the last one gave."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.layer(x))

    def generate(self, x: Tensor, steps: int) -> Tensor:
        for _ in range(steps):
            x = self(x)
        return x


class Threads(nn.Module):
    """Runs one of its layers in a thread of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.here = nn.Linear(4, 4)
        self.there = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        found: list[Tensor] = []
        thread = Thread(target=lambda: found.append(self.there(x)))
        thread.start()
        thread.join()
        return self.here(x) + found[0]


class Scripted(nn.Module):
    """Can be compiled to TorchScript."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 4), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def encoder(layers: int = 2) -> nn.TransformerEncoder:
    """Torch's transformer, which has a fused way of its own when nobody watches."""
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    return nn.TransformerEncoder(layer, layers).eval()
