"""Writes the TypeScript twin of `messages` and `methods.py`.

`python -m interpogate.protocol.typescript [--check] FILE`; called by `npm run generate` and `npm
run check`.
Field docstrings are read from the source, since Python does not keep them.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import sys
import types
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from interpogate.protocol import messages, methods
from interpogate.protocol.codec import camel_case
from interpogate.protocol.messages import terms

_HEADER = (
    "// Generated from python_backend/interpogate/protocol by `npm run generate`. Do not edit.\n"
)
_PRIMITIVES: dict[Any, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def generate() -> str:
    """The whole file as text."""
    parts = [_HEADER, f"export const PROTOCOL_VERSION = {messages.PROTOCOL_VERSION};\n"]
    parts += [
        f"export type {name} = {_union(get_args(value))};\n" for name, value in _aliases().items()
    ]
    parts += [_interface(kind) for kind in message_types()]
    parts += [_table(route) for route in get_args(methods.Route)]
    return "\n".join(parts)


def _aliases() -> dict[str, Any]:
    return {n: v for n, v in vars(terms).items() if get_origin(v) is Literal}


def message_types() -> list[type[Any]]:
    """In the order in which they are written, file by file."""
    found = [v for v in vars(messages).values() if isinstance(v, type)]
    kinds = [v for v in found if dataclasses.is_dataclass(v)]
    return sorted(kinds, key=lambda kind: (kind.__module__, _line(kind)))


def _line(kind: type[Any]) -> int:
    return inspect.getsourcelines(kind)[1]


def _interface(kind: type[Any]) -> str:
    docs = _field_docs(kind)
    hints = get_type_hints(kind)
    lines = [
        f"/** {_comment(inspect.getdoc(kind) or '')} */",
        f"export interface {kind.__name__} {{",
    ]
    for field in dataclasses.fields(kind):
        lines.append(f"  /** {_comment(docs[field.name])} */")
        optional = "" if field.default is dataclasses.MISSING else "?"
        lines.append(f"  {camel_case(field.name)}{optional}: {_type(hints[field.name])};")
    return "\n".join([*lines, "}", ""])


def _comment(text: str) -> str:
    return " ".join(text.split()).replace("*/", "* /")


def _field_docs(kind: type[Any]) -> dict[str, str]:
    body = ast.parse(inspect.getsource(kind)).body[0]
    statements = body.body if isinstance(body, ast.ClassDef) else []
    docs = {}
    for statement, following in pairwise(statements):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            docs[statement.target.id] = _string(following, f"{kind.__name__}.{statement.target.id}")
    return docs


def _string(statement: ast.stmt, owner: str) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return str(statement.value.value)
    raise SystemExit(f"{owner} has no docstring below it")


def _type(hint: Any) -> str:
    if hint in _PRIMITIVES:
        return _PRIMITIVES[hint]
    for name, alias in _aliases().items():
        if hint == alias:
            return name
    if dataclasses.is_dataclass(hint):
        return str(getattr(hint, "__name__", hint))
    return _generic_type(hint)


def _generic_type(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _union(arguments)
    if origin in (Union, types.UnionType):
        return " | ".join(_type(argument) for argument in arguments)
    if origin is tuple and arguments[-1] is Ellipsis:
        return f"readonly {_bracketed(_type(arguments[0]))}[]"
    if origin is tuple:
        return f"readonly [{', '.join(_type(argument) for argument in arguments)}]"
    raise SystemExit(f"no TypeScript type for {hint!r}")


def _union(values: tuple[Any, ...]) -> str:
    return " | ".join(f'"{value}"' for value in values)


def _bracketed(text: str) -> str:
    return f"({text})" if " " in text else text


def _table(route: str) -> str:
    name = f"{route.capitalize()}Methods"
    lines = [f"/** Methods of the route `{route}`: parameters and result. */"]
    lines.append(f"export interface {name} {{")
    for method in methods.methods_of(route):  # type: ignore[arg-type]
        result = "null" if method.result is None else method.result.__name__
        lines.append(f"  /** {method.doc} */")
        lines.append(
            f'  "{method.name}": {{ params: {method.params.__name__}; result: {result} }};'
        )
    names = ", ".join(f'"{method.name}"' for method in methods.methods_of(route))  # type: ignore[arg-type]
    constant = f"{route.upper()}_METHODS"
    return "\n".join([*lines, "}", "", f"export const {constant} = [{names}] as const;", ""])


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or with `--check` return 1 if it is not what it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    text = generate()
    if options.check:
        return int(not options.file.exists() or options.file.read_text("utf-8") != text)
    options.file.parent.mkdir(parents=True, exist_ok=True)
    options.file.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
