"""From a node id to what it stands for: modules, an operation's rows, a parameter, an argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from interpogate.graph.graph import Graph
from interpogate.graph.hierarchy import Container
from interpogate.graph.levels import ROOT, Node
from interpogate.visualizations.problems import NodeGone, NoTensor, NotRun


@dataclass(frozen=True)
class Place:
    """What a node of the graph stands for."""

    kind: Literal["modules", "operation", "parameter", "argument", "result"]
    node: str
    modules: tuple[int, ...] = ()
    """Indices; for an operation the module whose forward runs it, for a parameter its owner."""
    is_group: bool = False
    rows: tuple[int, ...] = ()
    """Of an operation: one for each time it ran."""
    name: str = ""
    """Plain name of an operation, name of a parameter, keys of an argument or result."""
    calls: tuple[tuple[int, ...], ...] = ()
    """Of each module, the numbers of its calls here among all of its calls, from 1."""

    def numbers(self, call: int) -> tuple[int, ...]:
        """The number of a call of the node among all calls of each module. Raises `NotRun`."""
        if not all(self.calls):
            return (call,) * len(self.modules)
        fewest = min((len(own) for own in self.calls), default=call)
        if not 1 <= call <= fewest:
            raise NotRun(f"{self.node} ran {fewest} times: there is no call {call}.")
        return tuple(own[call - 1] for own in self.calls) or (call,) * len(self.modules)


def place_of(graph: Graph, node_id: str) -> Place:
    """What a node stands for. Raises `NodeGone`, `NoTensor`."""
    node = _node(graph, node_id)
    if node is None:
        return _without_node(graph, node_id)
    if node.container is not None:
        return _modules(graph, node, node.container)
    if node.id.startswith(f"{ROOT}::output:"):
        return Place("result", node_id, (0,), name=node.id.removeprefix(f"{ROOT}::output:"))
    if not node.rows:
        raise NoTensor("Here a tensor only crosses a border.", hint="Choose the node that made it.")
    return _operation(graph, node)


def _node(graph: Graph, node_id: str) -> Node | None:
    for view in (graph.view("essential"), graph.view("all")):
        if node_id in view.nodes:
            return view.nodes[node_id]
    return None


def _without_node(graph: Graph, node_id: str) -> Place:
    """A module or a list that the picture shows only by what is in it."""
    index = graph.tree.paths.get(node_id)
    if index is None:
        raise NodeGone(f"The model has no node {node_id} any more.")
    module = graph.tree.modules[index]
    if module.children and index not in graph.called:
        return Place("modules", node_id, module.children, is_group=True)
    return Place("modules", node_id, (index,))


def _modules(graph: Graph, node: Node, container: Container) -> Place:
    calls = tuple(_numbers(graph, row) for row in container.places)
    if node.kind != "group":
        return Place("modules", node.id, (container.module,), calls=calls)
    return Place("modules", node.id, container.members, is_group=True, calls=calls)


def _numbers(graph: Graph, place: int) -> tuple[int, ...]:
    calls = graph.recording.calls
    return tuple(calls[row].number + 1 for row in graph.places.rows[place].calls)


def _operation(graph: Graph, node: Node) -> Place:
    operation = graph.recording.operations[node.rows[0]]
    rows = tuple(node.rows)
    if operation.kind == "parameter":
        return Place("parameter", node.id, (operation.module,), rows=rows, name=operation.name)
    if operation.kind == "input":
        return Place("argument", node.id, (0,), rows=rows, name=operation.name)
    if operation.kind == "pass":
        raise NoTensor("Here a module passes tensors on.", hint="Choose the module itself.")
    module = graph.recording.module_of(operation)
    return Place("operation", node.id, (module,), rows=rows, name=operation.name)
