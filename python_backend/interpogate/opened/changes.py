"""The modules of a model before and after a reload, and what is different. Pure.

Called by `opened_model.py` with what two workers said of their modules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from interpogate.protocol.messages import (
    ChangeKind,
    ModelDifference,
    ModuleChange,
    ModuleKind,
    ModuleShapes,
    ModuleTable,
    ParameterRow,
)

_MOST_CHANGES = 300
_MOST_DETAILS = 8
_DETAIL_LENGTH = 120
_ROOT = "."


@dataclass(frozen=True)
class ModuleFacts:
    """What is compared of one module."""

    class_name: str
    parameters: tuple[ParameterRow, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    output: str = ""


Modules = Mapping[str, ModuleFacts]
"""By path, parents before children."""


def modules_of(tables: Sequence[ModuleTable], shapes: Iterable[ModuleShapes]) -> Modules:
    """The modules of all parts of a table, with the first output that each was seen to return."""
    outputs: dict[int, str] = {}
    for part in shapes:
        for module, row in zip(part.modules, part.outputs, strict=True):
            outputs.setdefault(module, part.texts[row] if row >= 0 else "")
    paths: list[str] = []
    found: dict[str, ModuleFacts] = {}
    for table in tables:
        for name, parent, kind in zip(table.names, table.parents, table.kinds, strict=True):
            path = _path(paths, name, parent)
            output = outputs.get(len(paths), "")
            found[path] = _facts(table, table.kind_rows[kind], output)
            paths.append(path)
    return found


def _path(paths: Sequence[str], name: str, parent: int) -> str:
    if parent < 0:
        return _ROOT
    return name if parent == 0 else f"{paths[parent]}.{name}"


def _facts(table: ModuleTable, kind: ModuleKind, output: str) -> ModuleFacts:
    name = table.classes[kind.class_row].name
    return ModuleFacts(name.rpartition(".")[2], kind.parameters, kind.attributes, output)


def difference(before: Modules, after: Modules, *, graph_version: int) -> ModelDifference:
    """What is new, gone and different in `after`; of a new or gone branch only its root is told."""
    added = list(_branches(after, before, "added"))
    removed = list(_branches(before, after, "removed"))
    changed = list(_changed(before, after))
    return ModelDifference(
        graph_version=graph_version,
        added_count=len(added),
        removed_count=len(removed),
        changed_count=len(changed),
        changes=_bounded([added, removed, changed]),
    )


def _branches(here: Modules, there: Modules, kind: ChangeKind) -> Iterator[ModuleChange]:
    for path, facts in here.items():
        if path not in there and (parent_of(path) in there or path == _ROOT):
            yield ModuleChange(kind=kind, path=path, class_name=facts.class_name)


def parent_of(path: str) -> str:
    """The path of the module around."""
    return path.rpartition(".")[0] or _ROOT


def _changed(before: Modules, after: Modules) -> Iterator[ModuleChange]:
    for path, new in after.items():
        old = before.get(path)
        if old is None or old == new:
            continue
        details = tuple(_details(old, new))
        if details:
            yield ModuleChange(
                kind="changed",
                path=path,
                class_name=new.class_name,
                details=details[:_MOST_DETAILS],
            )


def _details(old: ModuleFacts, new: ModuleFacts) -> Iterator[str]:
    if old.class_name != new.class_name:
        yield _cut(f"{old.class_name} → {new.class_name}")
    yield from _parameters(old.parameters, new.parameters)
    yield from _attributes(dict(old.attributes), dict(new.attributes))
    if old.output != new.output and old.output and new.output:
        yield _cut(f"output {old.output} → {new.output}")


def _parameters(old: Sequence[ParameterRow], new: Sequence[ParameterRow]) -> Iterator[str]:
    before, after = {row.name: row for row in old}, {row.name: row for row in new}
    for name, row in after.items():
        was = before.get(name)
        if was is None:
            yield _cut(f"{name} {_size(row)} is new")
        elif _size(was) != _size(row) or was.dtype != row.dtype:
            yield _cut(f"{name} {_text(was, row)} → {_text(row, was)}")
    yield from (_cut(f"{name} is gone") for name in before if name not in after)


def _attributes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield _cut(f"{name} {old.get(name, 'none')} → {new.get(name, 'none')}")


def _size(row: ParameterRow) -> str:
    return "×".join(map(str, row.shape)) or "scalar"


def _text(row: ParameterRow, other: ParameterRow) -> str:
    """Its size, and its dtype where that is what changed."""
    return _size(row) if row.dtype == other.dtype else f"{row.dtype} {_size(row)}"


def _cut(text: str) -> str:
    return text if len(text) <= _DETAIL_LENGTH else text[: _DETAIL_LENGTH - 1] + "…"


def _bounded(lists: Sequence[Sequence[ModuleChange]]) -> tuple[ModuleChange, ...]:
    """As many of each kind as fit; a kind with few leaves its room to the others."""
    kept: list[Sequence[ModuleChange]] = []
    room = _MOST_CHANGES
    for place, changes in enumerate(lists):
        share = max(room // (len(lists) - place), room - sum(map(len, lists[place + 1 :])))
        kept.append(changes[:share])
        room -= len(kept[-1])
    return tuple(change for changes in kept for change in changes)
