"""Hook code for a node of the graph, with the shapes that were observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interpogate.codegen.hooks import HookTarget, quoted, write_hooks
from interpogate.model.inputs import InputShape, shapes_of, vocabulary_size
from interpogate.protocol import messages as m
from interpogate.worker.inspection import find_node, hooked_module
from interpogate.worker.summary import summary

if TYPE_CHECKING:
    from interpogate.worker.session import Session


def hook_code(session: Session, request: m.WriteHook) -> m.HookCode:
    """Write code that hooks a node. Raises `PathNotFound`."""
    graph = session.graph
    module = hooked_module(graph, find_node(graph, request.node))
    calls = graph.recording.calls_of(module.index)
    call, needs_torch = _forward_call(session)
    target = HookTarget(module, calls[0] if calls else None, _observed(session), call, needs_torch)
    written = write_hooks(target, request.kind, request.style)
    return m.HookCode(
        path=module.path, text=written.text, snippet=written.snippet, imports=written.imports
    )


def _observed(session: Session) -> str:
    names = {
        "run": f"run {session.graph.run_id}",
        "example": "a run on invented inputs",
        "fake": "a trace on invented inputs",
        "none": "no run yet",
    }
    return names[session.graph.origin]


def _forward_call(session: Session) -> tuple[str, bool]:
    """A forward pass like the one observed, as code; and whether it needs torch."""
    opened = session.opened
    run = session.runs.get(session.graph.run_id)
    if run is not None and run.text is not None:
        return f"forward_text({quoted(run.text)})", False
    if opened.loaded.tokenizer is not None:
        text = summary(opened.loaded, opened.modules, ()).example_text
        return f"forward_text({quoted(text)})", False
    shapes = shapes_of(run.inputs if run is not None else opened.look.inputs)
    below = vocabulary_size(opened.loaded.model)
    return f"forward({', '.join(_random(shape, below) for shape in shapes)})", bool(shapes)


def _random(shape: InputShape, below: int) -> str:
    sizes = ", ".join(map(str, shape.shape))
    if shape.dtype == "float32":
        return f"{shape.name}=torch.randn({sizes})"
    if shape.dtype == "int64":
        return f"{shape.name}=torch.randint({below}, ({sizes},))"
    if shape.dtype == "bool":
        return f"{shape.name}=torch.ones({sizes}, dtype=torch.bool)"
    return f"{shape.name}=torch.randn({sizes}).to(torch.{shape.dtype})"
