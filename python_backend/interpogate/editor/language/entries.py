"""Entries of `ModuleList`, `Sequential` and `ModuleDict`, in the expression that makes them.

Pure syntax. Called by `constructors.py`.
"""

from __future__ import annotations

import ast
import re

_FIELD = re.compile(r"%[-+ #0-9.]*[a-z]|\{[^{}]*\}")


def entry_of(made: ast.expr, name: str) -> ast.expr | None:
    """The expression that makes the entry called `name`; None if the code does not show it."""
    if isinstance(made, ast.Call):
        keyword = next((k.value for k in made.keywords if k.arg == name), None)
        if keyword is not None:
            return keyword
        if len(made.args) == 1 and not isinstance(made.args[0], ast.Starred):
            return _inside(made.args[0], name) or _positional(made.args, name)
        return _positional(made.args, name)
    return _inside(made, name)


def _inside(given: ast.expr, name: str) -> ast.expr | None:
    """An entry of what a container is given: a list, a dict, pairs, a comprehension."""
    if isinstance(given, ast.Dict):
        return next(
            (v for k, v in zip(given.keys, given.values, strict=True) if _is_text(k, name)), None
        )
    if isinstance(given, (ast.ListComp, ast.GeneratorExp)):
        return given.elt
    if isinstance(given, (ast.List, ast.Tuple)):
        pairs = (e for e in given.elts if isinstance(e, ast.Tuple) and len(e.elts) == 2)  # noqa: PLR2004
        named = next((pair.elts[1] for pair in pairs if _is_text(pair.elts[0], name)), None)
        return named or _positional(given.elts, name)
    if isinstance(given, ast.Call) and called(given) in {"OrderedDict", "dict", "list", "tuple"}:
        return entry_of(given, name)
    return None


def _positional(arguments: list[ast.expr], name: str) -> ast.expr | None:
    if not name.isdecimal() or int(name) >= len(arguments):
        return None
    before = arguments[: int(name) + 1]
    return None if any(isinstance(a, ast.Starred) for a in before) else before[-1]


def called(made: ast.expr | None) -> str:
    """The last name of what an expression calls; empty if it calls nothing with a name."""
    if not isinstance(made, ast.Call):
        return ""
    function = made.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_text(node: ast.expr | None, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def names_entry(node: ast.expr, name: str) -> int | None:
    """How surely an expression gives a name: 0 if it is written, 1 if it is put together so."""
    if _is_text(node, name):
        return 0
    pattern = _pattern(node)
    is_said = pattern is not None and pattern.replace(".+", "") != ""
    return 1 if pattern is not None and is_said and re.fullmatch(pattern, name, re.DOTALL) else None


def _pattern(node: ast.expr) -> str | None:
    """What a text that is put together may be, as a regular expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_pattern(value) or ".+" for value in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (_pattern(node.left) or ".+") + (_pattern(node.right) or ".+")
    template = _template(node)
    if template is None:
        return None
    return ".+".join(re.escape(part) for part in _FIELD.split(template))


def _template(node: ast.expr) -> str | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        left: ast.expr = node.left
    elif isinstance(node, ast.Call) and called(node) == "format":
        left = node.func.value if isinstance(node.func, ast.Attribute) else node
    else:
        return None
    return left.value if isinstance(left, ast.Constant) and isinstance(left.value, str) else None
