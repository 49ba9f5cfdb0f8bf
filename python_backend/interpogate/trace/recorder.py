"""Records one forward pass: calls of modules by hooks, operations by `DataFlow`.

Hooks are put on every module instance when watching begins and taken off when it ends, on every
path; only our own are touched. They return None, hold no tensor and let no error of their own out.
Called by the library and by the worker's runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from threading import get_ident
from time import perf_counter_ns
from typing import Any, Protocol

import torch

from interpogate.graph.recording import Call, CallSite, Failure, Recording
from interpogate.trace.attachment import attached, eager, has_compiled_parts
from interpogate.trace.borders import Borders, ModuleCall, Seen
from interpogate.trace.callers import RawSite, calling_site, sites_of
from interpogate.trace.collection import without_collection
from interpogate.trace.constants import Constants
from interpogate.trace.dataflow import DataFlow
from interpogate.trace.depth import deeper
from interpogate.trace.exceptions import chain_of, described, name_of, text_of
from interpogate.trace.flows import OUTSIDE, PAUSED, Flows, Position, owned_tensors
from interpogate.trace.forwards import positional_names
from interpogate.trace.freezing import frozen_flow
from interpogate.trace.keeping import Keeper
from interpogate.trace.modules import ModelModules
from interpogate.trace.remarks import is_unfinished, later_remark, lost_remark, model_remarks
from interpogate.trace.source import failure_source
from interpogate.trace.unseen import joined
from interpogate.trace.values import RawRow, capture, capture_arguments, describe


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
    seen: Seen
    """What they were given."""
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
        constants = Constants(modules.live)
        self._flows = Flows(self._position, owned_tensors(modules.live), constants)
        self._borders = Borders(self._flows) if dataflow else None
        self._mode = DataFlow(self._flows, keeper) if dataflow else None
        self._calls: list[_RawCall] = []
        self._pauses: list[_Pause] = []
        self._thread = 0
        self._hook_error = 0
        self._failure: Failure | None = None
        self._sealed: dict[int, str] = {}
        self._is_eager_twin = False
        self._later = ""
        self.internal_errors = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Hooks are on inside the block and gone after it; an exception becomes `Failure` too."""
        self._thread = get_ident()
        self._is_eager_twin = has_compiled_parts(self._modules)
        try:
            with (
                eager(),
                deeper(),
                attached(self._modules, self) as self._sealed,
                joined(self._flows) if self._mode else nullcontext(),
                self._mode or nullcontext(),
            ):
                yield
        except BaseException as error:
            self._note_failure(error)
            raise
        finally:
            self._flows.release()

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
        found = frozen_flow(self._flows, self._borders.results if self._borders else [])
        return Recording(
            calls, found.operations, found.flows, found.results,
            frozenset(self._flows.used_modules), self._failure, self._sealed, self._is_eager_twin,
            frozenset(self._borders.edited if self._borders else ()),
            tuple(self._remarks()), self._later != "",
        )  # fmt: skip

    @property
    def lost_observations(self) -> int:
        """How many events could not be noted because of faults of our own."""
        in_mode = self._mode.internal_errors if self._mode else 0
        return self.internal_errors + self._flows.internal_errors + in_mode

    def _remarks(self) -> Iterator[str]:
        yield from model_remarks(self._modules)
        if self._later:
            yield self._later
        if self.lost_observations:
            yield lost_remark(self.lost_observations)

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
        borders = self._borders
        if borders is not None and call >= 0 and self._calls[call].module == index:
            try:
                with torch._C.DisableTorchFunction():
                    self._leave_flow(borders, call, taken, output)
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
        position, borders = self._position, self._borders
        if get_ident() != self._thread:
            return
        seen = Seen()
        if borders is not None and position.call >= 0:
            try:
                with torch._C.DisableTorchFunction():
                    seen = borders.seen(value)
            except Exception:  # noqa: BLE001 (watching must never break the user's forward pass)
                self.internal_errors += 1
        self._pauses.append(_Pause(index, position.call, seen, taken))
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
        position, borders = self._position, self._borders
        if pause is not None and borders is not None and position.call >= 0:
            borders.replaced(pause.seen, (args, kwargs), len(self._calls))
        rows = capture_arguments(args, kwargs)
        order, first = position.next_order(), len(self._flows.operations)
        handled = id(sys.exc_info()[1])
        self._calls.append(
            _RawCall(
                index, position.call, order, first, rows, len(args), now, handled,
                calling_site(self._modules.live[index]),
            )
        )  # fmt: skip
        if borders is not None:
            self._enter_flow(borders, index, args, kwargs)
            self._calls[-1].first_operation = len(self._flows.operations)
        parent, position.call = position.call, len(self._calls) - 1
        if self._keeper is not None:
            self._keeper.took(position.call, parent, index, args, kwargs)

    def _enter_flow(self, borders: Borders, index: int, args: Any, kwargs: dict[str, Any]) -> None:
        position, row, flows = self._position, len(self._calls) - 1, self._flows
        # In the caller's name: what is not known here is no affair of the module's.
        if position.call >= 0 and not flows.meet((*args, *kwargs.values()) if kwargs else args):
            return
        names = positional_names(self._modules.live[index], len(args))
        arguments = {**dict(zip(names, args, strict=False)), **kwargs}
        if position.call >= 0:
            borders.enter(arguments, self._module_call(row))
            return
        is_first_root = index == 0 and not position.has_root
        if is_first_root and not any(raw.parent < 0 for raw in self._calls[:-1]):
            flows.clear()  # what was done before the model was called is no part of it
        position.has_root = position.has_root or index == 0
        position.call = row
        borders.add_inputs(arguments, self._module_call(row))
        position.call = OUTSIDE

    def _module_call(self, row: int) -> ModuleCall:
        raw = self._calls[row]
        return ModuleCall(
            row=row,
            parent=raw.parent,
            path=self._modules.tree.modules[raw.module].path,
            class_name=self._modules.tree.modules[raw.module].class_name,
            first_operation=raw.first_operation,
            has_inside=len(self._calls) > row + 1,
            module=self._modules.live[raw.module],
            site=raw.site,
        )

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
            raw.error, raw.error_id = described(error), id(error)
            self._hook_error = id(error) if pause is not None else self._hook_error
        if self._borders is not None:
            self._leave_flow(self._borders, call, taken, output, pause)
        self._position.call = raw.parent
        if self._keeper is not None and not raw.failed:
            self._keeper.returned(call, index, output)
        return raw.failed

    def _leave_flow(
        self, borders: Borders, row: int, taken: Any, output: Any, pause: _Pause | None = None
    ) -> None:
        raw = self._calls[row]
        is_nested = raw.parent >= 0 and not raw.failed and pause is None
        if is_nested and self._flows.has_made(output, raw.first_operation):
            return
        call = self._module_call(row)
        if raw.failed:
            borders.leave_failed(call, taken)
            return
        if pause is not None:
            borders.replaced(pause.seen, output, row)
        borders.leave(call, taken, output)
        if raw.parent < 0 and raw.finished_ns:
            self._later = later_remark(output) if is_unfinished(output) else self._later
            borders.add_results(output, call.path)

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
        chain = chain_of(error)
        open_calls = [
            number
            for number, raw in enumerate(self._calls)
            if not raw.finished_ns or raw.error_id in chain
        ]
        for raw in (self._calls[number] for number in open_calls):
            raw.failed, raw.error = True, raw.error or described(error)
        self._failure = Failure(
            message=text_of(error) or name_of(error),
            type_name=name_of(error),
            source=failure_source(error.__traceback__),
            operation=self._mode.failed_operation(chain) if self._mode else -1,
            call=open_calls[-1] if open_calls else -1,
            in_hook=bool(self._pauses) or id(error) == self._hook_error,
        )

    def _frozen(self, raw: _RawCall, numbers: dict[int, int], site: CallSite | None) -> Call:
        number = numbers[raw.module] = numbers.get(raw.module, -1) + 1
        names = positional_names(self._modules.live[raw.module], raw.positional)
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


def _is_recomputing() -> bool:
    """Whether a backward pass is calling: what it computes again is no second call."""
    return torch._C._current_graph_task_id() != -1


def _named(rows: list[RawRow], positional: int, names: Sequence[str]) -> list[RawRow]:
    named = []
    for depth, key, *rest in rows:
        is_position = depth == 0 and key.isdecimal() and int(key) < min(positional, len(names))
        named.append((depth, names[int(key)] if is_position else key, *rest))
    return named
