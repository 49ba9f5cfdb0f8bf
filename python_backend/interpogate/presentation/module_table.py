"""All modules, and what each took and returned, as columns in parts of a bounded size."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from torch import nn

from interpogate.graph.graph import Graph
from interpogate.graph.modules import Module
from interpogate.graph.recording import Call
from interpogate.graph.values import Structure, text_of
from interpogate.protocol import messages as m
from interpogate.trace.modules import ModelModules

_PART_ROWS = 4_000
_PART_CHARACTERS = 500_000
_TEXT_LENGTH = 400

_ClassKey = tuple[str, str]


def module_table(modules: ModelModules, first: int) -> m.ModuleTable:
    """The modules from `first` on, as many as fit in a part."""
    part = _Part(modules)
    rows = modules.tree.modules
    for module in rows[max(0, first) : max(0, first) + _PART_ROWS]:
        if part.is_full:
            break
        part.add(module)
    return part.message(len(rows), max(0, first))


class _Part:
    """Collects rows; kinds and classes each once."""

    def __init__(self, modules: ModelModules) -> None:
        self._modules = modules
        self._rows: list[tuple[str, int, int, int]] = []
        self._others: list[tuple[str, int]] = []
        self._kinds: dict[m.ModuleKind, int] = {}
        self._classes: dict[_ClassKey, int] = {}
        self._class_rows: list[m.ModuleClass] = []
        self._characters = 0

    @property
    def is_full(self) -> bool:
        return self._characters > _PART_CHARACTERS

    def add(self, module: Module) -> None:
        name = _own_name(module, self._modules.tree.modules)
        kind = self._kind(module)
        self._rows.append((name, module.parent, kind, module.parameter_count))
        self._others += [(path, module.index) for path in module.other_paths]
        self._characters += len(name) + sum(map(len, module.other_paths))

    def message(self, total: int, first: int) -> m.ModuleTable:
        return m.ModuleTable(
            total=total,
            first=first,
            names=tuple(row[0] for row in self._rows),
            parents=tuple(row[1] for row in self._rows),
            kinds=tuple(row[2] for row in self._rows),
            parameter_counts=tuple(row[3] for row in self._rows),
            other_paths=tuple(path for path, _ in self._others),
            other_modules=tuple(index for _, index in self._others),
            kind_rows=tuple(self._kinds),
            classes=tuple(self._class_rows),
        )

    def _kind(self, module: Module) -> int:
        kind = m.ModuleKind(
            class_row=self._class(type(self._modules.live[module.index])),
            parameters=tuple(
                m.ParameterRow(
                    name=p.name, shape=p.shape, dtype=p.dtype, is_buffer=p.is_buffer, shared_with=()
                )
                for p in module.parameters
            ),
            attributes=module.attributes,
        )
        if kind not in self._kinds:
            self._characters += len(repr(kind))
        return self._kinds.setdefault(kind, len(self._kinds))

    def _class(self, kind: type[Any]) -> int:
        key = (kind.__module__, kind.__qualname__)
        if key not in self._classes:
            bases = tuple(self._base(base) for base in _bases(kind))
            self._classes[key] = len(self._class_rows)
            self._class_rows.append(_class_row(kind, bases))
        return self._classes[key]

    def _base(self, kind: type[Any]) -> int:
        """A base's row; its own bases stand in the class's row already."""
        key = (kind.__module__, kind.__qualname__)
        if key not in self._classes:
            self._classes[key] = len(self._class_rows)
            self._class_rows.append(_class_row(kind, ()))
        return self._classes[key]


def _own_name(module: Module, rows: tuple[Module, ...]) -> str:
    if module.parent < 0:
        return ""
    parent = rows[module.parent].path
    return module.path if parent == "." else module.path[len(parent) + 1 :]


def _bases(kind: type[Any]) -> list[type[Any]]:
    above = set(nn.Module.__mro__)
    return [base for base in kind.__mro__[1:] if base not in above]


def _class_row(kind: type[Any], bases: tuple[int, ...]) -> m.ModuleClass:
    file = _source_file(kind)
    return m.ModuleClass(
        module=str(kind.__module__), name=kind.__qualname__, file=file, bases=bases
    )


def _source_file(kind: type[Any]) -> str:
    try:
        file = inspect.getsourcefile(kind)
    except (OSError, TypeError):
        return ""
    return str(Path(file).absolute()) if file else ""


def module_shapes(graph: Graph, version: int, first: int) -> m.ModuleShapes:
    """What the calls from `first` on took and returned, as many as fit in a part."""
    calls = graph.recording.calls
    texts: dict[str, int] = {"": 0}
    counts: dict[tuple[int, int, int], int] = {}
    following, characters = max(0, first), 0
    for call in calls[max(0, first) : max(0, first) + _PART_ROWS]:
        known = len(texts)
        row = (call.module, _row(texts, _arguments(call)), _output_row(texts, call))
        characters += sum(len(text) for text in list(texts)[known:])
        counts[row] = counts.get(row, 0) + 1
        following += 1
        if characters > _PART_CHARACTERS:
            break
    return m.ModuleShapes(
        graph_version=version,
        origin=graph.origin,
        run_id=graph.run_id,
        total=len(calls),
        following=following,
        modules=tuple(row[0] for row in counts),
        counts=tuple(counts.values()),
        inputs=tuple(row[1] for row in counts),
        outputs=tuple(row[2] for row in counts),
        texts=tuple(texts),
    )


def _row(texts: dict[str, int], text: str) -> int:
    return texts.setdefault(text, len(texts))


def _output_row(texts: dict[str, int], call: Call) -> int:
    return _row(texts, _cut(text_of(call.outputs))) if call.outputs else -1


def _arguments(call: Call) -> str:
    """Each argument with its name, as in `x: float32[1, 8], causal: True`; None says nothing."""
    starts = [row for row, value in enumerate(call.inputs) if value.depth == 0]
    ends = [*starts[1:], len(call.inputs)]
    parts = [call.inputs[start:end] for start, end in zip(starts, ends, strict=False)]
    return _cut(", ".join(_argument(part) for part in parts if part[0].kind != "none"))


def _argument(part: Structure) -> str:
    name = part[0].key
    return f"{name}: {text_of(part)}" if name else text_of(part)


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_LENGTH else f"{text[: _TEXT_LENGTH - 1]}…"
