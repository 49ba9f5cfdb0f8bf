"""Hook code for one module: runnable as it stands, with the observed shapes as comments.

The code is written once with marked places; from it come the plain text and the VS Code snippet.
Called by the worker; knows no torch and no wire.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from interpogate.graph.modules import Module
from interpogate.graph.recording import Call
from interpogate.graph.values import Structure, text_of

Kind = Literal["pre", "post", "both"]
Style = Literal["interpogate", "pytorch"]

_INDENTATION = "    "
_PLACE = "\0"  # surrounds a text that becomes a tab stop; cannot occur in source code


@dataclass(frozen=True)
class HookTarget:
    """What to hook, and what is known of it."""

    module: Module
    call: Call | None
    """The first call observed; None if it did not run."""
    observed: str
    """Where the shapes come from, such as `run 2`."""
    forward_call: str
    """Arguments of a forward pass as code, such as `text("Hello")` or `(x=torch.randn(1, 3))`."""
    needs_torch: bool = False


@dataclass(frozen=True)
class HookText:
    """Generated code: plain, as a snippet, and the imports it needs."""

    text: str
    snippet: str
    imports: tuple[str, ...]


def quoted(text: str) -> str:
    """A string literal in double quotes where that needs no escapes, else as `repr` writes it."""
    literal = repr(text)
    return f'"{text}"' if literal == f"'{text}'" and '"' not in text else literal


def write_hooks(target: HookTarget, kind: Kind, style: Style) -> HookText:
    """Code that hooks the target before (`pre`) or after (`post`) its forward, or both."""
    kinds: tuple[Literal["pre", "post"], ...] = ("pre", "post") if kind == "both" else (kind,)
    body = _interpogate(target, kinds) if style == "interpogate" else _pytorch(target, kinds)
    text = body.replace(_PLACE, "")
    ast.parse(text)
    return HookText(text, _snippet(body), _imports(target, style))


def _imports(target: HookTarget, style: Style) -> tuple[str, ...]:
    torch = ("import torch",) if target.needs_torch else ()
    own = ("from interpogate import Interpogate",) if style == "interpogate" else ()
    return (*torch, *own)


def _interpogate(target: HookTarget, kinds: tuple[Literal["pre", "post"], ...]) -> str:
    path = quoted(target.module.path)
    inside: list[str] = []
    for kind in kinds:
        inside += ["", *_callback(target, kind)]
    inside += ["", *(f"hook.{kind}({path}, {kind}_hook)" for kind in kinds)]
    inside += [f"interp.{target.forward_call}"]
    return _joined("with interp.hook() as hook:", inside)


def _pytorch(target: HookTarget, kinds: tuple[Literal["pre", "post"], ...]) -> str:
    lines: list[str] = []
    for kind in kinds:
        lines += [*_callback(target, kind), ""]
    path = target.module.path
    module = "model" if path == "." else f"model.get_submodule({quoted(path)})"
    lines += ["handles = ["]
    lines += [f"{_INDENTATION}{module}.{_register(target, kind)}," for kind in kinds]
    lines += ["]", "try:", f"{_INDENTATION}{_plain_forward(target)}", "finally:"]
    lines += [f"{_INDENTATION}for handle in handles:", f"{_INDENTATION * 2}handle.remove()"]
    return "\n".join(lines) + "\n"


def _plain_forward(target: HookTarget) -> str:
    text = re.fullmatch(r"forward_text\((.*)\)", target.forward_call, re.DOTALL)
    if text:
        return f'model(**tokenizer({text[1]}, return_tensors="pt"))'
    return "model" + target.forward_call.removeprefix("forward")


def _register(target: HookTarget, kind: str) -> str:
    name = {"pre": "register_forward_pre_hook", "post": "register_forward_hook"}[kind]
    with_kwargs = ", with_kwargs=True" if _by_keyword(target.call) else ""
    return f"{name}({kind}_hook{with_kwargs})"


def _callback(target: HookTarget, kind: Literal["pre", "post"]) -> list[str]:
    arguments = ["module", "args"]
    arguments += ["kwargs"] if _by_keyword(target.call) else []
    arguments += ["output"] if kind == "post" else []
    lines = [f"def {kind}_hook({', '.join(arguments)}):"]
    lines += [f"{_INDENTATION}# {line}" for line in _comments(target, kind)]
    return [*lines, f"{_INDENTATION}{_PLACE}pass{_PLACE}"]


def _by_keyword(call: Call | None) -> bool:
    """Whether the tensors came by keyword only, so that `args` alone would be empty."""
    return call is not None and not call.positional and bool(call.inputs)


def _comments(target: HookTarget, kind: Literal["pre", "post"]) -> list[str]:
    title = f"{target.module.class_name}, shapes of {target.observed}"
    if target.call is None:
        return [_comment(f"{target.module.class_name}, did not run in {target.observed}")]
    lines = [title]
    positional, keyword = _arguments(target.call)
    if positional or not keyword:
        lines.append(f"args: ({', '.join(positional)}{',' if len(positional) == 1 else ''})")
    if keyword:
        lines.append(f"kwargs: {', '.join(keyword)}")
    if kind == "post":
        lines.append(f"output: {text_of(target.call.outputs)}")
    return [_comment(line) for line in lines]


def _arguments(call: Call) -> tuple[list[str], list[str]]:
    positional: list[str] = []
    keyword: list[str] = []
    for rows in _top_rows(call.inputs):
        text = text_of(rows)
        if len(positional) < call.positional:
            positional.append(text)
        elif any(value.tensor for value in rows):
            keyword.append(f"{rows[0].key}={text}")
    return positional, keyword


def _top_rows(structure: Structure) -> list[Structure]:
    starts = [row for row, value in enumerate(structure) if value.depth == 0]
    ends = [*starts[1:], len(structure)]
    return [structure[start:end] for start, end in zip(starts, ends, strict=True)]


def _comment(text: str) -> str:
    """One line, printable: class names and scalars come from the user's code."""
    shown = "".join(c if c.isprintable() else "?" for c in text)
    return shown if len(shown) <= 160 else f"{shown[:159]}…"  # noqa: PLR2004


def _joined(head: str, inside: list[str]) -> str:
    lines = [f"{_INDENTATION}{line}" if line else "" for line in inside]
    return "\n".join([head, *lines]) + "\n"


def _snippet(body: str) -> str:
    """The code with numbered tab stops, everything else escaped."""
    parts = body.split(_PLACE)
    stops = iter(range(1, len(parts)))
    turn: Callable[[int, str], str] = lambda n, part: (  # noqa: E731
        f"${{{next(stops)}:{_escaped(part)}}}" if n % 2 else _escaped(part)
    )
    return "".join(turn(number, part) for number, part in enumerate(parts))


def _escaped(text: str) -> str:
    return re.sub(r"([\\$}])", r"\\\1", text)
