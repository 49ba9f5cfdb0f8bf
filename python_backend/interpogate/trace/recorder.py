"""Records one forward pass: calls of modules by hooks, operations by `DataFlow`.

Hooks are put on every module instance when watching begins and taken off when it ends, on every
path; only our own are touched. They return None, hold no tensor and let no error of their own out.
Called by the library and by the worker's runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from threading import get_ident
from time import perf_counter_ns
from typing import Any, Protocol

import torch
from torch import nn

from interpogate.errors import shortened
from interpogate.graph.recording import Call, CallSite, Failure, Recording
from interpogate.trace.attachment import attached, eager, has_compiled_parts
from interpogate.trace.callers import RawSite, calling_site, sites_of
from interpogate.trace.collection import without_collection
from interpogate.trace.dataflow import OUTSIDE, PAUSED, DataFlow, Position
from interpogate.trace.keeping import Keeper
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
    handled: int
    """Id of the exception that was being handled when it began; that one is not its own."""
    site: RawSite | None
    outputs: list[RawRow] | None = None
    finished_ns: int = 0
    failed: bool = False
    error: str = ""
    error_id: int = 0


@dataclass(slots=True)
class _Pause:
    """Hooks of others are running on a module."""

    index: int
    call: int
    makers: list[tuple[int, int, Any]]
    taken: Any
    calls_inside: int = 0
    """Calls of modules that those hooks began and that are not over."""


class Recorder:
    """Watches forward passes of a model, in the thread that enters `watching`."""

    def __init__(
        self,
        modules: ModelModules,
        *,
        listener: Listener | None = None,
        dataflow: bool = True,
        keeper: Keeper | None = None,
    ) -> None:
        self._modules = modules
        self._listener = listener
        self._keeper = keeper
        self._position = Position()
        self._flow = DataFlow(self._position, _parameters(modules), keeper) if dataflow else None
        self._calls: list[_RawCall] = []
        self._pauses: list[_Pause] = []
        self._thread = 0
        self._hook_error = 0
        self._failure: Failure | None = None
        self._sealed: dict[int, str] = {}
        self._is_eager_twin = False
        self.internal_errors = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Hooks are on inside the block and gone after it; an exception becomes `Failure` too."""
        self._thread = get_ident()
        self._is_eager_twin = has_compiled_parts(self._modules)
        try:
            with (
                eager(),
                attached(self._modules, self) as self._sealed,
                self._flow or nullcontext(),
            ):
                yield
        except BaseException as error:
            self._note_failure(error)
            raise

    def recording(self) -> Recording:
        """What was seen, as plain data. Call it after the block."""
        with without_collection():
            return self._recording()

    def _recording(self) -> Recording:
        numbers: dict[int, int] = {}
        sites = sites_of(raw.site for raw in self._calls)
        calls = tuple(
            self._frozen(raw, numbers, site) for raw, site in zip(self._calls, sites, strict=True)
        )
        flow = self._flow
        operations, flows, results = flow.frozen() if flow else ((), (), ())
        used = frozenset(flow.used_modules) if flow else frozenset()
        return Recording(
            calls, operations, flows, results, used,
            self._failure, self._sealed, self._is_eager_twin,
        )  # fmt: skip

    def before_hooks(self, index: int, taken: Any) -> None:
        """Pre-hooks of others are about to run."""
        self._pause(index, taken, taken)

    def before(self, index: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """A module's forward is about to run."""
        if get_ident() != self._thread:
            return
        pause = self._resume(index) if self._pauses else None
        if self._position.call == PAUSED:
            self._pauses[-1].calls_inside += 1
            return
        if self._position.call == OUTSIDE and _is_recomputing():
            return
        now = perf_counter_ns()
        if self._listener is not None:
            self._listener.started(index, now)
        try:
            with torch._C.DisableTorchFunction():
                self._enter(index, args, kwargs, now, pause)
        except Exception:  # noqa: BLE001 (watching must never break the user's forward pass)
            self.internal_errors += 1

    def after_forward(self, index: int, taken: Any, output: Any) -> None:
        """It returned, and hooks of others are about to run."""
        if get_ident() != self._thread:
            return
        call = self._position.call
        if self._flow is not None and call >= 0 and self._calls[call].module == index:
            try:
                with torch._C.DisableTorchFunction():
                    self._leave_flow(self._flow, self._calls[call], taken, output)
            except Exception:  # noqa: BLE001 (watching must never break the user's forward pass)
                self.internal_errors += 1
        self._pause(index, output, None)

    def after(self, index: int, taken: Any, output: Any) -> None:
        """The call is over, whether it returned or raised."""
        if get_ident() != self._thread:
            return
        now = perf_counter_ns()
        pause = self._resume(index) if self._pauses else None
        if self._position.call == PAUSED:
            self._pauses[-1].calls_inside -= pause is None or pause.taken is None
            return
        try:
            with torch._C.DisableTorchFunction():
                failed = self._leave(index, taken, output, now, pause)
        except Exception:  # noqa: BLE001 (watching must never break the user's forward pass)
            self.internal_errors += 1
            failed = False
        if failed is not None and self._listener is not None:
            (self._listener.failed if failed else self._listener.finished)(index, now)

    def _pause(self, index: int, value: Any, taken: Any) -> None:
        position, flow = self._position, self._flow
        if get_ident() != self._thread:
            return
        makers: list[tuple[int, int, Any]] = []
        if flow is not None and position.call >= 0:
            try:
                with torch._C.DisableTorchFunction():
                    makers = flow.makers(value)
            except Exception:  # noqa: BLE001 (watching must never break the user's forward pass)
                self.internal_errors += 1
        self._pauses.append(_Pause(index, position.call, makers, taken))
        position.call = PAUSED

    def _resume(self, index: int) -> _Pause | None:
        """End the pause of a module's hooks, unless they are what called it."""
        pause = self._pauses[-1]
        if pause.index != index or pause.calls_inside:
            return None
        self._position.call = pause.call
        return self._pauses.pop()

    def _enter(
        self, index: int, args: Any, kwargs: dict[str, Any], now: int, pause: _Pause | None
    ) -> None:
        position, flow = self._position, self._flow
        if pause is not None and flow is not None and position.call >= 0:
            flow.replaced(pause.makers, (args, kwargs))
        rows = capture_arguments(args, kwargs)
        first = len(flow.operations) if flow else 0
        order = position.next_order()
        handled = id(sys.exc_info()[1])
        self._calls.append(
            _RawCall(
                index, position.call, order, first, rows, len(args), now, handled,
                calling_site(self._modules.live[index]),
            )
        )  # fmt: skip
        is_root = position.call < 0
        parent, position.call = position.call, len(self._calls) - 1
        if flow is not None and is_root:
            self._add_inputs(flow, index, args, kwargs)
        if self._keeper is not None:
            self._keeper.took(position.call, parent, index, args, kwargs)

    def _add_inputs(self, flow: DataFlow, index: int, args: Any, kwargs: Any) -> None:
        names = argument_names(self._modules.live[index])
        for number, value in enumerate(args):
            name = names[number] if number < len(names) else str(number)
            kwargs = {name: value, **kwargs}
        for key, tensor in tensors_of(kwargs):
            flow.add_input(key, tensor)
            self._calls[-1].first_operation = len(flow.operations)

    def _leave(
        self, index: int, taken: Any, output: Any, now: int, pause: _Pause | None
    ) -> bool | None:
        """Whether the call failed; None if it is none of the recorded ones."""
        if pause is not None and pause.taken is not None:  # a pre-hook raised
            args, kwargs = pause.taken
            self._enter(index, args, kwargs, now, None)
            self._calls[-1].handled = 0
        call = self._close_until(index)
        if call is None:
            return None
        raw = self._calls[call]
        raw.finished_ns = now
        error = sys.exc_info()[1]
        raw.failed = error is not None and id(error) != raw.handled
        if not raw.failed:
            raw.outputs = capture(output)
        else:
            raw.error, raw.error_id = _described(error), id(error)
            self._hook_error = id(error) if pause is not None else self._hook_error
        if self._flow is not None:
            self._leave_flow(self._flow, raw, taken, output, pause)
        self._position.call = raw.parent
        if self._keeper is not None and not raw.failed:
            self._keeper.returned(call, index, output)
        return raw.failed

    def _leave_flow(
        self, flow: DataFlow, raw: _RawCall, taken: Any, output: Any, pause: _Pause | None = None
    ) -> None:
        class_name = self._modules.tree.modules[raw.module].class_name
        if raw.failed:
            flow.leave_failed_module(class_name, raw.first_operation, taken)
            return
        if pause is not None:
            flow.replaced(pause.makers, output)
        flow.leave_module(class_name, raw.first_operation, taken, output)
        if raw.parent < 0 and raw.finished_ns:
            for key, tensor in tensors_of(output):
                flow.add_result(key, tensor, of_root=raw.module == 0)

    def _close_until(self, index: int) -> int | None:
        """The innermost open call of a module; calls inside it that never returned are left."""
        call = self._position.call
        while call >= 0 and self._calls[call].module != index:
            call = self._calls[call].parent
        if call < 0:
            return None
        self._position.call = call
        return call

    def _note_failure(self, error: BaseException) -> None:
        chain = _chain(error)
        open_calls = [
            number
            for number, raw in enumerate(self._calls)
            if not raw.finished_ns or raw.error_id in chain
        ]
        for raw in (self._calls[number] for number in open_calls):
            raw.failed, raw.error = True, raw.error or _described(error)
        self._failure = Failure(
            message=_text(error) or _name(error),
            type_name=_name(error),
            source=failure_source(error.__traceback__),
            operation=self._flow.failed_operation(chain) if self._flow else -1,
            call=open_calls[-1] if open_calls else -1,
            in_hook=bool(self._pauses) or id(error) == self._hook_error,
        )

    def _frozen(self, raw: _RawCall, numbers: dict[int, int], site: CallSite | None) -> Call:
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
            error=raw.error,
            site=site,
        )


def _described(error: BaseException | None) -> str:
    return f"{_name(error)}: {_text(error)}"


def _name(error: BaseException | None) -> str:
    return shortened(type(error).__name__)


def _text(error: BaseException | None) -> str:
    """What an exception says; nothing where saying it fails too, for it is the user's class."""
    try:
        return shortened(str(error))
    except BaseException:  # noqa: BLE001 (the exception itself must come out of the forward pass)
        return ""


def _chain(error: BaseException | None) -> frozenset[int]:
    """Ids of an exception and of those it came from."""
    found: set[int] = set()
    while error is not None and id(error) not in found:
        found.add(id(error))
        error = error.__cause__ or error.__context__
    return frozenset(found)


def _is_recomputing() -> bool:
    """Whether a backward pass is calling: what it computes again is no second call."""
    return torch._C._current_graph_task_id() != -1


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
        is_position = depth == 0 and key.isdecimal() and int(key) < min(positional, len(names))
        named.append((depth, names[int(key)] if is_position else key, *rest))
    return named


def _parameters(modules: ModelModules) -> dict[int, tuple[torch.Tensor, str, int]]:
    """Every parameter and buffer by identity: the tensor, its name, the module that owns it."""
    found: dict[int, tuple[torch.Tensor, str, int]] = {}
    for index, module in enumerate(modules.live):
        for name, tensor in (*module._parameters.items(), *module._buffers.items()):
            if tensor is not None:
                found.setdefault(id(tensor), (tensor, name, index))
    return found
