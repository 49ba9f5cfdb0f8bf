"""The expressions of a function, by the offset of the instruction that evaluates them.

A function's own text is parsed once, never the whole file. Comprehensions and lambdas that are no
statement of their own are not known, nor are offsets before Python 3.11.
"""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

_MAXIMUM_FUNCTIONS = 2000

# Line and column of the beginning, line and column of the end; columns in bytes.
Span = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of an expression that is evaluated before it."""

    span: Span
    name: str = ""
    """If it is just a name."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a name is bound to."""

    start: tuple[int, int]
    end: tuple[int, int]
    value: Span
    alias: str
    """If the value is just another name."""


class Expressions:
    """One function's expressions and assignments."""

    def __init__(self, code: CodeType, function: ast.AST) -> None:
        self._positions = _positions(code)
        self._nodes: dict[Span, ast.AST] = {}
        self._operands: dict[int, tuple[Operand, ...]] = {}
        self._assignments: dict[str, list[Assignment]] = {}
        self._ignored: set[Span] = set()
        self._loops: list[Span] = []
        self._branches: list[Span] = []
        self._returned: list[Operand] = []
        for node in _own_nodes(function):
            self._add(node)
        for found in self._assignments.values():
            found.sort(key=lambda one: one.end)

    def span(self, offset: int) -> Span | None:
        """Where the expression is that the instruction at an offset evaluates."""
        return self._positions.get(offset)

    def operands(self, offset: int) -> tuple[Operand, ...]:
        """The parts of the expression at an offset, in the order they are evaluated."""
        found = self._operands.get(offset)
        if found is None:
            span = self.span(offset)
            node = self._nodes.get(span) if span is not None else None
            found = tuple(_operands(node)) if node is not None else ()
            self._operands[offset] = found
        return found

    def is_ignored(self, offset: int) -> bool:
        """Whether the value of the expression at an offset is thrown away."""
        return self.span(offset) in self._ignored

    def returned(self) -> tuple[Operand, ...]:
        """What the return statements name."""
        return tuple(self._returned)

    def assignments(self, name: str, at: tuple[int, int]) -> Iterator[Assignment]:
        """Assignments to a name that may hold at a place, newest first."""
        own = self._assignments.get(name, [])
        yield from (one for one in reversed(own) if one.end <= at)
        around = [span for span in self._loops if span[:2] <= at < span[2:]]
        if around:
            end = around[-1][2:]
            yield from [one for one in own if at < one.end <= end][-1:]

    def is_certain(self, assignment: Assignment, at: tuple[int, int]) -> bool:
        """Whether an assignment has run at a place that comes after it."""
        around = [one for one in self._branches if one[:2] <= assignment.start < one[2:]]
        return all(one[:2] <= at < one[2:] for one in around)

    def _add(self, node: ast.AST) -> None:
        match node:
            case ast.Expr():
                self._ignored.add(_span(node.value))
            case ast.Assign():
                for target in node.targets:
                    self._bind(node, target, node.value)
            case ast.AnnAssign(value=ast.expr() as value) | ast.NamedExpr(value=value):
                self._bind(node, node.target, value)
            case ast.For() | ast.While() | ast.AsyncFor():
                self._loops.append(_span(node))
            case ast.If() | ast.Try():
                self._branches.append(_span(node))
            case ast.Return(value=ast.expr() as value):
                parts = value.elts if isinstance(value, ast.Tuple) else [value]
                self._returned += [_operand(part) for part in parts]
        if isinstance(node, (ast.expr, ast.AugAssign)) and not isinstance(node, ast.Name):
            self._nodes.setdefault(_span(node), node)

    def _bind(self, statement: Any, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple):
            parts = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
            for one, part in zip(target.elts, parts, strict=False):
                self._bind(statement, one, part)
        elif isinstance(target, ast.Name):
            span = _span(statement)
            alias = value.id if isinstance(value, ast.Name) else ""
            bound = Assignment(span[:2], span[2:], _span(value), alias)
            self._assignments.setdefault(target.id, []).append(bound)


# By identity: hashing a code object hashes all that it holds.
_known: dict[int, tuple[CodeType, Expressions | None]] = {}


def expressions_of(code: CodeType) -> Expressions | None:
    """The expressions of a function; None where its text is not known or is no statement."""
    known = _known.get(id(code))
    if known is None:
        if len(_known) >= _MAXIMUM_FUNCTIONS:
            _known.clear()
        known = _known[id(code)] = (code, _read(code))
    return known[1]


def _read(code: CodeType) -> Expressions | None:
    if code.co_name.startswith("<") and code.co_name != "<lambda>":
        return None
    try:
        lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
        text = "".join(inspect.getblock(lines))
        is_inside = text[:1].isspace()
        tree = ast.parse(f"if 1:\n{text}" if is_inside else text)
    except (SyntaxError, ValueError, IndexError, OSError, RecursionError):
        return None
    ast.increment_lineno(tree, code.co_firstlineno - (2 if is_inside else 1))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    for node in ast.walk(tree):
        name = getattr(node, "name", "<lambda>")
        if isinstance(node, kinds) and name == code.co_name:
            return Expressions(code, node)
    return None


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a function but those of functions inside it, outer ones first."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)


def _operands(node: ast.AST) -> Iterator[Operand]:
    for part in _parts(node):
        if isinstance(part, (ast.List, ast.Tuple, ast.Starred)):
            yield from _operands(part)
        else:
            yield _operand(part)


def _parts(node: Any) -> list[ast.expr]:
    """The operands of an expression; a method's object is one of them."""
    if isinstance(node, ast.Call):
        method = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return [*method, *node.args, *(keyword.value for keyword in node.keywords)]
    if isinstance(node, (ast.List, ast.Tuple)):
        return node.elts
    names = ("left", "target", "operand", "value", "right", "comparators", "slice")
    found = [getattr(node, name, None) for name in names]
    parts = [part for one in found for part in (one if isinstance(one, list) else [one])]
    return [part for part in parts if isinstance(part, ast.expr)]


def _operand(node: ast.expr) -> Operand:
    return Operand(_span(node), node.id if isinstance(node, ast.Name) else "")


def _span(node: Any) -> Span:
    return (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)


def _positions(code: CodeType) -> dict[int, Span]:
    positions: Any = getattr(code, "co_positions", None)
    if positions is None:
        return {}
    return {
        2 * number: (line, column, end_line, end_column)
        for number, (line, end_line, column, end_column) in enumerate(positions())
        if None not in (line, column, end_line, end_column)
    }
