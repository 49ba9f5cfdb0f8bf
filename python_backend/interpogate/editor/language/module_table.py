"""A model's modules as a tree of names, kept beside the worker, so that it is never waited for.

Made of the parts of `module/table`; row 0 is the root. Knows no documents and asks nobody. Called
by `mirror.py`, read by the features.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

Json = dict[str, Any]

_NONE: Mapping[str, int] = {}
_LONG_LIST = 2_000


@dataclass(frozen=True)
class ClassSource:
    """A class and where it is written."""

    module: str
    name: str
    """Qualified name inside of the module."""
    file: str
    """Absolute path; empty if it has no source file."""
    bases: tuple[ClassSource, ...]
    """In the order of lookup, up to `torch.nn.Module`."""


@dataclass(frozen=True)
class Kind:
    """What many modules have in common."""

    source: ClassSource
    parameters: tuple[Json, ...]
    """Rows as `ParameterRow` has them on the wire."""
    attributes: tuple[tuple[str, str], ...]

    @property
    def class_name(self) -> str:
        """The last part of the class's name."""
        return self.source.name.rpartition(".")[2]


class ModuleTable:
    """All modules of one model."""

    def __init__(self, version: int = 0) -> None:
        self.version = version
        """The graph it was read for."""
        self.total = 1
        self._names: list[str] = []
        self._parents: list[int] = []
        self._kinds: list[int] = []
        self._counts: list[int] = []
        self._kind_rows: list[Kind] = []
        self._kind_of: dict[str, int] = {}
        self._children: dict[int, dict[str, int]] = {}
        self._others: list[tuple[str, int]] = []
        self._odd: dict[str, int] = {}
        self._ranges: dict[int, int] = {}
        self._sorted: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self._names)

    @property
    def is_complete(self) -> bool:
        """Whether all parts are here."""
        return len(self) >= self.total

    def add(self, part: Json) -> None:
        """Take the next part, a `ModuleTable` of the protocol as it travelled."""
        first = len(self)
        self.total = part["total"]
        rows = self._kind_numbers(part)
        # Names repeat in every layer: one string each.
        self._names += [sys.intern(name) for name in part["names"]]
        self._parents += part["parents"]
        self._kinds += [rows[kind] for kind in part["kinds"]]
        self._counts += part["parameterCounts"]
        for row in range(first, len(self)):
            self._link(row)
        self._others += zip(part["otherPaths"], part["otherModules"], strict=True)
        if self.is_complete:
            self._link_others()

    def find(self, path: str) -> int | None:
        """The row of a path, any of its names; the root is `.` or empty."""
        if path in {"", "."}:
            return 0 if self._names else None
        row = 0
        for name in path.split("."):
            child = self._children.get(row, _NONE).get(name)
            if child is None:
                return self._odd.get(path)
            row = child
        return row

    def nearest(self, path: str) -> tuple[int, str]:
        """The deepest module on the way to a path, and the rest of the path from there."""
        row, rest = 0, path
        while rest:
            name, _, following = rest.partition(".")
            child = self._children.get(row, _NONE).get(name)
            if child is None:
                break
            row, rest = child, following
        return row, rest

    def path(self, row: int) -> str:
        """The path of a row; `.` for the root."""
        names = []
        while row > 0:
            names.append(self._names[row])
            row = self._parents[row]
        return ".".join(reversed(names)) or "."

    def name(self, row: int) -> str:
        """The name that its parent knows it by."""
        return self._names[row]

    def parent(self, row: int) -> int:
        """The row of its parent; -1 for the root."""
        return self._parents[row]

    def children(self, row: int) -> Mapping[str, int]:
        """Direct submodules by name, in the order of the model; other names come last."""
        return self._children.get(row, _NONE)

    def kind(self, row: int) -> Kind:
        """Its class, own parameters and facts."""
        return self._kind_rows[self._kinds[row]]

    def parameter_count(self, row: int) -> int:
        """Parameters inside, shared ones counted once."""
        return self._counts[row]

    def matching(self, row: int, word: str, most: int) -> list[tuple[str, int]]:
        """Children whose name begins with a word, then those that hold it; case does not count.

        Of a list that is too long to look at at each keystroke only those that begin so.
        """
        children, lower = self.children(row), word.lower()
        if not lower:
            return list(islice(children.items(), most))
        if len(children) > _LONG_LIST:
            return [(name, children[name]) for name in self._beginning(row, lower, most)]
        holding = [(name.lower().find(lower), name) for name in children]
        begins = [name for place, name in holding if place == 0]
        holds = [name for place, name in holding if place > 0]
        return [(name, children[name]) for name in [*begins, *holds][:most]]

    def _beginning(self, row: int, lower: str, most: int) -> list[str]:
        if row not in self._sorted:
            self._sorted[row] = sorted(self.children(row), key=str.lower)
        names = self._sorted[row]
        first = bisect_left(names, lower, key=str.lower)
        return [name for name in names[first : first + most] if name.lower().startswith(lower)]

    def numbered(self, row: int) -> int:
        """How many children are named `0`, `1` and so on, if there are no others; else 0."""
        if row not in self._ranges:
            names = self.children(row)
            is_range = len(names) > 1 and all(map(names.__contains__, map(str, range(len(names)))))
            self._ranges[row] = len(names) if is_range else 0
        return self._ranges[row]

    def rows(self) -> range:
        """All rows."""
        return range(len(self))

    def rows_named(self, name: str) -> Iterator[int]:
        """All rows with a name."""
        return (row for row, own in enumerate(self._names) if own == name)

    def _link(self, row: int) -> None:
        parent, name = self._parents[row], self._names[row]
        if parent < 0:
            return
        self._children.setdefault(parent, {})[name] = row
        if "." in name:
            self._odd[self.path(row)] = row
        elif self._odd and (path := self.path(row)).count(".") > self._depth(row) - 1:
            self._odd[path] = row

    def _depth(self, row: int) -> int:
        depth = 0
        while row > 0:
            row, depth = self._parents[row], depth + 1
        return depth

    def _link_others(self) -> None:
        """Give tied modules their further names; those inside of them follow by themselves."""
        for path, row in sorted(self._others, key=lambda other: other[0].count(".")):
            if self.find(path) == row:
                continue
            above, _, name = path.rpartition(".")
            parent = self.find(above)
            if parent is None:
                self._odd[path] = row
            else:
                self._children.setdefault(parent, {}).setdefault(name, row)

    def _kind_numbers(self, part: Json) -> list[int]:
        classes = _classes(part["classes"])
        return [self._kind_number(row, classes) for row in part["kindRows"]]

    def _kind_number(self, row: Json, classes: list[ClassSource]) -> int:
        source = classes[row["classRow"]]
        key = repr((source.module, source.name, source.file, row["parameters"], row["attributes"]))
        if key not in self._kind_of:
            self._kind_of[key] = len(self._kind_rows)
            attributes = tuple((label, text) for label, text in row["attributes"])
            self._kind_rows.append(Kind(source, tuple(row["parameters"]), attributes))
        return self._kind_of[key]


def _classes(rows: list[Json]) -> list[ClassSource]:
    plain = [ClassSource(row["module"], row["name"], row["file"], ()) for row in rows]
    return [
        ClassSource(own.module, own.name, own.file, tuple(plain[base] for base in row["bases"]))
        for own, row in zip(plain, rows, strict=True)
    ]


@dataclass(frozen=True)
class Observation:
    """What equal calls of one module took and returned, as text."""

    count: int
    inputs: str
    outputs: str | None
    """None if it did not return."""


class Shapes:
    """What the modules took and returned in one graph."""

    def __init__(self) -> None:
        self.version = 0
        self.origin = "none"
        self.run_id = 0
        self.following = 0
        self.total = 1
        self._rows: dict[int, list[tuple[int, str, str | None]]] = {}
        self._texts: dict[str, str] = {}

    @property
    def is_complete(self) -> bool:
        """Whether all parts are here."""
        return self.following >= self.total

    def add(self, part: Json) -> None:
        """Take the next part, a `ModuleShapes` of the protocol as it travelled."""
        self.version, self.origin = part["graphVersion"], part["origin"]
        self.run_id, self.total = part["runId"], part["total"]
        self.following = part["following"]
        texts = [self._texts.setdefault(text, text) for text in part["texts"]]
        columns = (part[name] for name in ("modules", "counts", "inputs", "outputs"))
        for module, count, taken, returned in zip(*columns, strict=True):
            output = texts[returned] if returned >= 0 else None
            self._rows.setdefault(module, []).append((count, texts[taken], output))

    def of(self, row: int) -> list[Observation]:
        """What a module took and returned, in the order of first sight."""
        return [Observation(*found) for found in self._rows.get(row, ())]
