"""What was observed, told by places in the code instead of by nodes of the graph.

Called by the worker's handlers.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import TypeVar

from torch import nn

from interpogate.graph.graph import Graph
from interpogate.graph.modules import Module, Source
from interpogate.graph.recording import Call, CallSite
from interpogate.graph.values import Structure, text_of
from interpogate.presentation.subject import Subject
from interpogate.protocol import messages as m
from interpogate.protocol.source_text import text_digest
from interpogate.trace.loaded_text import loaded_text
from interpogate.trace.source import is_torch_file

_MOST_VALUES = 20
_MOST_PATHS = 20
_MOST_FOUND = 10_000
# A dtype is what stands right before the sizes of a tensor in `text_of`.
_DTYPE = re.compile(r"\b\w+(?=\[[-\d, ]*\])")

Item = TypeVar("Item")


def observed_code(subject: Subject, graph_version: int, file: str) -> m.ObservedCode:
    """The calls that a file's lines made, each place once."""
    graph = subject.graph
    places = _places(graph, file)
    return m.ObservedCode(
        file=file,
        digest=_digest(places),
        graph_version=graph_version,
        origin=graph.origin,
        run_id=graph.run_id,
        calls=tuple(_observed_call(graph, site, calls) for site, calls in places.items()),
    )


def found_modules(subject: Subject, wanted: m.FindInCode) -> m.FoundModules:
    """Instances of a class, or what an attribute of them holds."""
    graph, modules = subject.graph, subject.graph.tree.modules
    is_instance = _instance_test(wanted.file, wanted.class_name)
    found = [index for index, live in enumerate(subject.live) if is_instance(type(live))]
    if wanted.member:
        by_identity = {id(live): index for index, live in enumerate(subject.live)}
        held = (live for index in found for live in _members(subject.live[index], wanted.member))
        found = _distinct(by_identity[id(live)] for live in held if id(live) in by_identity)
    chosen = [modules[index] for index in found]
    return m.FoundModules(
        paths=tuple(module.path for module in chosen[:_MOST_FOUND]),
        modules=tuple(_observed_module(graph, module) for module in chosen[: wanted.limit]),
        origin=graph.origin,
        run_id=graph.run_id,
    )


def use_of(graph: Graph, module: Module, call: Call | None) -> Source | None:
    """The line of a module's call in the nearest code around it outside of torch.

    Without a call of its own, that of the first module inside of it.
    """
    call = call or _first_inside(graph, module)
    while call is not None:
        if call.site is not None and not is_torch_file(call.site.file):
            return None if call.parent < 0 else call.site.source
        call = graph.recording.calls[call.parent] if call.parent >= 0 else None
    return None


def _first_inside(graph: Graph, module: Module) -> Call | None:
    """For a container that is not called itself: the first call of what it holds."""
    inside = (graph.recording.calls_of(index) for index in range(module.index, module.last + 1))
    return next((calls[0] for calls in inside if calls), None)


def _places(graph: Graph, file: str) -> dict[CallSite, list[Call]]:
    is_wanted = cache(_same_file_test(file))
    places: dict[CallSite, list[Call]] = {}
    for call in graph.recording.calls:
        if call.parent >= 0 and call.site is not None and is_wanted(call.site.file):
            places.setdefault(call.site, []).append(call)
    return places


def _digest(places: Collection[CallSite]) -> str:
    """Of the text that ran; empty if nothing did or the file has changed since."""
    codes = {id(site.code): site.code for site in places}
    text = loaded_text(next(iter(places)).file, tuple(codes.values())) if places else None
    return "" if text is None else text_digest(text)


def _same_file_test(file: str) -> Callable[[str], bool]:
    wanted = _real(file)
    return lambda other: other == file or _real(other) == wanted


def _real(file: str) -> str:
    return os.path.normcase(os.path.realpath(file))


def _observed_call(graph: Graph, site: CallSite, calls: Sequence[Call]) -> m.ObservedCall:
    modules = [graph.tree.modules[index] for index in _distinct(call.module for call in calls)]
    return m.ObservedCall(
        line=site.line,
        column=site.column,
        end_line=site.end_line,
        end_column=site.end_column,
        paths=tuple(module.path for module in modules[:_MOST_PATHS]),
        path_count=len(modules),
        class_name=modules[0].class_name,
        call_count=len(calls),
        outputs=_values(call.outputs for call in calls),
        failed=any(call.failed for call in calls),
    )


def _observed_module(graph: Graph, module: Module) -> m.ObservedModule:
    calls = graph.recording.calls_of(module.index)
    return m.ObservedModule(
        path=module.path,
        class_name=module.class_name,
        call_count=len(calls),
        inputs=_values((call.inputs for call in calls), arguments=True),
        outputs=_values(call.outputs for call in calls),
    )


def _values(
    structures: Iterable[Structure], *, arguments: bool = False
) -> tuple[m.ObservedValue, ...]:
    """Each different structure once, in the order of first sight."""
    counts: dict[str, int] = {}
    for structure in structures:
        text = _arguments_text(structure) if arguments else text_of(structure)
        if structure:
            counts[text] = counts.get(text, 0) + 1
    return tuple(
        m.ObservedValue(shape=_DTYPE.sub("", text), text=text, count=count)
        for text, count in list(counts.items())[:_MOST_VALUES]
    )


def _arguments_text(structure: Structure) -> str:
    starts = [row for row, value in enumerate(structure) if value.depth == 0]
    ends = [*starts[1:], len(structure)]
    parts = [structure[start:end] for start, end in zip(starts, ends, strict=True)]
    return ", ".join(f"{part[0].key}: {text_of(part)}" for part in parts)


def _instance_test(file: str, class_name: str) -> Callable[[type], bool]:
    """Whether a class is the one of that name in that file, or is made of it."""
    is_wanted = _same_file_test(file)

    @cache
    def is_it(kind: type) -> bool:
        return kind.__qualname__ == class_name and is_wanted(_file_of(kind))

    return cache(lambda kind: any(is_it(base) for base in kind.__mro__))


def _file_of(kind: type) -> str:
    try:
        return inspect.getsourcefile(kind) or ""
    except (OSError, TypeError):
        return ""


def _members(module: nn.Module, names: str) -> list[nn.Module]:
    """Submodules by a path in which `*` is any, without running properties of the user."""
    found = [module]
    for name in names.split("."):
        below = [live._modules for live in found]
        every = [live for own in below for key, live in own.items() if name in (key, "*")]
        found = [live for live in every if live is not None]
    return found


def _distinct(items: Iterable[Item]) -> list[Item]:
    return list(dict.fromkeys(items))
