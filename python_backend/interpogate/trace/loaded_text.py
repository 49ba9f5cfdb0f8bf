"""Whether the text of a file is still what ran.

Nothing is remembered from loading: the text is compiled and compared with the code objects that
were seen running, so a file that has changed in between is noticed however that happened. Called
by `presentation/observed_code.py`.
"""

from __future__ import annotations

import tokenize
import warnings
from collections.abc import Collection
from pathlib import Path
from types import CodeType

from interpogate.trace.callers import codes_inside


def loaded_text(file: str, codes: Collection[CodeType]) -> str | None:
    """The text of a file if it compiles to all of `codes`, else None."""
    try:
        text = read_source(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled = compile(text, file, "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    present = {_identity(code) for code in codes_inside(compiled)}
    return text if all(_identity(code) in present for code in codes) else None


def read_source(file: str) -> str:
    """A Python file as Python reads it: its encoding line and byte order mark are honoured."""
    with tokenize.open(Path(file)) as stream:
        return stream.read()


def _identity(code: CodeType) -> tuple[CodeType, tuple[tuple[int, int, int | None], ...]]:
    """Two code objects may be equal and yet stand in other lines."""
    return code, tuple(code.co_lines())
