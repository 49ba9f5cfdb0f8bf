"""What a forward pass raised, and why a module did not run, in words for the user."""

from __future__ import annotations

from interpogate.graph.graph import Graph
from interpogate.graph.modules import Module
from interpogate.graph.recording import Call
from interpogate.protocol import messages as m

_MAXIMUM_LENGTH = 400


def failure_problem(graph: Graph) -> m.Problem | None:
    """What the graph's forward pass raised, at its node; None if it returned."""
    found = graph.recording.failure
    if found is None:
        return None
    place = f" at {_where(graph)}" if _where(graph) else ""
    message = " ".join(found.message.split())
    shown = message if len(message) <= _MAXIMUM_LENGTH else f"{message[: _MAXIMUM_LENGTH - 1]}…"
    # An exception without words, such as an interrupt, is known by its name alone.
    said = shown if shown == found.type_name else f"{found.type_name}: {shown}"
    return m.Problem(
        code="run.failed",
        message=f"The forward pass failed{place}: {said}",
        hint="The graph shows everything up to the failing node.",
        action="openFile" if found.source else "none",
        node=graph.failed_node,
        file=found.source.file if found.source else None,
        line=found.source.line if found.source else None,
    )


def _where(graph: Graph) -> str:
    """Name the failed node for a message; empty if none is known."""
    node = graph.failed_node
    if node is None:
        return ""
    found = graph.view("essential").nodes[node]
    if found.kind == "operation":
        return f"{found.type_name} in {found.path}" if found.path != "." else found.type_name
    return "" if node == "." else node


def module_note(module: Module, calls: tuple[Call, ...], graph: Graph) -> str:
    """What the picture does not show of a module, and why; empty if there is nothing to say."""
    chain, sealed = graph.tree.ancestors(module.index), graph.recording.sealed
    unwatched = next((sealed[index] for index in chain if index in sealed), "")
    return unwatched or _why_not_run(module, calls, graph)


def _why_not_run(module: Module, calls: tuple[Call, ...], graph: Graph) -> str:
    if calls or graph.origin == "none":
        return ""
    if module.index in graph.recording.used_modules:
        return "Not called itself: its weights were used inside its parent."
    if module.children and any(
        c.module in range(module.index, module.last + 1) for c in graph.recording.calls
    ):
        return "Not called itself: it holds modules that its parent calls."
    if graph.recording.failure:
        return "Did not run: the forward pass failed before."
    return "Did not run in this forward pass."
