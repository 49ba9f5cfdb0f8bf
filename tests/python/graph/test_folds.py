"""What a folded node stands for, wherever one asks: all of its members, also of several lists."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from interpogate.graph.graph import Graph
from interpogate.presentation.details import hooked_module
from interpogate.presentation.selection import selected_modules
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder
from interpogate.visualizations.places import place_of


def block() -> nn.Module:
    return nn.Sequential(nn.Linear(8, 8), nn.ReLU())


class Neighbours(nn.Module):
    """Equal blocks of two lists that take turns, so that only all of them together can fold."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.ModuleList(block() for _ in range(3))
        self.two = nn.ModuleList(block() for _ in range(3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for one, two in zip(self.one, self.two, strict=True):
            x = two(one(x))
        return x


class Stages(nn.Module):
    """The same as lists in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList(nn.ModuleList(block() for _ in range(3)) for _ in range(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for number in range(3):
            for stage in self.stages:
                x = stage[number](x)  # type: ignore[index]
        return x


class Plain(nn.Module):
    """One list, with a layer of another kind among its blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = nn.Sequential(block(), block(), nn.LayerNorm(8), block(), block())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.stack(x)
        return y


def traced(model: nn.Module) -> Graph:
    modules = declared_modules(model)
    recorder = Recorder(modules)
    with torch.no_grad(), recorder.watching():
        model(torch.ones(1, 8))
    return Graph(modules.tree, recorder.recording(), "run", 1)


@pytest.mark.parametrize(
    ("model", "members"),
    [
        (Neighbours, [["one.0", "one.1", "one.2", "two.0", "two.1", "two.2"]]),
        (Stages, [[f"stages.{i}.{j}" for i in range(2) for j in range(3)]]),
        (Plain, [["stack.0", "stack.1"], ["stack.3", "stack.4"]]),
    ],
)
def test_code_and_blocks_for_a_fold_mean_all_of_its_members(
    model: type[nn.Module], members: list[list[str]]
) -> None:
    graph = traced(model())
    view = graph.view("essential")
    folds = [node for node in view.nodes.values() if node.kind == "group"]
    assert [node.repeats for node in folds] == [len(own) for own in members]
    for node, expected in zip(folds, members, strict=True):
        assert hooked_module(graph, node).path == expected[0]
        assert [one.path for one in selected_modules(graph, [node.id])] == expected
        modules = place_of(graph, node.id).modules
        assert [graph.tree.modules[index].path for index in modules] == expected
