"""Small models whose flows are plain to see, and how to read what is shown of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from interpogate import Interpogate

Pair = tuple[str, str]


def watched(model: nn.Module, *args: Any, **inputs: Any) -> Interpogate:
    """After one run in evaluation mode without gradients."""
    interp = Interpogate(model.eval())
    with torch.no_grad():
        interp.forward(*args, **inputs)
    return interp


def pairs(interp: Interpogate) -> set[Pair]:
    """Edges by short names: `a`, `input:x`, `call:add#0`, `output:`."""
    return {(_short(edge.source), _short(edge.target)) for edge in interp.graph.edges}


def into(interp: Interpogate, target: str) -> set[str]:
    """What flows into a node."""
    return {source for source, own in pairs(interp) if own == target}


def reached(found: Iterable[Pair], start: str) -> set[str]:
    """All nodes that something from a node flows into, on whatever way."""
    seen, waiting = set[str](), [start]
    while waiting:
        source = waiting.pop()
        for own, target in found:
            if own == source and target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


class Between(nn.Module):
    """`b(way(a(x)))`."""

    def __init__(self, way: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)
        self.way = [way]

    def forward(self, x: torch.Tensor) -> Any:
        return self.b(self.way[0](self.a(x)))


class Beside(nn.Module):
    """`b(way(c(x), a(x)))`: what `way` takes of its second argument is in question."""

    def __init__(self, way: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.a, self.b, self.c = (nn.Linear(4, 4) for _ in range(3))
        self.way = [way]

    def forward(self, x: torch.Tensor) -> Any:
        return self.b(self.way[0](self.c(x), self.a(x)))


def _short(node: str) -> str:
    return node.removeprefix(".::")
