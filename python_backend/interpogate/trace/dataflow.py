"""Where every tensor comes from: a torch function mode that knows the running module.

Each operation that yields or changes tensors becomes a row; each tensor whose values it takes
becomes a flow. Torch takes the mode off while it handles an operation, so looking at shapes here
is no event; the recorder does the same around its hooks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from types import CodeType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from interpogate.graph.recording import Operation
from interpogate.trace.arguments import plain_arguments
from interpogate.trace.flows import Flows, RawOperation
from interpogate.trace.keeping import Keeper
from interpogate.trace.operands import Operands, operands_of
from interpogate.trace.references import Reference
from interpogate.trace.source import code_source
from interpogate.trace.values import describe_tensor, tensors_of

_TORCH_FOLDER = torch.__path__[0]
_NOT_TENSORS = frozenset(
    (bool, int, float, str, torch.Size, torch.dtype, torch.device, torch.layout, complex)
)
# Numbers that may be values of a tensor; whole ones are mostly sizes and indices.
_NUMBERS = frozenset((float, complex))

_Site = tuple[CodeType, int, int]


class DataFlow(TorchFunctionMode):
    """Notes operations and flows while it is entered."""

    def __init__(self, flows: Flows, keeper: Keeper | None = None) -> None:
        super().__init__()
        self._flows = flows
        self._keeper = keeper
        self._position = flows.position
        self.internal_errors = 0
        self._failed_operation = -1
        self._failed_error = 0

    def __enter__(self) -> Any:
        entered = super().__enter__()  # type: ignore[no-untyped-call]
        self._flows.mode_depth = torch._C._len_torch_function_stack()
        return entered

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run `func` unchanged and note what it took and made."""
        try:
            result = func(*args, **kwargs) if kwargs else func(*args)
        except BaseException as error:
            self._note_failure(error, func, args, kwargs)
            raise
        kind, position = type(result), self._position
        if (kind not in _NOT_TENSORS or kind in _NUMBERS) and (
            position.call >= 0 or position.is_watched
        ):
            try:
                self._note(func, args, kwargs, result)
            except Exception:  # noqa: BLE001 (watching must never break the user's forward pass)
                self.internal_errors += 1
        return result

    def failed_operation(self, errors: frozenset[int]) -> int:
        """Row of the operation that raised one of these exceptions (by id); -1 if none did."""
        return self._failed_operation if self._failed_error in errors else -1

    def _note(self, func: Any, args: Any, kwargs: Any, result: Any) -> None:
        made = [result] if isinstance(result, torch.Tensor) else _items(result)
        operands = operands_of(func)
        if not made and operands.leaves_torch:
            self._note_leaving(operands, args[0], _calling_site())
            return
        is_plain = operands.is_pure and not kwargs
        changed = [] if is_plain else operands.changed(args, kwargs, made)
        if not (made or changed):
            return
        site = _calling_site()
        groups = operands.by_result(args, len(made)) if len(made) > 1 else None
        for number, taken in enumerate(groups or ()):
            row = self._note_row(func, site, taken)
            self._give(row, taken, [made[number]], _only(changed, made[number]), site)
        if groups:
            return
        row = self._note_call(func, operands, args, kwargs, site)
        taken = (*args, *kwargs.values()) if kwargs else args
        self._give(row, taken, made, changed, site)
        if self._keeper is not None:
            given = made or changed
            self._keeper.computed(row, self._position.call, func, (args, kwargs), given)

    def _note_call(self, func: Any, operands: Operands, args: Any, kwargs: Any, site: _Site) -> int:
        code, line, _ = site
        arguments = plain_arguments(args, kwargs) if operands.arranges else None
        row = self._flows.add(func, "call", code, line, arguments=arguments)
        if operands.unread or operands.is_setitem:
            args = [v for n, v in enumerate(args) if not operands.is_unread(n, args)]
        take = self._flows.take
        for value in args:
            if isinstance(value, torch.Tensor):
                take(value, row)
            elif type(value) in (list, tuple):
                self._take_all(value, row)
        if kwargs:
            for key, value in kwargs.items():
                if key not in operands.unread_keywords:
                    self._take_all(value, row)
        return row

    def _note_row(self, func: Any, site: _Site, taken: Iterable[Any]) -> int:
        code, line, _ = site
        row = self._flows.add(func, "call", code=code, line=line)
        for value in taken:
            self._take_all(value, row)
        return row

    def _give(
        self, row: int, taken: Any, made: list[Any], changed: list[torch.Tensor], site: _Site
    ) -> None:
        """Note the outputs of a row: new tensors, changed ones, and those that it was given."""
        flows = self._flows
        for tensor in made:
            if not _is_in(tensor, taken) or _is_in(tensor, changed):
                flows.make(tensor, row)
            else:
                code, _, offset = site
                source = flows.output(tensor, row)
                flows.refer(tensor, Reference(source, self._position.call, code, offset))
        for tensor in changed:
            if not _is_in(tensor, made):
                flows.make(tensor, row)
            flows.write(tensor, row)

    def _note_leaving(self, operands: Operands, tensor: torch.Tensor, site: _Site) -> None:
        """Values go where torch does not see them: into Python numbers, NumPy, other libraries."""
        if not (tensor.is_floating_point() or tensor.is_complex() or operands.shares_memory):
            return
        code, line, _ = site
        row = self._flows.add(operands.name, "leaving", code=code, line=line)
        self._flows.take(tensor, row)
        if operands.shares_memory:
            self._flows.leave(tensor, row)

    def _note_failure(self, error: BaseException, func: Any, args: Any, kwargs: Any) -> None:
        if not self._position.is_watched:
            return
        code, line, _ = _calling_site()
        # By its id: an exception would keep the frames alive that it passed, with their tensors.
        self._failed_error = id(error)
        self._failed_operation = self._flows.add(func, "call", code=code, line=line, failed=True)
        for _, tensor in tensors_of((args, kwargs)):
            self._flows.take(tensor, self._failed_operation)

    def _take_all(self, value: Any, row: int) -> None:
        if isinstance(value, torch.Tensor):
            self._flows.take(value, row)
        elif type(value) in (list, tuple):
            for item in value:
                self._take_all(item, row)


def frozen_operations(raws: Iterable[RawOperation]) -> Iterator[Operation]:
    """Operations as plain data."""
    for raw in raws:
        yield Operation(
            name=raw.name if isinstance(raw.name, str) else operands_of(raw.name).name,
            kind=raw.kind,
            call=raw.call,
            order=raw.order,
            outputs=tuple(describe_tensor(facts) for facts in raw.outputs),
            source=code_source(raw.code, raw.line) if raw.code else None,
            module=raw.module,
            failed=raw.failed,
            arguments=raw.arguments,
        )


def _only(tensors: list[torch.Tensor], wanted: torch.Tensor) -> list[torch.Tensor]:
    return [tensor for tensor in tensors if tensor is wanted]


def _is_in(tensor: torch.Tensor, values: Any) -> bool:
    """Whether a tensor object is one of some values, or in a list of them."""
    for one in values:  # no generator: this runs at every operation
        if one is tensor:
            return True
        if type(one) in (list, tuple):
            for item in one:
                if item is tensor:
                    return True
    return False


def _items(result: Any) -> list[torch.Tensor]:
    if isinstance(result, (tuple, list)):
        return [item for item in result if isinstance(item, torch.Tensor)]
    return []


def _calling_site() -> _Site:
    """Code, line and offset of the nearest frame outside torch that runs an operation."""
    frame = sys._getframe(3)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_TORCH_FOLDER):
        frame = frame.f_back
    return frame.f_code, frame.f_lineno, frame.f_lasti
