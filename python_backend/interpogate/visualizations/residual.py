"""The residual stream: what goes into a stack of blocks and what each of them returns.

A stack is a list of blocks that run one after another and return tensors of one shape, or one block
that is called again and again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import torch

from interpogate.graph.graph import Graph
from interpogate.graph.recording import Call
from interpogate.trace.keeping import Watch
from interpogate.visualizations.find import call_row, kept_tensors, keyed, short_name, unchanged
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.places import Place
from interpogate.visualizations.problems import NoTensor
from interpogate.visualizations.value import Value

RESIDUAL: Final = "residual"


def stack_of(graph: Graph, place: Place) -> tuple[int, ...]:
    """Indices of the blocks that a group, a list or a whole model runs one after another.

    A block that is called again stands there once for each call. Of several stacks inside a model
    the last one that ran, which its output comes from. Empty if there is none.
    """
    if place.kind != "modules":
        return ()
    if place.is_group:
        return place.modules if _is_stack(graph, place.modules) else ()
    runs = [run for run in _runs(graph, place.modules[0]) if _is_stack(graph, run)]
    found = [run for run in runs if not any(_is_less(graph, run, other) for other in runs)]
    deepest = max((len(run) for run in found), default=0)
    largest = [run for run in found if len(run) * 2 >= deepest]
    return max(largest, key=lambda run: graph.recording.calls_of(run[0])[0].order, default=())


def main_stack(graph: Graph) -> tuple[int, ...]:
    """The stack that the whole model's output comes from."""
    return stack_of(graph, Place("modules", ".", (0,)))


def _is_less(graph: Graph, run: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether a run is a part of another one, or the parts that one block of it is made of."""
    if len(run) < len(other) and set(run) <= set(other):
        return True
    modules = graph.tree.modules
    is_inside = any(block < run[0] <= modules[block].last for block in other)
    return is_inside and len({modules[one].class_name for one in run}) > 1


def residual_watches(graph: Graph, place: Place) -> frozenset[Watch]:
    """What a run must keep."""
    stack = stack_of(graph, place)
    outputs = {Watch(module, "output") for module in stack}
    tail = {Watch(module, "tail") for module in main_stack(graph)[-1:]}
    return frozenset(outputs | {Watch(module, "input") for module in stack[:1]} | tail)


def residual_value(observed: Observed, place: Place, call: int) -> Value:
    """Stream `(points, batch, tokens, features)`. Raises `NoTensor`, `NotKept`, `NotRun`."""
    graph = observed.graph
    stack = stack_of(graph, place)
    if not stack:
        raise NoTensor("There is no stack of equal blocks in it.", hint="Choose a group of blocks.")
    rounds = [stack[:number].count(module) for number, module in enumerate(stack)]
    calls = [(call - 1) * stack.count(m) + n + 1 for m, n in zip(stack, rounds, strict=True)]
    points = [_output(observed, m, number) for m, number in zip(stack, calls, strict=True)]
    before = _input(observed, stack[0], calls[0], points[0])
    names = (short_name(graph, index) for index in stack)
    labels = (
        f"{name} #{number + 1}" if stack.count(module) > 1 else name
        for name, module, number in zip(names, stack, rounds, strict=True)
    )
    return Value((before, *points), RESIDUAL, is_stack=True, labels=("in", *labels), stack=stack)


def _runs(graph: Graph, module: int) -> Iterator[tuple[int, ...]]:
    """Neighbouring children of one class, all of a list, and what is called again and again."""
    modules = graph.tree.modules
    for around in modules[module : modules[module].last + 1]:
        children = around.children
        if children and all(modules[child].name.isdigit() for child in children):
            yield _as_called(graph, children)
        run: list[int] = []
        for child in children:
            if run and modules[run[-1]].class_name != modules[child].class_name:
                yield _as_called(graph, tuple(run))
                run = []
            run.append(child)
        yield _as_called(graph, tuple(run))


def _as_called(graph: Graph, run: tuple[int, ...]) -> tuple[int, ...]:
    """Blocks once for each call, if a module calls them again and again."""
    calls = [call for module in run for call in graph.recording.calls_of(module)]
    first = min(calls, key=lambda call: call.order, default=None)
    if first is None:
        return run
    together = [call for call in calls if call.parent == first.parent]
    if len(together) <= len(run) or not all(map(_passes_its_shape, together)):
        return run
    return tuple(call.module for call in sorted(together, key=lambda call: call.order))


def _passes_its_shape(call: Call) -> bool:
    taken = next((row.tensor.shape for row in call.inputs if row.tensor), None)
    return taken is not None and taken == next(
        (row.tensor.shape for row in call.outputs if row.tensor), None
    )


def _is_stack(graph: Graph, modules: tuple[int, ...]) -> bool:
    """Whether these are blocks that return tensors of one shape."""
    if len(modules) < 2 or not all(graph.tree.modules[one].children for one in modules):  # noqa: PLR2004
        return False
    shapes = [_shape(graph, module) for module in modules]
    return shapes[0] is not None and len(shapes[0]) > 1 and len(set(shapes)) == 1


def _shape(graph: Graph, module: int) -> tuple[int, ...] | None:
    calls = graph.recording.calls_of(module)
    tensors = [row.tensor for row in calls[0].outputs if row.tensor] if calls else []
    return tensors[0].shape if tensors else None


def _output(observed: Observed, module: int, call: int) -> torch.Tensor:
    row, record = call_row(observed, module, call)
    keys = next((own for one, own in keyed(record.outputs) if one.tensor), None)
    if keys is None:
        raise NoTensor("A block returned no tensor.")
    kept = kept_tensors(observed).values.get((row, "output"), {}).get(keys)
    return unchanged(observed, kept, frozenset({Watch(module, "output")}))


def _input(observed: Observed, module: int, call: int, like: torch.Tensor) -> torch.Tensor:
    """The first tensor a block took that is like what it returned."""
    row, _ = call_row(observed, module, call)
    watches = frozenset({Watch(module, "input")})
    found = kept_tensors(observed).values.get((row, "input"), {})
    for kept in found.values():
        if kept.tensor.shape == like.shape and kept.tensor.dtype == like.dtype:
            return unchanged(observed, kept, watches)
    return unchanged(observed, None, watches)
