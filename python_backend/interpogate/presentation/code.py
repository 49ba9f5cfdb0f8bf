"""Hook code for a node of the graph, with the shapes that were observed."""

from __future__ import annotations

from interpogate.codegen.hooks import HookTarget, Kind, Style, quoted, write_hooks
from interpogate.model.inputs import InputShape
from interpogate.presentation.details import find_node, hooked_module
from interpogate.presentation.subject import Subject
from interpogate.protocol import messages as m


def hook_code(subject: Subject, node: str, kind: Kind, style: Style) -> m.HookCode:
    """Write code that hooks a node. Raises `PathNotFound`."""
    graph = subject.graph
    module = hooked_module(graph, find_node(graph, node))
    calls = graph.recording.calls_of(module.index)
    call, needs_torch = _forward_call(subject)
    target = HookTarget(module, calls[0] if calls else None, _observed(subject), call, needs_torch)
    written = write_hooks(target, kind, style)
    return m.HookCode(
        path=module.path, text=written.text, snippet=written.snippet, imports=written.imports
    )


def _observed(subject: Subject) -> str:
    names = {
        "run": f"run {subject.graph.run_id}",
        "example": "a run on invented inputs",
        "fake": "a trace on invented inputs",
        "none": "no run yet",
    }
    return names[subject.graph.origin]


def _forward_call(subject: Subject) -> tuple[str, bool]:
    """A forward pass like the one observed, as code; and whether it needs torch."""
    if subject.text is not None:
        return f"forward_text({quoted(subject.text)})", False
    values = ", ".join(_random(shape, subject.vocabulary_size) for shape in subject.inputs)
    return f"forward({values})", bool(subject.inputs)


def _random(shape: InputShape, below: int) -> str:
    sizes = ", ".join(map(str, shape.shape))
    if shape.dtype == "float32":
        return f"{shape.name}=torch.randn({sizes})"
    if shape.dtype == "int64":
        return f"{shape.name}=torch.randint({below}, ({sizes},))"
    if shape.dtype == "bool":
        return f"{shape.name}=torch.ones({sizes}, dtype=torch.bool)"
    return f"{shape.name}=torch.randn({sizes}).to(torch.{shape.dtype})"
