"""Everything about one node of the graph, for the inspector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interpogate.errors import PathNotFound
from interpogate.graph.graph import Graph, View
from interpogate.graph.levels import Node
from interpogate.graph.modules import Module
from interpogate.graph.values import Structure, Tensor, Value
from interpogate.protocol import messages as m
from interpogate.trace.source import class_source
from interpogate.worker import present

if TYPE_CHECKING:
    from interpogate.worker.session import Session


def inspect_node(session: Session, node_id: str) -> m.NodeDetails:
    """Details of a node. Raises `PathNotFound`."""
    node = find_node(session.graph, node_id)
    if node.container is not None:
        return _module_details(session, node, hooked_module(session.graph, node))
    return _other_details(session, node)


def find_node(graph: Graph, node_id: str) -> Node:
    """A node in either detail. Raises `PathNotFound`."""
    for view in _views(graph):
        if node_id in view.nodes:
            return view.nodes[node_id]
    raise PathNotFound(f"The graph has no node {node_id!r}.")


def hooked_module(graph: Graph, node: Node) -> Module:
    """The module that code for a node hooks: a group's first member, else the module around it."""
    if node.kind == "group" and node.container is not None:
        container = node.container
        index = container.first
        if container.module >= 0:
            index = graph.tree.modules[container.module].children[0]
        return graph.tree.modules[index]
    return graph.tree.at(node.path)


def _views(graph: Graph) -> tuple[View, View]:
    return graph.view("essential"), graph.view("all")


def _module_details(session: Session, node: Node, module: Module) -> m.NodeDetails:
    graph = session.graph
    calls = graph.recording.calls_of(module.index)
    first = calls[0] if calls else None
    timed = graph.origin in ("run", "example") and bool(calls)
    note = present.note(module, calls, graph)
    if node.kind == "group":
        note = f"Stands for {node.repeats} equal modules; this is the first. {note}".strip()
    return m.NodeDetails(
        node=node.id,
        kind=node.kind,
        name=node.name,
        path=module.path,
        type_name=module.qualified_name,
        attributes=module.attributes,
        parameters=present.parameters(module),
        parameter_count=module.parameter_count,
        other_paths=module.other_paths,
        inputs=present.structure(first.inputs, session.token_count) if first else (),
        outputs=present.structure(first.outputs, session.token_count) if first else (),
        call_count=len(calls),
        duration_ms=sum(call.duration_us for call in calls) / 1000 if timed else None,
        origin=graph.origin,
        run_id=graph.run_id,
        note=note,
        source=present.location(class_source(type(session.opened.modules.live[module.index]))),
        problem=_problem(session, node.id),
    )


def _other_details(session: Session, node: Node) -> m.NodeDetails:
    graph = session.graph
    operation = graph.recording.operations[node.rows[0]] if node.rows else None
    taken = [f.tensor for f in graph.recording.flows if node.rows and f.target == node.rows[0]]
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
        inputs=present.structure(_listed(taken), session.token_count),
        outputs=present.structure(_listed(list(made)), session.token_count),
        call_count=node.calls,
        duration_ms=None,
        origin=graph.origin,
        run_id=graph.run_id,
        note="",
        source=present.location(operation.source if operation else None),
        problem=_problem(session, node.id),
    )


def _listed(tensors: list[Tensor]) -> Structure:
    return tuple(Value(0, str(n), "tensor", "Tensor", tensor) for n, tensor in enumerate(tensors))


def _problem(session: Session, node_id: str) -> m.Problem | None:
    graph = session.graph
    if graph.recording.failure is None or graph.failed_node != node_id:
        return None
    return present.failure(graph.recording.failure, node_id, present.where(graph))
