"""`interp.hook()`: disposable hooks by path, always removed when their block ends."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import TracebackType
from typing import Any

from torch import nn

from interpogate.refusals import NotACallback

_PRE_ARGUMENTS = 2
_POST_ARGUMENTS = 3


class HookSet:
    """Hooks of one `with interp.hook() as hook:` block."""

    def __init__(self, node: Callable[[str], nn.Module]) -> None:
        self._node = node
        self._handles: list[Any] = []

    def pre(self, path: str, callback: Callable[..., Any]) -> None:
        """Call `callback(module, args)` before the module at `path` runs.

        A callback with a third parameter gets the keyword arguments: `callback(module, args,
        kwargs)`.
        What it returns replaces the arguments, as in PyTorch. Modules that it calls are no part of
        the recorded run. Raises `ValueError` for an unknown path, `TypeError` for no function.
        """
        _check(callback)
        with_kwargs = _parameter_count(callback) > _PRE_ARGUMENTS
        register = self._node(path).register_forward_pre_hook
        self._handles.append(register(callback, with_kwargs=with_kwargs))

    def post(self, path: str, callback: Callable[..., Any]) -> None:
        """Call `callback(module, args, output)` after the module at `path` ran.

        A callback with four parameters gets the keyword arguments too:
        `callback(module, args, kwargs, output)`. What it returns replaces the output, as in
        PyTorch.
        Raises `ValueError` for an unknown path.
        """
        _check(callback)
        with_kwargs = _parameter_count(callback) > _POST_ARGUMENTS
        register = self._node(path).register_forward_hook
        self._handles.append(register(callback, with_kwargs=with_kwargs))

    def clear(self) -> None:
        """Remove every hook of this set now."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def __enter__(self) -> HookSet:  # noqa: PYI034 (Self needs Python 3.11)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.clear()


def _check(callback: Any) -> None:
    if not callable(callback):
        raise NotACallback(f"A hook is a function; a {type(callback).__name__} is not.")


def _parameter_count(callback: Callable[..., Any]) -> int:
    """Number of positional parameters without defaults; 0 if that cannot be known."""
    try:
        parameters = inspect.signature(callback).parameters.values()
    except (TypeError, ValueError):
        return 0
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(p.kind in positional and p.default is p.empty for p in parameters)
