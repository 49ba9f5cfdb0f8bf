"""Puts a watcher's hooks on every module and takes them off again, on every path.

A module that others have hooks on gets two more: what their callbacks call and compute is no part
of the forward pass, so the watcher is told to look away around them. Modules that would run
differently with hooks on them (see `sealed.py`) are watched through their `forward` instead. Only
what was put there is taken away. Knows nothing of recordings; used by `recorder.py` alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

import torch
from torch import nn

from interpogate.trace.members import attribute
from interpogate.trace.modules import ModelModules
from interpogate.trace.sealed import is_quiet, why_sealed

Undo = Callable[[], Any]


class Watcher(Protocol):
    """What is called around each module's forward, with the module's index."""

    def before_hooks(self, index: int, taken: Any) -> None:
        """Pre-hooks of others are about to run."""

    def before(self, index: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """The module's forward is about to run."""

    def after_forward(self, index: int, taken: Any, output: Any) -> None:
        """It returned, and hooks of others are about to run."""

    def after(self, index: int, taken: Any, output: Any) -> None:
        """The call is over, whether it returned or raised."""


@contextmanager
def attached(modules: ModelModules, watcher: Watcher) -> Iterator[dict[int, str]]:
    """The watcher hears of every call inside the block; yields why modules are sealed, by index."""
    undo: list[Undo] = []
    sealed: dict[int, str] = {}
    try:
        _attach(modules, watcher, undo, sealed)
        yield sealed
    finally:
        _detach(undo)


def _attach(
    modules: ModelModules, watcher: Watcher, undo: list[Undo], sealed: dict[int, str]
) -> None:
    inside_until = -1
    for index, module in enumerate(modules.live):
        if index <= inside_until:
            continue
        reason = why_sealed(module)
        if reason:
            sealed[index] = reason
            inside_until = modules.tree.modules[index].last
            undo.append(_WatchedShadow(module, index, watcher).lift)
            continue
        if is_quiet(module):
            undo.append(_Shadow(module).lift)
        _hook(module, index, watcher, undo)


def _detach(undo: list[Undo]) -> None:
    """Newest first; an interrupt in between is let out only when all are gone."""
    try:
        while undo:
            undo[-1]()
            undo.pop()
    except BaseException:
        _detach(undo)
        raise


def _hook(module: nn.Module, index: int, watcher: Watcher, undo: list[Undo]) -> None:
    if module._forward_pre_hooks:
        hook = _before_hooks(index, watcher)
        handle = nn.Module.register_forward_pre_hook(module, hook, prepend=True, with_kwargs=True)
        undo.append(handle.remove)
    before = _before(index, watcher)
    undo.append(nn.Module.register_forward_pre_hook(module, before, with_kwargs=True).remove)
    if module._forward_hooks:
        hook = _after_forward(index, watcher)
        handle = nn.Module.register_forward_hook(module, hook, prepend=True, with_kwargs=True)
        undo.append(handle.remove)
    after = _after(index, watcher)
    handle = nn.Module.register_forward_hook(module, after, with_kwargs=True, always_call=True)
    undo.append(handle.remove)


# The last arguments may be missing: torch looks up whether a hook takes keyword arguments when it
# calls it, and another thread that watches the same module may have taken its hook off by then.
def _before_hooks(index: int, watcher: Watcher) -> Callable[..., None]:
    def before_hooks(_: nn.Module, args: Any, kwargs: Any = None) -> None:
        watcher.before_hooks(index, (args, kwargs))

    return before_hooks


def _before(index: int, watcher: Watcher) -> Callable[..., None]:
    call = watcher.before

    def before(_: nn.Module, args: Any, kwargs: Any = None) -> None:
        call(index, args, kwargs)

    return before


def _after_forward(index: int, watcher: Watcher) -> Callable[..., None]:
    def after_forward(_: nn.Module, args: Any, kwargs: Any = None, output: Any = None) -> None:
        watcher.after_forward(index, (args, kwargs), output)

    return after_forward


def _after(index: int, watcher: Watcher) -> Callable[..., None]:
    call = watcher.after

    def after(_: nn.Module, args: Any, kwargs: Any = None, output: Any = None) -> None:
        call(index, (args, kwargs), output)

    return after


class _Shadow:
    """Stands before a module's `forward` for a while; several may, and end in any order."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module
        self._below = vars(module).get("forward")
        self._is_over = False
        self.__wrapped__ = module.forward
        vars(module)["forward"] = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run what is below, unwatched."""
        if self._is_over:
            return self.__wrapped__(*args, **kwargs)
        return self.run(args, kwargs)

    def run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Keep torch functions from being seen, so that the module runs as it does unwatched."""
        with torch._C.DisableTorchFunction():
            return self.__wrapped__(*args, **kwargs)

    def lift(self) -> None:
        """Step aside."""
        self._is_over = True
        own = vars(self._module)
        top = own.get("forward")
        while isinstance(top, _Shadow) and top._is_over:
            top = top._below
        if top is None:
            own.pop("forward", None)
        else:
            own["forward"] = top


class _WatchedShadow(_Shadow):
    """Tells the watcher of the call too."""

    def __init__(self, module: nn.Module, index: int, watcher: Watcher) -> None:
        self._index = index
        self._watcher = watcher
        super().__init__(module)

    def run(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """As a hook would."""
        self._watcher.before(self._index, args, kwargs)
        output = None
        try:
            output = super().run(args, kwargs)
        finally:
            self._watcher.after(self._index, (args, kwargs), output)
        return output


def eager() -> AbstractContextManager[Any]:
    """Compiled parts run as they were written, so that their modules are called."""
    if "torch._dynamo" not in sys.modules:
        return nullcontext()
    stance = getattr(torch.compiler, "set_stance", None)
    return nullcontext() if stance is None else stance("force_eager")


def has_compiled_parts(modules: ModelModules) -> bool:
    """Whether `torch.compile` or `Module.compile` was applied to any module."""
    return "torch._dynamo" in sys.modules and any(
        _is_compiled(module) or attribute(module, "_compiled_call_impl") is not None
        for module in modules.live
    )


def eager_original(model: nn.Module) -> nn.Module:
    """What `torch.compile` was given, or the model itself."""
    original = attribute(model, "_orig_mod") if _is_compiled(model) else None
    return original if isinstance(original, nn.Module) else model


def _is_compiled(module: nn.Module) -> bool:
    frames = sys.modules.get("torch._dynamo.eval_frame")
    return frames is not None and isinstance(module, frames.OptimizedModule)
