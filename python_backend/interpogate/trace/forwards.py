"""The function behind a module's `forward`, through binding, decorators and wrappers."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Sequence
from types import CodeType
from typing import Any

from torch import nn

_MAXIMUM_WRAPPERS = 50


def forward_code(module: nn.Module) -> CodeType | None:
    """The code of a module's forward as it was written; None for compiled code."""
    return _function_of(module)[0]


def argument_names(module: nn.Module) -> tuple[str, ...]:
    """Names of the positional parameters of a module's forward, without the module itself."""
    code, bound = _function_of(module)
    return code.co_varnames[bound : code.co_argcount] if code is not None else ()


def positional_names(module: nn.Module, count: int) -> Sequence[str]:
    """A name for each of `count` positional arguments; those of `*args` are `args.0`, `args.1`."""
    code, bound = _function_of(module)
    if code is None:
        return [str(number) for number in range(count)]
    names = list(code.co_varnames[bound : code.co_argcount])
    if code.co_flags & inspect.CO_VARARGS:
        rest = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
        names += [f"{rest}.{number}" for number in range(count - len(names))]
    names += [str(number) for number in range(len(names), count)]
    return names[:count]


def _function_of(module: nn.Module) -> tuple[CodeType | None, int]:
    """The code, and how many of its first parameters are given by binding."""
    if "forward" in vars(module):
        return _behind(module.forward)
    kind: Any = type(module)
    return _of_class(kind)


@functools.lru_cache(maxsize=4096)
def _of_class(kind: Any) -> tuple[CodeType | None, int]:
    forward = inspect.getattr_static(kind, "forward", None)
    if isinstance(forward, staticmethod):
        return _behind(forward.__func__)
    code, bound = _behind(getattr(forward, "__func__", forward))
    return code, bound + 1


def _behind(target: Any) -> tuple[CodeType | None, int]:
    bound = 0
    for _ in range(_MAXIMUM_WRAPPERS):
        if inspect.ismethod(target):
            target, bound = target.__func__, 1
        elif getattr(target, "__wrapped__", None) is not None:
            target = target.__wrapped__
        elif isinstance(target, functools.partial):
            target, bound = target.func, bound + len(target.args)
        else:
            break
    code = getattr(target, "__code__", None)
    return (code if isinstance(code, CodeType) else None), bound
