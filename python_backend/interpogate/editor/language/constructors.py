"""Where the code makes a module, as by `self.x = …` or as an entry of a list, and where it uses it.

Reads syntax trees, runs nothing. Called by `definition.py` and `references.py`, in their thread.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from interpogate.editor.language.entries import called, entry_of, names_entry
from interpogate.editor.language.module_table import ClassSource, ModuleTable
from interpogate.editor.language.source_files import SourceFile

Read = Callable[[str], SourceFile | None]

_CONTAINERS = "torch.nn.modules.container"
_ADDING = frozenset({"add_module", "register_module"})


@dataclass(frozen=True)
class Place:
    """A piece of code."""

    file: SourceFile
    node: ast.AST
    """What to show."""
    value: ast.expr | None = None
    """The expression that makes the module, if it is known."""


def definitions_of(table: ModuleTable, row: int, read: Read) -> list[Place]:
    """Where a module is made; else its class, if that has a source file."""
    return makings_of(table, row, read) or _class_places(table.kind(row).source, read)


def makings_of(table: ModuleTable, row: int, read: Read) -> list[Place]:
    """The line that makes a module, several where branches do; else the line of its list."""
    parent = table.parent(row)
    if parent < 0:
        return []
    name, source = table.name(row), table.kind(parent).source
    for own in (source, *source.bases):
        found = _in_class(own, name, table.kind(row).class_name, read)
        if found:
            return found
    above = makings_of(table, parent, read)
    entries = [(place, entry_of(place.value, name)) for place in above if place.value]
    shown = [Place(place.file, entry, entry) for place, entry in entries if entry]
    return shown or above


def uses_of(table: ModuleTable, row: int, read: Read) -> Iterator[Place]:
    """Every `self.x` that reads a module, in the class of its parent and the bases of that."""
    parent = table.parent(row)
    source = table.kind(parent).source if parent >= 0 else None
    for own in (source, *source.bases) if source else ():
        file = None if own.module == _CONTAINERS else read(own.file)
        node = file.class_at(own.name) if file else None
        if file is not None and node is not None:
            reads = (child for child in ast.walk(node) if _is_own(child, table.name(row)))
            yield from (Place(file, child) for child in reads if isinstance(child.ctx, ast.Load))


def _class_places(source: ClassSource, read: Read) -> list[Place]:
    file = read(source.file) if source.file else None
    node = file.class_at(source.name) if file else None
    return [Place(file, node)] if file and node else []


def _in_class(source: ClassSource, name: str, class_name: str, read: Read) -> list[Place]:
    if source.module == _CONTAINERS or not source.file:
        return []
    file = read(source.file)
    node = file.class_at(source.name) if file else None
    if file is None or node is None:
        return []
    found = list(_makings(node, name, class_name))
    best = min((making[0] for making in found), default=0)
    return [Place(file, place, value) for rank, place, value in found if rank == best]


_Making = tuple[int, ast.AST, ast.expr | None]


def _makings(node: ast.ClassDef, name: str, class_name: str) -> Iterator[_Making]:
    """Everything in a class that may make a child, each with its rank."""
    for function in node.body:
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            is_late = function.name != "__init__"
            for child in ast.walk(function):
                for likeness, place, value in _of_node(child, name):
                    is_other = called(value) != class_name
                    rank = 8 * is_late + 4 * _is_nothing(value) + 2 * likeness + is_other
                    yield rank, place, value


def _is_nothing(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _of_node(node: ast.AST, name: str) -> Iterator[tuple[int, ast.AST, ast.expr | None]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _of_target(target, node.value, name)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from _of_target(node.target, node.value, name)
    elif isinstance(node, ast.Call):
        yield from _of_call(node, name)


def _of_target(
    target: ast.expr, value: ast.expr, name: str
) -> Iterator[tuple[int, ast.AST, ast.expr | None]]:
    if _is_own(target, name):
        yield 0, target, value
    elif isinstance(target, (ast.Tuple, ast.List)):
        values: list[ast.expr | None] = [None] * len(target.elts)
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
            values = list(value.elts)
        for inside, own in zip(target.elts, values, strict=True):
            if _is_own(inside, name):
                yield 0, inside, own


def _of_call(call: ast.Call, name: str) -> Iterator[tuple[int, ast.AST, ast.expr | None]]:
    function = call.func
    if isinstance(function, ast.Name) and function.id == "setattr":
        arguments = call.args[1:] if call.args and _is_self(call.args[0]) else []
    elif isinstance(function, ast.Attribute) and function.attr in _ADDING:
        arguments = call.args if _is_self(function.value) else []
    elif isinstance(function, ast.Attribute) and _is_super_constructor(function):
        entry = entry_of(call, name)
        if entry is not None:
            yield 0, entry, entry
        return
    else:
        return
    likeness = names_entry(arguments[0], name) if arguments else None
    if likeness is not None:
        yield likeness, call, arguments[1] if len(arguments) > 1 else None


def _is_super_constructor(function: ast.Attribute) -> bool:
    owner = function.value
    is_super = isinstance(owner, ast.Call) and isinstance(owner.func, ast.Name)
    return function.attr == "__init__" and is_super and owner.func.id == "super"  # type: ignore[attr-defined]


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _is_own(node: ast.AST, name: str) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and node.attr == name and _is_self(node.value)
