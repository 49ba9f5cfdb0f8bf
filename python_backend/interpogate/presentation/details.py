"""Everything about one node of the graph, for the inspector."""

from __future__ import annotations

from interpogate.errors import PathNotFound
from interpogate.graph.graph import Graph, View
from interpogate.graph.levels import Node
from interpogate.graph.modules import Module
from interpogate.graph.values import Structure, Tensor, Value
from interpogate.presentation import values
from interpogate.presentation.failures import failure_problem, module_note
from interpogate.presentation.observed_code import use_of
from interpogate.presentation.subject import Subject
from interpogate.protocol import messages as m
from interpogate.trace.source import class_source


def inspect_node(subject: Subject, node_id: str) -> m.NodeDetails:
    """Details of a node. Raises `PathNotFound`."""
    node = find_node(subject.graph, node_id)
    if node.container is not None:
        return _module_details(subject, node, hooked_module(subject.graph, node))
    return _other_details(subject, node)


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


def _module_details(subject: Subject, node: Node, module: Module) -> m.NodeDetails:
    graph = subject.graph
    calls = graph.recording.calls_of(module.index)
    first = calls[0] if calls else None
    timed = graph.origin in ("run", "example") and bool(calls)
    note = module_note(module, calls, graph)
    if node.kind == "group":
        note = f"Stands for {node.repeats} equal modules; this is the first. {note}".strip()
    return m.NodeDetails(
        node=node.id,
        kind=node.kind,
        name=node.name,
        path=module.path,
        type_name=module.qualified_name,
        attributes=module.attributes,
        parameters=values.parameters(module),
        parameter_count=module.parameter_count,
        other_paths=module.other_paths,
        inputs=values.structure(first.inputs, subject.token_count) if first else (),
        outputs=values.structure(first.outputs, subject.token_count) if first else (),
        call_count=len(calls),
        duration_ms=sum(call.duration_us for call in calls) / 1000 if timed else None,
        origin=graph.origin,
        run_id=graph.run_id,
        note=note,
        source=values.location(class_source(type(subject.live[module.index]))),
        problem=_problem(subject, node.id),
        use=values.location(use_of(graph, module)),
    )


def _other_details(subject: Subject, node: Node) -> m.NodeDetails:
    graph = subject.graph
    operation = graph.recording.operations[node.rows[0]] if node.rows else None
    taken = graph.recording.taken_by(node.rows[0]) if node.rows else ()
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
    )


def _listed(tensors: tuple[Tensor, ...]) -> Structure:
    return tuple(Value(0, str(n), "tensor", "Tensor", tensor) for n, tensor in enumerate(tensors))


def _problem(subject: Subject, node_id: str) -> m.Problem | None:
    return failure_problem(subject.graph) if subject.graph.failed_node == node_id else None
