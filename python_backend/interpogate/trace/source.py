"""Where things are written: the file and line of a class, of an operation, of an exception."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

import torch

from interpogate.graph.modules import Source

_LIBRARY_FOLDERS = (torch.__path__[0] + os.sep, str(Path(__file__).parent.parent) + os.sep)


def _class_source(kind: type[Any]) -> Source | None:
    """File and line of a class statement, if it has a source file."""
    try:
        file = inspect.getsourcefile(kind)
        _, line = inspect.getsourcelines(kind)
    except (OSError, TypeError):
        return None
    return Source(str(Path(file).absolute()), max(line, 1)) if file else None


# The annotations of `cache` take a class for an unhashable thing.
class_source: Callable[[type[Any]], Source | None] = cache(_class_source)  # type: ignore[assignment]


def is_torch_file(file: str) -> bool:
    """Whether a file belongs to torch or to this package, where no user looks for a call."""
    return file.startswith(_LIBRARY_FOLDERS)


def code_source(code: CodeType, line: int) -> Source | None:
    """File and line inside running code; None for code without a file."""
    file = code.co_filename
    return None if file.startswith("<") else Source(str(Path(file).absolute()), line)


def failure_source(traceback: TracebackType | None) -> Source | None:
    """The innermost line of a traceback outside torch and this package."""
    found = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not is_torch_file(code.co_filename):
            found = code_source(code, traceback.tb_lineno) or found
        traceback = traceback.tb_next
    return found
