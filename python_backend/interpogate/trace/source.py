"""Where things are written: the file and line of a class, of an operation, of an exception."""

from __future__ import annotations

import bdb
import importlib
import inspect
import linecache
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, TracebackType
from typing import Any

import torch

from interpogate.graph.modules import Source

# An import and a debugger raise in their own code what a line of the user's asked for.
_ON_BEHALF = (*importlib.__path__, bdb.__file__, str(Path(bdb.__file__).with_name("pdb.py")))
_LIBRARY_FOLDERS = (torch.__path__[0] + os.sep, str(Path(__file__).parent.parent) + os.sep)


def _class_source(kind: type[Any]) -> Source | None:
    """File and line of a class statement, if it has a source file."""
    try:
        file = inspect.getsourcefile(kind)
        line = (file and _only_statement(kind, file)) or inspect.getsourcelines(kind)[1]
    except (OSError, TypeError):
        return None
    return Source(str(Path(file).absolute()), max(line, 1)) if file else None


def _only_statement(kind: type[Any], file: str) -> int:
    """Line of the only class statement of that name in a file; 0 if text alone cannot tell.

    `inspect` parses the whole file for it, which takes longer than all the rest of a picture.
    """
    linecache.checkcache(file)
    statement = re.compile(rf"[ \t]*class[ \t]+{re.escape(kind.__name__)}[ \t]*[:(\[]")
    lines = linecache.getlines(file)
    found = [number for number, text in enumerate(lines, start=1) if statement.match(text)]
    own = [value.__code__ for value in vars(kind).values() if isinstance(value, FunctionType)]
    first = min((code.co_firstlineno for code in own if code.co_filename == file), default=0)
    is_certain = len(found) == 1 and found[0] < first
    return found[0] if is_certain else 0


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
        if not (is_torch_file(code.co_filename) or code.co_filename.startswith(_ON_BEHALF)):
            found = code_source(code, traceback.tb_lineno) or found
        traceback = traceback.tb_next
    return found
