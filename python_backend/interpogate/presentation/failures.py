"""What a forward pass raised, and why a module did not run, in words for the user."""

from __future__ import annotations

import re

from torch import nn

from interpogate.graph.graph import Graph
from interpogate.graph.modules import Module
from interpogate.graph.recording import Call, Failure
from interpogate.protocol import messages as m
from interpogate.trace.members import attribute

_MAXIMUM_LENGTH = 400
_OF_SHAPES = frozenset({"IndexError", "RuntimeError", "TypeError", "ValueError"})
_SHAPES = re.compile(r"\b(shapes?|sizes?|dim|dims|dimensions?|dtype|unpack)\b", re.IGNORECASE)


def failure_problem(graph: Graph) -> m.Problem | None:
    """What the graph's forward pass raised, at its node; None if it returned."""
    found = graph.recording.failure
    if found is None:
        return None
    place = f" at {_where(graph)}" if _where(graph) else ""
    shown = _shortened(found.message)
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


def unstarted_problem(failure: Failure, model: nn.Module) -> m.Problem:
    """What a forward pass raised before any module of it ran; the earlier graph is still shown."""
    misfit, message = is_misfit(failure, model), _shortened(failure.message)
    if misfit:
        sentence = f"The inputs do not fit the model: {message}"
        hint = "Change the names, shapes or dtypes of the inputs and run again."
    else:
        said = message if message == failure.type_name else f"{failure.type_name}: {message}"
        sentence = f"The forward pass failed before any module ran: {said}"
        hint = "The graph is still the one from before."
    return m.Problem(
        code="inputs.invalid" if misfit else "run.failed",
        message=sentence,
        hint=hint,
        action="openFile" if failure.source and not misfit else "none",
        file=failure.source.file if failure.source else None,
        line=failure.source.line if failure.source else None,
    )


def is_misfit(failure: Failure, model: nn.Module) -> bool:
    """Whether arguments could not be bound, or an operation says that their shapes are wrong."""
    if failure.type_name == "TypeError" and (failure.source is None or _is_unbound(failure, model)):
        return True
    return failure.type_name in _OF_SHAPES and _SHAPES.search(failure.message) is not None


def _is_unbound(failure: Failure, model: nn.Module) -> bool:
    """A decorated forward is called by a line of the decorator's."""
    name = attribute(attribute(type(model), "forward"), "__qualname__", "")
    return failure.message.startswith(f"{name}() ")


def _shortened(text: str) -> str:
    message = " ".join(text.split())
    return message if len(message) <= _MAXIMUM_LENGTH else f"{message[: _MAXIMUM_LENGTH - 1]}…"


def _where(graph: Graph) -> str:
    """Name the failed node for a message; empty if none is known."""
    node = graph.failed_node
    if node is None:
        return ""
    found = graph.view("essential").nodes[node]
    if found.kind == "operation":
        return f"{found.type_name} in {found.path}" if found.path != "." else found.type_name
    return "" if node == "." else node


_DEAD_END = "What it made reached no result of the model, as far as the data flow was seen."


def module_note(module: Module, calls: tuple[Call, ...], graph: Graph) -> str:
    """What the picture does not show of a module, and why; empty if there is nothing to say."""
    chain, sealed = graph.tree.ancestors(module.index), graph.recording.sealed
    unwatched = next((sealed[index] for index in chain if index in sealed), "")
    if not calls:
        return unwatched or _why_not_run(module, graph)
    return unwatched or (_DEAD_END if module.index in graph.dead_ends else "")


def _why_not_run(module: Module, graph: Graph) -> str:
    if graph.origin == "none":
        return ""
    if graph.recording.is_unfinished:
        return "Did not run before the model returned; what runs later is not recorded."
    if module.index in graph.recording.used_modules:
        return "Not called itself: its weights were used inside its parent."
    if module.children and any(
        c.module in range(module.index, module.last + 1) for c in graph.recording.calls
    ):
        return "Not called itself: it holds modules that its parent calls."
    if graph.recording.failure:
        return "Did not run: the forward pass failed before."
    return "Did not run in this forward pass."
