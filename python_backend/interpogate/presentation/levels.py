"""Levels of a graph as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interpogate.graph.graph import Graph, View
from interpogate.graph.levels import Level as GraphLevel
from interpogate.graph.levels import Node
from interpogate.graph.modules import Module
from interpogate.graph.places import Place
from interpogate.graph.values import Tensor
from interpogate.protocol import messages as m


class TensorRows:
    """Collects tensor descriptions, each once."""

    def __init__(self, token_count: int) -> None:
        self._token_count = token_count
        self._rows: dict[tuple[tuple[int, ...], str], int] = {}

    def row(self, tensor: Tensor | None) -> int:
        """Row of a tensor; -1 for None."""
        if tensor is None:
            return -1
        return self._rows.setdefault((tensor.shape, tensor.dtype), len(self._rows))

    def table(self) -> m.TensorTable:
        """All rows as columns."""
        shapes = tuple(shape for shape, _ in self._rows)
        return m.TensorTable(
            shapes=shapes,
            dtypes=tuple(dtype for _, dtype in self._rows),
            token_dimensions=tuple(
                -1 if d is None else d
                for d in (token_dimension(s, self._token_count) for s in shapes)
            ),
        )


def token_dimension(shape: tuple[int, ...], token_count: int) -> int | None:
    """The dimension that counts tokens: the first equal to their number, the batch left out."""
    if token_count < 2:  # noqa: PLR2004 (a single token cannot be told from a batch of one)
        return None
    first = 1 if len(shape) > 1 and shape[0] != token_count else 0
    found = (n for n, size in enumerate(shape) if n >= first and size == token_count)
    return next(found, None)


def level(graph: Graph, view: View, inside: GraphLevel, token_count: int) -> m.Level:
    """One level as columns."""
    nodes = list(inside.nodes.values())
    tensors = TensorRows(token_count)
    return m.Level(
        container=inside.container,
        ids=tuple(node.id for node in nodes),
        kinds=tuple(node.kind for node in nodes),
        names=tuple(node.name for node in nodes),
        types=tuple(node.type_name for node in nodes),
        paths=tuple(node.path for node in nodes),
        repeats=tuple(node.repeats for node in nodes),
        calls=tuple(node.calls for node in nodes),
        parameter_counts=tuple(_parameter_count(graph, node) for node in nodes),
        expandable=tuple(view.is_expandable(node) for node in nodes),
        first_modules=tuple(node.container.first if node.container else -1 for node in nodes),
        last_modules=tuple(node.container.last if node.container else -1 for node in nodes),
        orders=tuple(node.order for node in nodes),
        outputs=tuple(tensors.row(node.tensor) for node in nodes),
        **_edges(view, inside, tensors),
        tensors=tensors.table(),
        places=tuple(_places(graph, nodes)),
    )


def _places(graph: Graph, nodes: list[Node]) -> Iterator[tuple[int, int, int]]:
    for row, node in enumerate(nodes):
        if node.kind == "module" and node.container is not None:
            number, places = graph.places.number_of(node.container.place)
            if number:
                yield row, number, len(places)


def _edges(view: View, inside: GraphLevel, tensors: TensorRows) -> dict[str, tuple[int, ...]]:
    rows = {node: row for row, node in enumerate(inside.nodes)}
    ports = _port_rows(view, {node for pair in inside.edges for node in pair})
    parts = [
        (rows[edge.source], rows[edge.target], strand, len(crossings))
        for edge in inside.edges.values()
        for strand, crossings in edge.strands.items()
    ]
    return {
        "edge_sources": tuple(source for source, _, _, _ in parts),
        "edge_targets": tuple(target for _, target, _, _ in parts),
        "edge_tensors": tuple(tensors.row(strand.tensor) for _, _, strand, _ in parts),
        "edge_counts": tuple(count for _, _, _, count in parts),
        "edge_outputs": tuple(ports.get(strand.output, -1) for _, _, strand, _ in parts),
        "edge_inputs": tuple(ports.get(strand.input, -1) for _, _, strand, _ in parts),
    }


def _port_rows(view: View, containers: set[str]) -> dict[str, int]:
    """By port its row in the level that it belongs to."""
    return {
        node.id: row
        for container in containers
        if container in view.levels
        for row, node in enumerate(view.levels[container].nodes.values())
        if node.kind in ("input", "output")
    }


def _parameter_count(graph: Graph, node: Node) -> int:
    container = node.container
    if container is None:
        return 0
    if container.module >= 0:
        return graph.tree.modules[container.module].parameter_count
    return sum(graph.tree.modules[index].parameter_count for index in set(container.members))


def places(graph: Graph, found: Sequence[Place]) -> m.Modules:
    """Modules by the nodes of their places."""
    own = [graph.tree.modules[place.module] for place in found]
    ids = tuple(place.id for place in found)
    return m.Modules(
        paths=ids,
        names=ids,
        class_names=tuple(module.class_name for module in own),
        parameter_counts=tuple(module.parameter_count for module in own),
        child_counts=tuple(len(module.children) for module in own),
    )


def modules(parent: Module, children: list[Module]) -> m.Modules:
    """Submodules for the tree."""
    prefix = "" if parent.path == "." else f"{parent.path}."
    return m.Modules(
        paths=tuple(child.path for child in children),
        names=tuple(child.path.removeprefix(prefix) for child in children),
        class_names=tuple(child.class_name for child in children),
        parameter_counts=tuple(child.parameter_count for child in children),
        child_counts=tuple(len(child.children) for child in children),
    )
