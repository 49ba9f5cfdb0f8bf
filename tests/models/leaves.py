"""Small models whose direct flows between leaf modules are known."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Chain(nn.Module):
    """x → a → b → the result, beside c."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = (nn.Linear(4, 4) for _ in range(3))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.b(self.a(x)), self.c(x)


class Deep(nn.Module):
    """More leaves than are perturbed one by one."""

    def __init__(self, layers: int = 26) -> None:
        super().__init__()
        self.first = nn.ModuleList(nn.Linear(4, 4) for _ in range(layers))
        self.second = nn.ModuleList(nn.Linear(4, 4) for _ in range(layers))

    def forward(self, x: Tensor) -> Tensor:
        for first, second in zip(self.first, self.second, strict=True):
            x = second(torch.tanh(first(x)))
        return x


class Norm(nn.Module):
    """Takes a second argument for its type alone."""

    def forward(self, x: Tensor, like: Tensor) -> Tensor:
        return (x * 2).to(like.dtype)


class AsksForType(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.norm = nn.Linear(4, 4), Norm()

    def forward(self, x: Tensor) -> Tensor:
        h = self.a(x)
        return self.norm(x, h) + h


class Branches(nn.Module):
    """Goes the way that its values choose; perturbed values would choose another one."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        h = self.a(x)
        for _ in range(int((h.abs().sum() * 0).item()) + 2):
            h = torch.relu(self.b(h))
        return h if bool((h < 1e9).all()) else self.b(h * float(h.max()))


class Samples(nn.Module):
    """Draws random numbers in a leaf and outside."""

    def __init__(self) -> None:
        super().__init__()
        self.drop, self.a = nn.Dropout(0.5), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.a(self.drop(x)) + torch.randn(x.shape)


class Writes(nn.Module):
    """A leaf changes what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.act, self.b = nn.Linear(4, 4), nn.ReLU(inplace=True), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        h = self.a(x)
        self.act(h)
        return self.b(h)


class Cuts(nn.Module):
    """Only one of two joined tensors is read."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = (nn.Linear(4, 4) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat([self.a(x), self.b(x)])
        return self.c(joined[: x.shape[0]])


class Hidden(nn.Module):
    """A product with zero hides a flow from every finite value."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.b(self.a(x) * 0.0 + x)


class Tied(nn.Module):
    """Uses the weight of another module, which is no flow."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.a = nn.Embedding(5, 4), nn.Linear(4, 4)

    def forward(self, ids: Tensor) -> Tensor:
        return nn.functional.linear(self.a(self.embed(ids)), self.embed.weight)


class Moves(nn.Module):
    """Never the same way twice."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.count = nn.Linear(4, 4), [0]

    def forward(self, x: Tensor) -> Tensor:
        Moves.calls += 1
        for _ in range(Moves.calls):
            x = self.a(x) + x
        return x

    calls = 0
