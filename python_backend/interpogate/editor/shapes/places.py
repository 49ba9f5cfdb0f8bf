"""Places in a document's text as its syntax tree has them: classes, attributes, calls, strings.

Knows no models. Offsets of the tree are bytes of UTF-8, positions of the protocol units of UTF-16.
Called by the features of this folder.
"""

from __future__ import annotations

import ast
import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interpogate.editor.language.documents import Document

Json = dict[str, Any]

_SCOPES = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class CodePlace:
    """What a position stands for."""

    class_name: str = ""
    """Qualified name of the innermost class around it."""
    member: str = ""
    """The attribute below `self`, such as `attn` or `layers.*.attn`; `*` is any."""
    member_range: Json | None = None
    text: str | None = None
    """The value of the string literal there."""


def tree_of(document: Document) -> ast.Module | None:
    """The syntax tree of a document; None while it does not parse."""
    if "shapes.tree" not in document.memory:
        document.memory["shapes.tree"] = _parsed(document.text)
    tree: ast.Module | None = document.memory["shapes.tree"]
    return tree


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def place_at(document: Document, position: Json) -> CodePlace | None:
    """What a position stands for; None while the text does not parse."""
    tree = tree_of(document)
    if tree is None:
        return None
    at = (position["line"] + 1, _byte_column(document, position))
    around = list(_around(tree, at))
    class_name = _class_name(around)
    if class_name:
        member = _member(around, at)
        if member is not None:
            node, name = member
            return CodePlace(class_name, name, range_of(document, node))
    text = next((n.value for n in around if isinstance(n, ast.Constant)), None)
    return CodePlace(class_name, text=text if isinstance(text, str) else None)


def _around(tree: ast.AST, at: tuple[int, int]) -> Iterator[ast.AST]:
    """The nodes around a position, outermost first."""
    waiting = deque(_children(tree))
    while waiting:
        child = waiting.popleft()
        if _holds(child, at):
            yield child
            waiting = deque(_children(child))
        elif not hasattr(child, "lineno"):  # comprehensions, arguments and the like have no place
            waiting.extendleft(reversed(_children(child)))


def _children(node: ast.AST) -> list[ast.AST]:
    """What is inside of a node; of an f-string what its fields hold."""
    # Before Python 3.12 each part of an f-string is said to be as long as the whole.
    if isinstance(node, ast.JoinedStr):
        fields = [value for value in node.values if isinstance(value, ast.FormattedValue)]
        return [part for field in fields for part in (field.value, field.format_spec) if part]
    return list(ast.iter_child_nodes(node))


def _holds(node: ast.AST, at: tuple[int, int]) -> bool:
    line, end_line = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    if line is None or end_line is None:
        return False
    decorators = getattr(node, "decorator_list", ())
    first = min([(line, node.col_offset), *((d.lineno, 0) for d in decorators)])  # type: ignore[attr-defined]
    return first <= at <= (end_line, node.end_col_offset or 0)  # type: ignore[attr-defined]


def _class_name(around: list[ast.AST]) -> str:
    """Its qualified name as Python writes it; empty outside of classes."""
    scopes = [node for node in around if isinstance(node, _SCOPES)]
    while scopes and not isinstance(scopes[-1], ast.ClassDef):
        scopes.pop()
    parts = [n.name if isinstance(n, ast.ClassDef) else f"{n.name}.<locals>" for n in scopes]
    return ".".join(parts)


def _member(around: list[ast.AST], at: tuple[int, int]) -> tuple[ast.expr, str] | None:
    """The longest access below `self` that ends where the position is: `self.a.b` at `b`."""
    for node in reversed(around):
        if not isinstance(node, ast.Attribute):
            continue
        name = _below_self(node)
        if name and at >= (node.value.end_lineno or 0, node.value.end_col_offset or 0):
            return node, name
    return None


def _below_self(node: ast.expr) -> str:
    """`self.layers[i].attn` as `layers.*.attn`; empty for anything else."""
    parts: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
        elif isinstance(node, ast.Subscript):
            index = node.slice
            fixed = isinstance(index, ast.Constant) and isinstance(index.value, (int, str))
            parts.append(str(index.value) if isinstance(index, ast.Constant) and fixed else "*")
        else:
            return ""
        node = node.value
    return ".".join(reversed(parts)) if node.id == "self" else ""


def range_of(document: Document, node: ast.expr) -> Json:
    """The range of a node."""
    return {
        "start": position_of(document, node.lineno, node.col_offset),
        "end": position_of(document, node.end_lineno or 0, node.end_col_offset or 0),
    }


def position_of(document: Document, line: int, column: int) -> Json:
    """A position from a line counted from 1 and a column in bytes."""
    before = document.line(line - 1).encode()[:column].decode(errors="ignore")
    return {"line": line - 1, "character": len(before.encode("utf-16-le")) // 2}


def _byte_column(document: Document, position: Json) -> int:
    line = document.line(position["line"]).encode("utf-16-le")
    return len(line[: 2 * position["character"]].decode("utf-16-le", errors="ignore").encode())


def end_of_call(document: Document, call: Json) -> Json | None:
    """Where an observed call ends. From Python 3.10 only its line is known: then by its name."""
    if call["endColumn"] >= 0:
        return position_of(document, call["endLine"], call["endColumn"])
    tree = tree_of(document)
    if tree is None:
        return None
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _begins(n, call["line"])]
    names = {path.rpartition(".")[2] for path in call["paths"]}
    named = [n for n in nodes if isinstance(n.func, ast.Attribute) and n.func.attr in names]
    fitting = named or nodes
    if len(fitting) != 1:
        return None
    return range_of(document, fitting[0])["end"]  # type: ignore[no-any-return]


def _begins(node: ast.Call, line: int) -> bool:
    """Python 3.10 gives a call the line that it begins on or, over several lines, a later one."""
    return node.lineno <= line <= (node.func.end_lineno or node.lineno)
