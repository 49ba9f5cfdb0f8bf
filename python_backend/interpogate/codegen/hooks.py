"""Hook code for one module or several: runnable as it stands, observed shapes as comments.

The code is written once with marked places; from it come the plain text and the VS Code snippet.
Called by `presentation.code`; knows no torch and no wire.
"""

from __future__ import annotations

import ast
import re
from typing import get_args

from interpogate.codegen.paths import loop_over
from interpogate.codegen.text import CodeText, plain, snippet
from interpogate.codegen.watching import (
    HookTarget,
    Kind,
    Moment,
    Registration,
    Style,
    by_keyword,
    callback,
    imports,
    watched,
)

__all__ = ["HookTarget", "Kind", "Style", "write_hooks"]


def write_hooks(target: HookTarget, kind: Kind, style: Style) -> CodeText:
    """Code that hooks the target before (`pre`) or after (`post`) its forward, or both."""
    moments: tuple[Moment, ...] = get_args(Moment) if kind == "both" else (kind,)
    loop, with_kwargs = loop_over(target.paths), by_keyword(target.call)
    places = [
        Registration(moment, loop, f"{moment}_hook", with_kwargs=with_kwargs) for moment in moments
    ]
    definitions: list[str] = []
    for moment in moments:
        definitions += [*([""] if definitions else []), *callback(target, moment)]
    lines = watched(style, definitions, places, [_forward(target, style)])
    body = "\n".join(lines).lstrip("\n") + "\n"
    ast.parse(plain(body))
    return CodeText(plain(body), snippet(body), imports(style, needs_torch=target.needs_torch))


def _forward(target: HookTarget, style: Style) -> str:
    if style == "interpogate":
        return f"interp.{target.forward_call}"
    text = re.fullmatch(r"forward_text\((.*)\)", target.forward_call, re.DOTALL)
    if text:
        return f'model(**tokenizer({text[1]}, return_tensors="pt"))'
    return "model" + target.forward_call.removeprefix("forward")
