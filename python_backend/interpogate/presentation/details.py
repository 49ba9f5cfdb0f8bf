"""Everything about one node of the graph, for the inspector."""

from __future__ import annotations

from collections.abc import Sequence

from interpogate.errors import PathNotFound
from interpogate.graph.graph import Graph, View
from interpogate.graph.hierarchy import Container
from interpogate.graph.levels import Node
from interpogate.graph.modules import Module
from interpogate.graph.places import Place
from interpogate.graph.values import Structure, Tensor, Value
from interpogate.presentation import values
from interpogate.presentation.failures import failure_problem, module_note
from interpogate.presentation.observed_code import use_of
from interpogate.presentation.subject import Subject
from interpogate.protocol import messages as m
from interpogate.trace.source import class_source

_MOST_PLACES = 20


def inspect_node(subject: Subject, node_id: str, call: int = 1) -> m.NodeDetails:
    """Details of a node in one of its calls, from 1. Raises `PathNotFound`."""
    node = find_node(subject.graph, node_id)
    if node.container is not None:
        return _module_details(subject, node, node.container, call)
    return _other_details(subject, node, call)


def find_node(graph: Graph, node_id: str) -> Node:
    """A node in either detail. Raises `PathNotFound`."""
    for view in _views(graph):
        if node_id in view.nodes:
            return view.nodes[node_id]
    raise PathNotFound(f"The graph has no node {node_id!r}.")


def hooked_module(graph: Graph, node: Node) -> Module:
    """The module that code for a node hooks: a group's first member, else the module around it."""
    if node.kind == "group" and node.container is not None:
        return graph.tree.modules[node.container.members[0]]
    return graph.tree.at(node.path)


def _views(graph: Graph) -> tuple[View, View]:
    return graph.view("essential"), graph.view("all")


def _module_details(
    subject: Subject, node: Node, container: Container, wanted: int
) -> m.NodeDetails:
    graph = subject.graph
    module = hooked_module(graph, node)
    place = graph.places.rows[container.places[0] if node.kind == "group" else container.place]
    calls = [graph.recording.calls[row] for row in place.calls]
    all_calls = graph.recording.calls_of(module.index)
    number = _within(wanted, len(calls))
    call = calls[number - 1] if number else None
    timed = graph.origin in ("run", "example") and call is not None
    note = module_note(module, all_calls, graph)
    if node.kind == "group":
        note = f"Stands for {node.repeats} equal modules; this is the first. {note}".strip()
    which, places = graph.places.number_of(place.row)
    return m.NodeDetails(
        node=node.id,
        kind=node.kind,
        name=node.name,
        path=place.path,
        type_name=module.qualified_name,
        attributes=module.attributes,
        parameters=values.parameters(module),
        parameter_count=module.parameter_count,
        other_paths=_other_paths(module, place),
        inputs=values.structure(call.inputs, subject.token_count) if call else (),
        outputs=values.structure(call.outputs, subject.token_count) if call else (),
        call_count=len(calls),
        duration_ms=sum(one.duration_us for one in calls) / 1000 if timed else None,
        origin=graph.origin,
        run_id=graph.run_id,
        note=note,
        source=values.location(class_source(type(subject.live[module.index]))),
        problem=_problem(subject, node.id),
        use=values.location(use_of(graph, module, call)),
        call=number,
        call_duration_ms=call.duration_us / 1000 if call and timed else None,
        instance_call=call.number + 1 if call else 0,
        instance_call_count=len(all_calls),
        place=which,
        places=_places_around(which, places) if which else (),
        place_count=len(places),
    )


def _within(wanted: int, count: int) -> int:
    return min(max(wanted, 1), count)


def _other_paths(module: Module, place: Place) -> tuple[str, ...]:
    return tuple(path for path in (module.path, *module.other_paths) if path != place.path)


def _places_around(which: int, places: Sequence[Place]) -> tuple[m.NodePlace, ...]:
    first = min(max(which - 1 - _MOST_PLACES // 2, 0), max(len(places) - _MOST_PLACES, 0))
    shown = enumerate(places[first : first + _MOST_PLACES], first + 1)
    return tuple(m.NodePlace(node=place.id, number=number) for number, place in shown)


def _other_details(subject: Subject, node: Node, wanted: int) -> m.NodeDetails:
    graph = subject.graph
    number = _within(wanted, len(node.rows))
    row = node.rows[number - 1] if number else -1
    operation = graph.recording.operations[row] if number else None
    taken = graph.recording.taken_by(row) if number else ()
    made = operation.outputs if operation else (node.tensor,) if node.tensor else ()
    return m.NodeDetails(
        node=node.id,
        kind=node.kind,
        name=node.name or node.kind,
        path=node.path,
        type_name=node.type_name,
        attributes=(),
        parameters=(),
        parameter_count=0,
        other_paths=(),
        inputs=values.structure(_listed(taken), subject.token_count),
        outputs=values.structure(_listed(made), subject.token_count),
        call_count=node.calls,
        duration_ms=None,
        origin=graph.origin,
        run_id=graph.run_id,
        note="",
        source=values.location(operation.source if operation else None),
        problem=_problem(subject, node.id),
        call=number,
    )


def _listed(tensors: tuple[Tensor, ...]) -> Structure:
    return tuple(Value(0, str(n), "tensor", "Tensor", tensor) for n, tensor in enumerate(tensors))


def _problem(subject: Subject, node_id: str) -> m.Problem | None:
    return failure_problem(subject.graph) if subject.graph.failed_node == node_id else None
