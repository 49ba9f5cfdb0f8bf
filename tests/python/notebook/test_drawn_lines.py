"""Every edge of the graph is drawn from end to end, and nothing else is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import networks
import oddities
import pytest
import torch
import vision
from torch import Tensor, nn

from drawn_graph import DrawnGraph
from interpogate import Interpogate
from interpogate.graph.essential import Detail
from interpogate.notebook.drawing import svg
from interpogate.presentation.subject import Subject


class TwoOutputs(nn.Module):
    """Gives what several ports of another module take."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(1, 4)
        self.project = nn.Linear(2, 4)

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self.project(points), self.table.weight.expand(3, 4)


class ManyPorts(nn.Module):
    """Takes four tensors, each for something else."""

    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(4, 2)

    def forward(self, image: Tensor, place: Tensor, sparse: Tensor, dense: Tensor) -> Tensor:
        first: Tensor = self.out(image * 2 + dense)
        second: Tensor = self.out(place.sin())
        third: Tensor = self.out(sparse.cos())
        return first + second + third


class Prompted(nn.Module):
    """One node feeds several ports, as in a mask decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.image, self.prompt, self.decoder = nn.Linear(4, 4), TwoOutputs(), ManyPorts()

    def forward(self, x: Tensor, points: Tensor) -> Tensor:
        sparse, dense = self.prompt(points)
        place = self.prompt.project(torch.ones(3, 2))
        found: Tensor = self.decoder(self.image(x), place, sparse, dense)
        return found


class Inner(nn.Module):
    """Several results, each taken by several."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        return self.a(x), self.b(y)


class Outer(nn.Module):
    """Passes two tensors on to what tells them apart."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Inner()

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        first, second = self.inner(x, y)
        return first, second


class Nested(nn.Module):
    """Containers in containers with two ways through all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.outer, self.head = Outer(), nn.Linear(4, 2)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        first, second = self.outer(x.sin(), x.cos())
        return self.head(first + second), first * second


class Cell(nn.Module):
    """Two states that come back."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        c = torch.sigmoid(self.a(x)) * c
        return torch.tanh(self.b(h)) + c, c


class Steps(nn.Module):
    """A cell of one's own, called in a loop."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = Cell()

    def forward(self, x: Tensor) -> Tensor:
        h = c = torch.zeros(1, 4)
        for step in range(3):
            h, c = self.cell(x[:, step], h, c)
        return h


class Random(nn.Module):
    """Containers that take and give several tensors, wired by chance."""

    def __init__(self, chance: random.Random, depth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleDict(
            {
                f"m{n}": Random(chance, depth - 1)
                if depth and chance.random() < 0.5
                else nn.Linear(4, 4)
                for n in range(chance.randint(2, 4))
            }
        )
        self.seed = chance.random()

    def forward(self, *given: Tensor) -> tuple[Tensor, ...]:
        chance = random.Random(self.seed)  # noqa: S311 (wiring by chance, no secret)
        made = list(given)
        for layer in self.layers.values():
            taken = [chance.choice(made) for _ in range(chance.randint(1, 3))]
            if isinstance(layer, nn.Linear):
                made.append(layer(sum(taken[1:], taken[0])))
            else:
                made.extend(layer(*taken))
        return tuple(made[-2:])


def random_model(seed: int) -> nn.Module:
    return Random(random.Random(seed), 2)  # noqa: S311 (wiring by chance, no secret)


ONE = torch.ones(1, 4)
MODELS: list[tuple[Callable[[], nn.Module], tuple[Any, ...]]] = [
    (Prompted, (torch.ones(3, 4), torch.ones(3, 2))),
    (Nested, (ONE,)),
    (Steps, (torch.ones(1, 3, 4),)),
    (networks.Residual, (torch.ones(2, 8),)),
    (networks.Recurrent, (torch.ones(1, 4, 6),)),
    (networks.Interleaved, (torch.ones(1, 8),)),
    (networks.TiedWeights, (torch.tensor([[1, 2]]),)),
    (oddities.Lists, (ONE,)),
    (oddities.CallsForward, (ONE,)),
    (oddities.InPlace, (ONE,)),
    (oddities.Handles, (ONE,)),
    (oddities.Generates, (ONE,)),
    (oddities.encoder, (torch.ones(1, 3, 16),)),
    (vision.SmallVision, (torch.ones(1, 3, 32, 32),)),
]


def drawn(interp: Interpogate) -> DrawnGraph:
    """The drawing with everything unfolded."""
    levels = interp.graph.view("essential").levels
    return DrawnGraph(interp.to_svg(expand=[name for name in levels if name != "."]))


def named_edges(interp: Interpogate) -> Counter[tuple[str, str]]:
    """The graph's edges by the names of the boxes that they connect."""
    view = interp.graph.view("essential")

    def box(node_id: str) -> str:
        container = node_id.split("::", maxsplit=1)[0]
        is_closed = container != "." and not view.is_expandable(view.nodes[container])
        return container if is_closed else node_id

    def name(node_id: str) -> str:
        node = view.nodes[node_id]
        is_member = node.kind == "module" and node.name.isdigit()
        return ".".join(node.path.split(".")[-2:]) if is_member else node.name

    pairs = {(box(edge.source), box(edge.target)) for edge in interp.graph.edges}
    return Counter((name(source), name(target)) for source, target in pairs)


def check(interp: Interpogate) -> None:
    graph = drawn(interp)
    assert not graph.loose
    assert not graph.bare_ports()
    assert graph.pairs() == named_edges(interp)


@pytest.mark.parametrize(("make", "inputs"), MODELS)
def test_each_edge_is_drawn_from_end_to_end(
    make: Callable[[], nn.Module], inputs: tuple[Any, ...]
) -> None:
    interp = Interpogate(make())
    interp.forward(*inputs)
    check(interp)


@pytest.mark.parametrize("seed", range(12))
def test_each_edge_of_a_random_model_is_drawn_from_end_to_end(seed: int) -> None:
    interp = Interpogate(random_model(seed))
    interp.forward(ONE, ONE * 2)
    check(interp)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_unfolded_no_port_is_without_lines(seed: int) -> None:
    interp = Interpogate(random_model(seed))
    interp.forward(ONE, ONE * 2)
    subject = Subject(interp.graph, (), 0, None, (), 1)
    chance = random.Random(seed)  # noqa: S311 (wiring by chance, no secret)
    details: list[Detail] = ["essential", "all"]
    for detail in details * 2:
        levels = interp.graph.view(detail).levels
        expanded = [name for name in levels if name != "." and chance.random() < 0.6]
        graph = DrawnGraph(svg(subject, "", expanded=expanded, detail=detail))
        assert not graph.loose
        assert not graph.bare_ports()


class Sliced(nn.Module):
    """Two parts of one tensor meet again."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear(x) + 1
        return torch.cat([x[:, :1], x[:, 1:]], 1)


class Split(nn.Module):
    """Parts of three sizes."""

    def forward(self, x: Tensor) -> Tensor:
        first, second, third = torch.split(x * 2, [1, 2, 3], -1)
        return torch.cat([third, second, first], -1)


def test_an_edge_names_the_shapes_of_two_tensors() -> None:
    interp = Interpogate(Sliced())
    interp.forward(torch.ones(1, 17, 8))
    assert "1×1×8, 1×16×8" in interp.to_svg()
    add = next(edge for edge in interp.graph.edges if edge.source.endswith("add#0"))
    assert [tensor.shape for tensor in add.tensors] == [(1, 1, 8), (1, 16, 8)]
    assert add.tensor == add.tensors[0]


def test_an_edge_counts_more_tensors_and_lists_them() -> None:
    interp = Interpogate(Split())
    interp.forward(torch.ones(1, 6))
    document = interp.to_svg()
    assert "3 tensors" in document
    assert "<title>1×3 float32\n1×2 float32\n1×1 float32</title>" in document


def test_a_cell_that_takes_its_own_output_has_an_edge_to_itself() -> None:
    interp = Interpogate(networks.Recurrent())
    interp.forward(torch.ones(1, 4, 6))
    assert ("cell", "cell") in {(edge.source, edge.target) for edge in interp.graph.edges}
    assert ("cell", "cell") in DrawnGraph(interp.to_svg()).pairs()


class Chain(nn.Module):
    """Many operations, one after the other."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self.length = length

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.length):
            x = torch.relu(x) + x
        return x


def test_a_chain_of_thousands_of_operations_is_drawn() -> None:
    interp = Interpogate(Chain(1500))
    interp.forward(ONE)
    document = interp.to_svg()
    assert document.count(">relu<") == 1500
    assert document.count("<polygon") == 3 * 1500 + 1
