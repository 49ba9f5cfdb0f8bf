"""What a recording does not show, and why: one sentence each."""

from __future__ import annotations

from collections.abc import Iterator

from interpogate.graph.modules import ModuleTree, Source
from interpogate.graph.recording import Operation, Recording

# Sentences of one kind beyond these are counted only.
_MAXIMUM = 5


def notes_of(tree: ModuleTree, recording: Recording) -> tuple[str, ...]:
    """Lost flows, edits by hooks, and what is not the whole model."""
    operations = recording.operations
    unseen = [one for one in operations if one.kind == "unseen"]
    leaving = [one for one in operations if one.kind == "leaving"]
    where = {id(one): _where(tree, recording, one) for one in (*unseen, *leaving)}
    return (
        *((_EAGER,) if recording.is_eager_twin else ()),
        *dict.fromkeys(recording.remarks),
        *dict.fromkeys(recording.sealed.values()),
        *_limited(_edited(tree, recording), "hooks that replaced values"),
        *_limited((_UNSEEN.format(where[id(one)]) for one in unseen), "origins not seen"),
        *_limited(
            (_LEAVING.format(where[id(one)], one.name) for one in leaving), "values left torch"
        ),
    )


_EAGER = "Compiled parts ran as they were written: results may differ in their last bits."
_UNSEEN = (
    "The origin of a tensor used in {} was not seen: it was made where torch lets nobody watch, "
    "such as NumPy, another thread or compiled code."
)
_LEAVING = "In {} values left torch by {}(): what is computed from them is not followed."
_EDITED = (
    "A hook on {} replaced or changed values: what follows is not what the model computes by "
    "itself."
)


def _edited(tree: ModuleTree, recording: Recording) -> Iterator[str]:
    for call in sorted(recording.edited):
        if call < len(recording.calls):
            yield _EDITED.format(_name(tree.modules[recording.calls[call].module].path))


def _where(tree: ModuleTree, recording: Recording, operation: Operation) -> str:
    path = tree.modules[recording.module_of(operation)].path
    source = operation.source
    return f"{_name(path)} ({_place(source)})" if source else _name(path)


def _name(path: str) -> str:
    return "the model" if path == "." else path


def _place(source: Source) -> str:
    return f"{source.file.replace(chr(92), '/').rsplit('/', 1)[-1]}:{source.line}"


def _limited(sentences: Iterator[str], others: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(sentences))
    if len(found) <= _MAXIMUM:
        return found
    return (*found[:_MAXIMUM], f"{len(found) - _MAXIMUM} more {others} in this run.")
