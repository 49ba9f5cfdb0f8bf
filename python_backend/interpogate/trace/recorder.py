"""Records one forward pass: calls of modules by hooks, operations by `DataFlow`.

Hooks are put on every module instance when watching begins and taken off when it ends, on every
path;
only our own are touched. They return None, hold no tensor and let no error of their own out.
Called by the library and by the worker's runs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any, Protocol

import torch
from torch import nn

from interpogate.graph.recording import Call, Failure, Recording
from interpogate.trace.dataflow import DataFlow, Position
from interpogate.trace.modules import ModelModules
from interpogate.trace.source import failure_source
from interpogate.trace.values import RawRow, capture, capture_arguments, describe, tensors_of


class Listener(Protocol):
    """Hears of modules as they run. `started` may raise to stop the forward pass."""

    def started(self, module: int, time_ns: int) -> None:
        """A module's forward is about to run."""

    def finished(self, module: int, time_ns: int) -> None:
        """It returned."""

    def failed(self, module: int, time_ns: int) -> None:
        """It raised."""


@dataclass(slots=True)
class _RawCall:
    module: int
    parent: int
    order: int
    first_operation: int
    inputs: list[RawRow]
    positional: int
    started_ns: int
    outputs: list[RawRow] | None = None
    finished_ns: int = 0
    failed: bool = False


class Recorder:
    """Watches one forward pass of a model."""

    def __init__(
        self, modules: ModelModules, *, listener: Listener | None = None, dataflow: bool = True
    ) -> None:
        self._modules = modules
        self._listener = listener
        self._position = Position()
        self._flow = DataFlow(self._position, _parameters(modules)) if dataflow else None
        self._calls: list[_RawCall] = []
        self._exception_before: BaseException | None = None
        self._failure: Failure | None = None
        self.internal_errors = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Hooks are on inside the block and gone after it; an exception becomes `Failure` too."""
        handles: list[Any] = []
        self._exception_before = sys.exc_info()[1]
        try:
            for index, module in enumerate(self._modules.live):
                handles += _hook(module, self._pre_hook(index), self._post_hook(index))
            if self._flow is None:
                yield
            else:
                with self._flow:
                    yield
        except BaseException as error:
            self._note_failure(error)
            raise
        finally:
            for handle in handles:
                handle.remove()

    def recording(self) -> Recording:
        """What was seen, as plain data. Call it after the block."""
        numbers: dict[int, int] = {}
        calls = tuple(self._frozen(raw, numbers) for raw in self._calls)
        if self._flow is None:
            return Recording(calls, (), (), (), frozenset(), self._failure)
        used = frozenset(self._flow.used_modules)
        return Recording(calls, *self._flow.frozen(), used, self._failure)

    def _pre_hook(self, index: int) -> Callable[..., None]:
        def before(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            now = perf_counter_ns()
            if self._listener is not None:
                self._listener.started(index, now)
            try:
                with torch._C.DisableTorchFunction():
                    self._enter(index, args, kwargs, now)
            except Exception:  # noqa: BLE001 (watching must never break the user's forward pass)
                self.internal_errors += 1

        return before

    def _post_hook(self, index: int) -> Callable[..., None]:
        def after(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
            now = perf_counter_ns()
            try:
                with torch._C.DisableTorchFunction():
                    failed = self._leave(index, (args, kwargs), output, now)
            except Exception:  # noqa: BLE001 (as above)
                self.internal_errors += 1
                failed = False
            if self._listener is not None:
                (self._listener.failed if failed else self._listener.finished)(index, now)

        return after

    def _enter(self, index: int, args: tuple[Any, ...], kwargs: dict[str, Any], now: int) -> None:
        position, flow = self._position, self._flow
        rows = capture_arguments(args, kwargs)
        first = len(flow.operations) if flow else 0
        order = position.next_order()
        self._calls.append(_RawCall(index, position.call, order, first, rows, len(args), now))
        is_root = position.call < 0
        position.call = len(self._calls) - 1
        if flow is not None and is_root:
            self._add_inputs(flow, index, args, kwargs)

    def _add_inputs(self, flow: DataFlow, index: int, args: Any, kwargs: Any) -> None:
        names = argument_names(self._modules.live[index])
        for number, value in enumerate(args):
            name = names[number] if number < len(names) else str(number)
            kwargs = {name: value, **kwargs}
        for key, tensor in tensors_of(kwargs):
            flow.add_input(key, tensor)
            self._calls[-1].first_operation = len(flow.operations)

    def _leave(self, index: int, taken: Any, output: Any, now: int) -> bool:
        call = self._close_until(index)
        if call is None:
            return False
        raw = self._calls[call]
        raw.finished_ns = now
        raw.failed = output is None and self._raised()
        if not raw.failed:
            raw.outputs = capture(output)
        if self._flow is not None:
            self._leave_flow(self._flow, raw, taken, output)
        self._position.call = raw.parent
        return raw.failed

    def _leave_flow(self, flow: DataFlow, raw: _RawCall, taken: Any, output: Any) -> None:
        class_name = self._modules.tree.modules[raw.module].class_name
        if raw.failed:
            flow.leave_failed_module(class_name, raw.first_operation, taken)
            return
        flow.leave_module(class_name, raw.first_operation, taken, output)
        if raw.parent < 0:
            for key, tensor in tensors_of(output):
                flow.add_result(key, tensor)

    def _close_until(self, index: int) -> int | None:
        """The innermost open call of a module; calls inside it that never returned are left."""
        call = self._position.call
        while call >= 0 and self._calls[call].module != index:
            call = self._calls[call].parent
        if call < 0:
            return None
        self._position.call = call
        return call

    def _raised(self) -> bool:
        error = sys.exc_info()[1]
        return error is not None and error is not self._exception_before

    def _note_failure(self, error: BaseException) -> None:
        open_calls = [n for n, raw in enumerate(self._calls) if raw.outputs is None]
        for number in open_calls:
            self._calls[number].failed = True
        self._failure = Failure(
            message=str(error) or type(error).__name__,
            type_name=type(error).__name__,
            source=failure_source(error.__traceback__),
            operation=self._flow.failed_operation if self._flow else -1,
            call=open_calls[-1] if open_calls else -1,
        )

    def _frozen(self, raw: _RawCall, numbers: dict[int, int]) -> Call:
        number = numbers[raw.module] = numbers.get(raw.module, -1) + 1
        names = argument_names(self._modules.live[raw.module])
        return Call(
            module=raw.module,
            parent=raw.parent,
            number=number,
            order=raw.order,
            inputs=describe(_named(raw.inputs, raw.positional, names)),
            positional=raw.positional,
            outputs=describe(raw.outputs) if raw.outputs is not None else (),
            duration_us=max(raw.finished_ns - raw.started_ns, 0) / 1000,
            failed=raw.failed,
        )


def argument_names(module: nn.Module) -> tuple[str, ...]:
    """Names of the positional parameters of a module's forward."""
    code = getattr(module.forward, "__wrapped__", module.forward)
    code = getattr(code, "__func__", code)
    while hasattr(code, "__wrapped__"):
        code = code.__wrapped__
    inner = getattr(code, "__code__", None)
    if inner is None:
        return ()
    names: tuple[str, ...] = inner.co_varnames[: inner.co_argcount]
    return names[1:] if names[:1] == ("self",) else names


def _named(rows: list[RawRow], positional: int, names: tuple[str, ...]) -> list[RawRow]:
    named = []
    for depth, key, *rest in rows:
        is_position = depth == 0 and key.isdigit() and int(key) < min(positional, len(names))
        named.append((depth, names[int(key)] if is_position else key, *rest))
    return named


def _hook(module: nn.Module, before: Any, after: Any) -> tuple[Any, Any]:
    return (
        module.register_forward_pre_hook(before, with_kwargs=True),
        module.register_forward_hook(after, with_kwargs=True, always_call=True),
    )


def _parameters(modules: ModelModules) -> dict[int, tuple[torch.Tensor, str, int]]:
    """Every parameter and buffer by identity: the tensor, its name, the module that owns it."""
    found: dict[int, tuple[torch.Tensor, str, int]] = {}
    for index, module in enumerate(modules.live):
        for name, tensor in (*module._parameters.items(), *module._buffers.items()):
            if tensor is not None:
                found.setdefault(id(tensor), (tensor, name, index))
    return found
