"""Callables whose insides torch's function modes do not see: their results come from arguments.

Scripted and traced functions, transforms such as `grad`, and custom autograd functions are wrapped
while something is watched. A result that nothing observed has made gets a row of the callable's
name that takes its tensor arguments. The wrappers are shared by all threads and pass through where
nobody watches.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, local
from typing import Any

import torch
import torch.nested
import torch.utils
from torch.autograd.function import _SingleLevelFunction
from torch.autograd.variable import VariableMeta

from interpogate.trace.flows import Flows
from interpogate.trace.values import tensors_of

_lock = Lock()
_users = 0
_undo: list[Callable[[], None]] = []


class _Watched(local):
    """The flows that are recorded in this thread, innermost last."""

    def __init__(self) -> None:
        self.flows: list[Flows] = []


_watched = _Watched()


@contextmanager
def joined(flows: Flows) -> Iterator[None]:
    """Results of unseen callables are joined with their arguments inside the block."""
    _watched.flows.append(flows)
    _install()
    try:
        yield
    finally:
        _watched.flows.remove(flows)
        _uninstall()


def _install() -> None:
    global _users  # noqa: PLW0603 (the patched classes are global too)
    with _lock:
        _users += 1
        if _users == 1:
            _undo.extend(_patches())


def _uninstall() -> None:
    global _users  # noqa: PLW0603 (the patched classes are global too)
    with _lock:
        _users -= 1
        while not _users and _undo:
            _undo.pop()()


def _patches() -> Iterator[Callable[[], None]]:
    for kind in (torch._C.ScriptFunction, torch._C.ScriptMethod):
        yield _patch(kind, "__call__", _scripted)
    yield _patch(_SingleLevelFunction, "apply", _autograd)
    yield _patch(torch.Tensor, "as_subclass", _function("as_subclass"))
    yield _patch(torch.Tensor, "_make_subclass", _subclassing)
    yield _patch(torch.Tensor, "set_", _setting)
    yield _patch(VariableMeta, "__call__", _function("alias"))
    for name in ("nested_tensor", "as_nested_tensor", "nested_tensor_from_jagged", "narrow"):
        if hasattr(torch.nested, name):
            yield _patch(torch.nested, name, _function(name))
    for module, name, called in (
        ("torch._functorch.apis", "vmap_impl", "vmap"),
        ("torch._functorch.apis", "_chunked_vmap", "vmap"),
        ("torch._functorch.eager_transforms", "grad_impl", "grad"),
        ("torch._functorch.eager_transforms", "grad_and_value_impl", "grad_and_value"),
        ("torch._functorch.eager_transforms", "_vjp_with_argnums", "vjp"),
        ("torch._functorch.eager_transforms", "_jvp_with_argnums", "jvp"),
    ):
        loaded = sys.modules.get(module)
        if hasattr(loaded, name):
            yield _patch(loaded, name, functools.partial(_transform, called))
    yield _patch(torch.utils, "weakref", _Unheld)


def _patch(owner: Any, name: str, wrap: Callable[[Any], Any]) -> Callable[[], None]:
    own = vars(owner)
    had, before = name in own, own.get(name)
    setattr(owner, name, wrap(before if had else getattr(owner, name)))

    def undo() -> None:
        if had:
            setattr(owner, name, before)
        else:
            delattr(owner, name)

    return undo


def _scripted(original: Any) -> Any:
    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        _join(getattr(self, "name", "script"), (args, kwargs), result)
        return result

    return call


def _function(name: str) -> Callable[[Any], Any]:
    """A wrapper for a function whose result comes from its arguments."""

    def wrap(original: Any) -> Any:
        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            _join(name, (args, kwargs), result)
            return result

        return call

    return wrap


def _subclassing(original: Any) -> Any:
    return staticmethod(_function("alias")(original))


def _setting(original: Any) -> Any:
    """`tensor.set_(source)` gives a tensor other memory, and torch functions see nothing of it."""

    @functools.wraps(original)
    def set_(self: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        flows = _current()
        if flows is not None:
            flows.makers.forget(self)
        result = original(self, *args, **kwargs)
        _join("set_", (args, kwargs), result)
        return result

    return set_


def _autograd(_original: Any) -> Any:
    @classmethod  # type: ignore[misc]
    def apply(cls: Any, *args: Any, **kwargs: Any) -> Any:
        # Below `Function.apply`, which many keep a reference to.
        result = super(_SingleLevelFunction, cls).apply(*args, **kwargs)
        _join(cls.__name__, (args, kwargs), result)
        return result

    return apply


def _transform(name: str, original: Any) -> Any:
    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        flows = _current()
        if flows is None:
            return original(*args, **kwargs)
        flows.makers.transforms += 1
        try:
            result = original(*args, **kwargs)
            _join(name, (args, kwargs), result)
        finally:
            flows.makers.transforms -= 1
        return result

    return call


class _Unheld:
    """`weakref` as `swap_tensors` sees it, which refuses tensors that have weak references."""

    def __init__(self, original: Any) -> None:
        self._original = original

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)

    def getweakrefs(self, value: Any) -> Any:
        """The weak references to a value that are not ours."""
        for flows in _watched.flows:
            flows.makers.forget(value)
        return self._original.getweakrefs(value)


def _current() -> Flows | None:
    """What is recorded here; None inside of an operation, which is recorded as a whole."""
    flows = _watched.flows[-1] if _watched.flows else None
    if flows is None or not flows.position.is_watched:
        return None
    is_inside = torch._C._len_torch_function_stack() < flows.mode_depth
    return None if is_inside or not torch._C._is_torch_function_enabled() else flows


def _join(name: str, taken: Any, result: Any) -> None:
    flows = _current()
    if flows is None:
        return
    try:
        with torch._C.DisableTorchFunction():
            unseen = [one for _, one in tensors_of(result) if not flows.is_known(one)]
            if not unseen:
                return
            row = flows.add(name, "call", **flows.place())
            for _, tensor in tensors_of(taken):
                flows.take(tensor, row)
            for tensor in unseen:
                flows.make(tensor, row)
    except Exception:  # noqa: BLE001 (watching must never break the user's forward pass)
        flows.internal_errors += 1
