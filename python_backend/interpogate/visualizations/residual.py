"""The residual stream: what goes into a stack of equal blocks and what each of them returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import torch

from interpogate.graph.graph import Graph
from interpogate.trace.keeping import Watch
from interpogate.visualizations.find import call_row, kept_tensors, keyed, short_name, unchanged
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.places import Place
from interpogate.visualizations.problems import NoTensor
from interpogate.visualizations.value import Value

RESIDUAL: Final = "residual"


def stack_of(graph: Graph, place: Place) -> tuple[int, ...]:
    """Indices of the equal blocks that a group, a list or a whole model runs one after another.

    Of several stacks inside a model the last one that ran, which its output comes from. Empty if
    there is none.
    """
    if place.kind != "modules":
        return ()
    if place.is_group:
        return place.modules if _is_stack(graph, place.modules) else ()
    found = [run for run in _runs(graph, place.modules[0]) if _is_stack(graph, run)]
    deepest = max((len(run) for run in found), default=0)
    largest = [run for run in found if len(run) * 2 >= deepest]
    return max(largest, key=lambda run: graph.recording.calls_of(run[0])[0].order, default=())


def residual_watches(graph: Graph, place: Place) -> frozenset[Watch]:
    """What a run must keep."""
    stack = stack_of(graph, place)
    outputs = {Watch(module, "output") for module in stack}
    return frozenset(outputs | {Watch(module, "input") for module in stack[:1]})


def residual_value(observed: Observed, place: Place, call: int) -> Value:
    """Stream `(points, batch, tokens, features)`. Raises `NoTensor`, `NotKept`, `NotRun`."""
    graph = observed.graph
    stack = stack_of(graph, place)
    if not stack:
        raise NoTensor("There is no stack of equal blocks in it.", hint="Choose a group of blocks.")
    points = [_output(observed, module, call) for module in stack]
    before = _input(observed, stack[0], call, points[0])
    names = tuple(short_name(graph, index) for index in stack)
    return Value((before, *points), RESIDUAL, is_stack=True, labels=("in", *names))


def _runs(graph: Graph, module: int) -> Iterator[tuple[int, ...]]:
    """Neighbouring children of one class, of every module inside `module`."""
    modules = graph.tree.modules
    for around in modules[module : modules[module].last + 1]:
        run: list[int] = []
        for child in around.children:
            if run and modules[run[-1]].class_name != modules[child].class_name:
                yield tuple(run)
                run = []
            run.append(child)
        yield tuple(run)


def _is_stack(graph: Graph, modules: tuple[int, ...]) -> bool:
    """Whether these are blocks that return equal tensors of three dimensions."""
    if len(modules) < 2 or not graph.tree.modules[modules[0]].children:  # noqa: PLR2004
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
