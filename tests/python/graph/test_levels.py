"""What the graph shows of small models: nodes and true data flow, level by level."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import networks
import pytest
import torch
from torch import nn

from interpogate.graph.essential import Detail
from interpogate.graph.graph import Graph
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder


def traced(model: nn.Module, *args: Any, **kwargs: Any) -> Graph:
    modules = declared_modules(model)
    recorder = Recorder(modules)
    with torch.no_grad(), recorder.watching():
        model(*args, **kwargs)
    assert recorder.internal_errors == 0
    return Graph(modules.tree, recorder.recording(), "run", 1)


def edges(graph: Graph, container: str, detail: Detail = "essential") -> set[tuple[str, str]]:
    """Edges by short names: `x → y`, ports as `in` and `out`."""
    level = graph.view(detail).levels[container]

    def short(node_id: str) -> str:
        node = level.nodes[node_id]
        if node.kind in ("input", "output") and not node.name:
            return "in" if node.kind == "input" else "out"
        return node.name

    return {(short(source), short(target)) for source, target in level.edges}


RESIDUAL = (networks.Residual, (torch.ones(2, 8),))


@pytest.mark.parametrize(
    ("model", "inputs", "container", "expected"),
    [
        (*RESIDUAL, ".", {("x", "blocks"), ("blocks", "head"), ("head", "output")}),
        (*RESIDUAL, "blocks", {("in", "0"), ("0", "1"), ("1", "out")}),
        (
            *RESIDUAL,
            "blocks.0",
            {
                ("in", "norm"),
                ("norm", "linear"),
                ("linear", "relu"),
                ("relu", "+"),
                ("in", "+"),
                ("+", "out"),
            },
        ),
        (
            networks.Recurrent,
            (torch.ones(1, 5, 6),),
            ".",
            {
                ("x", "cell"),
                ("zeros", "cell"),
                ("cell", "cell"),
                ("cell", "out"),
                ("out", "output"),
            },
        ),
        (
            networks.TiedWeights,
            (torch.tensor([[1, 2]]),),
            ".",
            {
                ("ids", "embedding"),
                ("embedding", "norm"),
                ("norm", "norm"),
                ("norm", "head"),
                ("head", "output"),
            },
        ),
        (
            networks.FunctionalUse,
            (torch.ones(1, 4),),
            ".",
            {("x", "linear"), ("layer", "linear"), ("linear", "passing"), ("passing", "output")},
        ),
    ],
)
def test_edges_are_the_flow_of_tensors(
    model: type[nn.Module],
    inputs: tuple[torch.Tensor, ...],
    container: str,
    expected: set[tuple[str, str]],
) -> None:
    assert edges(traced(model(), *inputs), container) == expected


def test_equal_blocks_are_folded_into_their_list() -> None:
    node = traced(*_made(RESIDUAL)).view("essential").nodes["blocks"]
    assert (node.kind, node.repeats, node.type_name) == ("group", 2, "Block")


def test_lists_whose_members_take_turns_are_dissolved() -> None:
    graph = traced(networks.Interleaved(), torch.ones(1, 8))
    flow = edges(graph, ".")
    assert ("attention.0", "+") in flow
    assert ("+", "mlp.2") in flow
    assert "attention" not in graph.view("essential").levels["."].nodes


def test_members_of_lists_in_a_list_that_take_turns_are_told_apart() -> None:
    class Turns(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stages = nn.ModuleList(
                nn.ModuleList(networks.Residual.Block() for _ in range(3)) for _ in range(2)
            )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for number in range(3):
                for stage in self.stages:
                    x = stage[number](x)  # type: ignore[index]
            return x

    graph = traced(Turns(), torch.ones(1, 8))
    node = graph.view("essential").nodes["stages"]
    assert (node.kind, node.repeats, node.type_name) == ("group", 6, "Block")
    order = ["0.0", "1.0", "0.1", "1.1", "0.2", "1.2"]
    steps = {*pairwise(order), ("in", "0.0"), ("1.2", "out")}
    assert edges(graph, "stages") == steps


def test_a_path_of_a_dissolved_list_is_found_in_what_is_around_it() -> None:
    graph = traced(networks.Interleaved(), torch.ones(1, 8))
    assert graph.locate("attention") == (".", ())
    assert graph.locate("mlp.1") == ("mlp.1", (".",))


def test_edges_carry_the_tensor_as_it_crosses_the_border() -> None:
    class Heads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.project = nn.Linear(8, 24)
            self.out = nn.Linear(8, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            q, k, v = (p.view(1, 5, 2, 4).transpose(1, 2) for p in self.project(x).split(8, -1))
            mixed = nn.functional.scaled_dot_product_attention(q, k, v)
            y: torch.Tensor = self.out(mixed.transpose(1, 2).reshape(1, 5, 8))
            return y

    level = traced(Heads(), torch.ones(1, 5, 8)).view("essential").levels["."]
    attention = ".::call:scaled_dot_product_attention#0"
    three = level.edges["project", attention]
    assert (three.tensor.shape, len(three.makers)) == ((1, 2, 5, 4), 3)
    assert level.edges[attention, "out"].tensor.shape == (1, 5, 8)


def test_all_detail_shows_what_only_rearranges() -> None:
    graph = traced(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), torch.ones(1, 2, 2))
    model = networks.Recurrent()
    assert ("x", "getitem") in edges(traced(model, torch.ones(1, 2, 6)), ".", "all")
    assert edges(graph, ".") == {("input", "0"), ("0", "1"), ("1", "output")}


def test_a_module_that_did_not_run_is_there_without_flow() -> None:
    graph = traced(networks.FunctionalUse(), torch.ones(1, 4))
    level = graph.view("essential").levels["."]
    assert level.nodes["unused"].calls == 0
    assert not [pair for pair in level.edges if "unused" in pair]


def test_every_edge_joins_nodes_of_its_level() -> None:
    for model, inputs in (RESIDUAL, (networks.Interleaved, (torch.ones(1, 8),))):
        for detail in ("essential", "all"):
            view = traced(model(), *inputs).view(detail)
            for level in view.levels.values():
                ends = {end for pair in level.edges for end in pair}
                assert ends <= set(level.nodes)


def test_without_a_recording_the_tree_of_modules_is_shown() -> None:
    graph = Graph(declared_modules(networks.Residual()).tree)
    level = graph.view("essential").levels["."]
    assert list(level.nodes) == ["blocks", "head"]
    assert not level.edges


def _made(case: tuple[type[nn.Module], tuple[torch.Tensor, ...]]) -> tuple[Any, ...]:
    return (case[0](), *case[1])


def test_a_constant_is_one_node_named_by_what_made_it() -> None:
    class Positions(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(9, 4)
            self.masked = nn.MultiheadAttention(4, 1, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            positions = (torch.arange(5) + 1).unsqueeze(0)
            mask = torch.ones(5, 5).tril() == 0
            x = x * torch.tensor(2.0) + self.table(positions)
            y: torch.Tensor = self.masked(x, x, x, attn_mask=mask, need_weights=False)[0]
            return y

    flow = edges(traced(Positions(), torch.ones(1, 5, 4)), ".")
    assert ("arange", "table") in flow
    assert ("ones", "masked") in flow
    assert ("x", "×") in flow
    assert len([source for source, _ in flow if source in ("arange", "ones", "tensor")]) == 2


def test_a_module_that_raised_at_once_is_joined_to_what_it_was_given() -> None:
    modules = declared_modules(networks.Refusing())
    recorder = Recorder(modules)
    with pytest.raises(NotImplementedError), recorder.watching():
        modules.live[0](torch.ones(1, 4))
    graph = Graph(modules.tree, recorder.recording(), "run", 1)
    assert edges(graph, ".") == {("x", "first"), ("first", "second")}
    assert graph.failed_node == "second"
