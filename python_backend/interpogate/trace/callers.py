"""Where in the code a module was called: the frame that called it, and the text that frame ran.

While the model runs only a code object and an offset are kept, which hold no tensor; places in
files are made of them after the run. Used by `recorder.py`.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from torch import nn

from interpogate.graph.recording import CallSite
from interpogate.trace import attachment
from interpogate.trace.source import code_source

_OWN = attachment._before.__code__.co_filename
_BETWEEN = frozenset(
    (nn.Module.__call__.__code__.co_filename, _OWN, str(Path(_OWN).with_name("recorder.py")))
)
# Frames of this package, of which there are always that many.
_NEVER_THE_CALLER = 4

RawSite = tuple[CodeType, int]


def calling_site(module: nn.Module) -> RawSite | None:
    """Code object and offset of the frame that called a module, seen from the recorder's hook.

    A `__call__` of the module's own class (transformers has such) is not the caller: what called
    that is.
    """
    frame: FrameType | None = sys._getframe(_NEVER_THE_CALLER)
    while frame is not None:  # one loop and no calls: this runs at every call of a module
        code = frame.f_code
        is_own_call = code.co_name == "__call__" and frame.f_locals.get("self") is module
        if code.co_filename not in _BETWEEN and not is_own_call:
            return code, frame.f_lasti
        frame = frame.f_back
    return None


def sites_of(found: Iterable[RawSite | None]) -> Iterator[CallSite | None]:
    """The places of calls, one for each."""
    # By identity: equal code may stand in two files.
    known: dict[tuple[int, int], CallSite | None] = {}
    for raw in found:
        if raw is None:
            yield None
            continue
        key = (id(raw[0]), raw[1])
        if key not in known:
            known[key] = _site_of(raw)
        yield known[key]


def _site_of(raw: RawSite) -> CallSite | None:
    """The place of a call in its file; None for code without a file."""
    code, offset = raw
    line, end_line, column, end_column = _position(code, offset)
    source = code_source(code, line)
    if source is None:
        return None
    return CallSite(
        file=source.file,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        offset=offset if column < 0 else 0,
        code=code,
    )


def _position(code: CodeType, offset: int) -> tuple[int, int, int, int]:
    """Line, last line and the columns in bytes; -1 for columns that Python 3.10 does not know."""
    positions: Any = getattr(code, "co_positions", None)
    if positions is not None:
        line, end_line, column, end_column = next(
            row for number, row in enumerate(positions()) if number == offset // 2
        )
        if None not in (line, end_line, column, end_column):
            return line, end_line, column, end_column
    line = _line(code, offset)
    return line, line, -1, -1


def _line(code: CodeType, offset: int) -> int:
    found = [line for start, line in dis.findlinestarts(code) if start <= offset and line]
    return found[-1] if found else code.co_firstlineno


def codes_inside(code: CodeType) -> Iterator[CodeType]:
    """A code object and all that are nested in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_inside(constant)
