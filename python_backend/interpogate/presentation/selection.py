"""What a selection of nodes stands for when code is written: modules, and a pass like the observed.

Called by `code.py` and `recipes.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from interpogate.codegen.text import is_name, quoted
from interpogate.codegen.watching import HookTarget
from interpogate.graph.graph import Graph
from interpogate.graph.levels import Node
from interpogate.graph.modules import Module
from interpogate.model.inputs import InputShape
from interpogate.presentation.details import find_node, hooked_module
from interpogate.presentation.subject import Subject


def selected_modules(graph: Graph, nodes: Sequence[str]) -> tuple[Module, ...]:
    """Modules of the nodes in depth-first order, once each; a folded group stands for all members.

    Raises `PathNotFound`.
    """
    found = [module for node in nodes for module in _members(graph, find_node(graph, node))]
    return tuple(sorted(dict.fromkeys(found), key=lambda module: module.index))


def _members(graph: Graph, node: Node) -> tuple[Module, ...]:
    if node.kind != "group" or node.container is None:
        return (hooked_module(graph, node),)
    return tuple(graph.tree.modules[index] for index in node.container.members)


def hook_target(subject: Subject, modules: Sequence[Module]) -> HookTarget:
    """The modules as one target; the first that ran lends its shapes."""
    graph = subject.graph
    by_index = {module.index: graph.recording.calls_of(module.index) for module in modules}
    calls = next((calls for calls in by_index.values() if calls), ())
    first = modules[0]
    forward, needs_torch = forward_call(subject)
    return HookTarget(
        module=first,
        call=calls[0] if calls else None,
        observed=_observed(subject),
        forward_call=forward,
        needs_torch=needs_torch,
        call_count=len(calls),
        also=tuple(module.path for module in modules[1:]),
    )


def forward_call(subject: Subject) -> tuple[str, bool]:
    """A forward pass like the one observed, as code; and whether it needs torch."""
    if subject.text is not None:
        return f"forward_text({quoted(subject.text)})", False
    if not all(is_name(shape.name) for shape in subject.inputs):  # a forward that takes **kwargs
        return f"forward(**{sample(subject)})", True
    values = ", ".join(f"{s.name}={_random(s, subject.vocabulary_size)}" for s in subject.inputs)
    return f"forward({values})", bool(subject.inputs)


def sample(subject: Subject) -> str:
    """The observed input as a literal: its text, or random tensors of the same shapes by name."""
    if subject.text is not None:
        return quoted(subject.text)
    values = (f"{quoted(s.name)}: {_random(s, subject.vocabulary_size)}" for s in subject.inputs)
    return f"{{{', '.join(values)}}}"


def _observed(subject: Subject) -> str:
    names = {
        "run": f"run {subject.graph.run_id}",
        "example": "a run on invented inputs",
        "fake": "a trace on invented inputs",
        "none": "no run yet",
    }
    return names[subject.graph.origin]


def _random(shape: InputShape, below: int) -> str:
    sizes = ", ".join(map(str, shape.shape))
    if shape.dtype == "float32":
        return f"torch.randn({sizes})"
    if shape.dtype == "int64":
        return f"torch.randint({below}, ({sizes},))"
    if shape.dtype == "bool":
        return f"torch.ones({sizes}, dtype=torch.bool)"
    return f"torch.randn({sizes}).to(torch.{shape.dtype})"
