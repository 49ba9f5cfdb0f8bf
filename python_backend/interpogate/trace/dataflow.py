"""Where every tensor comes from: a torch function mode that knows the running module.

Each operation that yields tensors becomes a row; each tensor it takes whose maker is known becomes
a flow. Makers are kept by the tensor's identity together with a weak reference, so that a tensor
may die and its id be used again. Torch takes the mode off while it handles an operation, so looking
at shapes here is no event; the recorder does the same around its hooks. Used by `recorder.py`
alone.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from interpogate.graph.operations import plain_name
from interpogate.graph.recording import Flow, Operation, OperationKind, Result
from interpogate.trace.arguments import plain_arguments
from interpogate.trace.keeping import Keeper
from interpogate.trace.source import code_source
from interpogate.trace.values import describe_tensor, tensor_facts, tensors_of

_TORCH_FOLDER = torch.__path__[0]
_NOT_TENSORS = frozenset(
    (bool, int, float, str, torch.Size, torch.dtype, torch.device, torch.layout, complex)
)


OUTSIDE = -1
PAUSED = -2

# Maker of a tensor (row and slot) and the tensor's facts.
_Made = tuple[int, int, Any]


@dataclass
class Position:
    """Where the forward pass stands; shared by the recorder and the data flow."""

    call: int = OUTSIDE
    """Row of the innermost running call, or `OUTSIDE`, or `PAUSED` while others' hooks run."""
    order: int = 0
    """Grows with every call and operation."""

    def next_order(self) -> int:
        """Count one more event."""
        self.order += 1
        return self.order - 1


@dataclass(slots=True)
class RawOperation:
    """An operation as it is noted while the model runs."""

    name: Any
    kind: OperationKind
    call: int
    order: int
    outputs: list[Any] = field(default_factory=list)
    code: Any = None
    line: int = 0
    module: int = -1
    failed: bool = False
    arguments: Any = None


class DataFlow(TorchFunctionMode):
    """Notes operations and flows while it is entered."""

    def __init__(
        self,
        position: Position,
        parameters: dict[int, tuple[torch.Tensor, str, int]],
        keeper: Keeper | None = None,
    ) -> None:
        super().__init__()
        self._keeper = keeper
        self.position = position
        self.operations: list[RawOperation] = []
        self.flows: list[tuple[int, int, int, Any]] = []
        self.results: list[tuple[str, int, int, Any, bool]] = []
        self.used_modules: set[int] = set()
        self.internal_errors = 0
        self._failed_operation = -1
        self._failed_error = 0
        self._parameters = parameters
        self._makers: dict[int, tuple[Any, int, int]] = {}

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
        if type(result) not in _NOT_TENSORS and self.position.call >= 0:
            try:
                self._note(func, args, kwargs, result)
            except Exception:  # noqa: BLE001 (watching must never break the user's forward pass)
                self.internal_errors += 1
        return result

    def add_input(self, name: str, tensor: torch.Tensor) -> None:
        """A tensor that came in through the model's arguments, unless an earlier step made it."""
        if self._known(tensor):
            return
        row = self._add(RawOperation(name, "input", self.position.call, self.position.next_order()))
        self._made(row, 0, tensor)

    def add_result(self, name: str, tensor: torch.Tensor, *, of_root: bool) -> None:
        """A tensor that the model, or a part of it that was called by itself, returned."""
        maker = self._maker(tensor)
        if maker:
            self.results.append((name, *maker, tensor_facts(tensor), of_root))

    def makers(self, value: Any) -> list[_Made]:
        """What made each tensor in a value, for `replaced`; holds no tensor."""
        tensors = list(self._tensors(value))
        found = [(self._maker(tensor), tensor_facts(tensor)) for tensor in tensors]
        return [(*maker, facts) for maker, facts in found if maker]

    def replaced(self, before: list[_Made], value: Any) -> None:
        """Note what hooks of others put in the place of tensors that they were given."""
        strange = [tensor for tensor in self._tensors(value) if not self._maker(tensor)]
        if not strange or not before:
            return
        order = self.position.next_order()
        row = self._add(RawOperation("hook", "call", self.position.call, order))
        self.flows += [(source, slot, row, facts) for source, slot, facts in before]
        for slot, tensor in enumerate(strange):
            self._made(row, slot, tensor)

    def failed_operation(self, errors: frozenset[int]) -> int:
        """Row of the operation that raised one of these exceptions (by id); -1 if none did."""
        return self._failed_operation if self._failed_error in errors else -1

    def leave_module(self, class_name: str, first: int, taken: Any, returned: Any) -> None:
        """Note outputs that no operation since row `first` made: passed on, or made unseen."""
        strange = [t for _, t in tensors_of(returned) if not self._made_since(t, first)]
        if not strange:
            return
        order = self.position.next_order()
        row = self._add(RawOperation(class_name, "pass", self.position.call, order))
        known = [t for t in strange if self._maker(t)]
        for tensor in known if len(known) == len(strange) else self._tensors(taken):
            self._take(tensor, row)
        for slot, tensor in enumerate(strange):
            self._made(row, slot, tensor)

    def leave_failed_module(self, class_name: str, first: int, taken: Any) -> None:
        """Note what a module took that raised before any operation of its own."""
        if len(self.operations) > first:
            return
        order = self.position.next_order()
        row = self._add(RawOperation(class_name, "pass", self.position.call, order, failed=True))
        for tensor in self._tensors(taken):
            self._take(tensor, row)

    def frozen(self) -> tuple[tuple[Operation, ...], tuple[Flow, ...], tuple[Result, ...]]:
        """All that was noted, as plain data."""
        operations = tuple(_operation(raw) for raw in self.operations)
        flows = tuple(Flow(s, slot, t, describe_tensor(facts)) for s, slot, t, facts in self.flows)
        whole = any(of_root for *_, of_root in self.results)
        results = tuple(
            Result(name, source, slot, describe_tensor(facts))
            for name, source, slot, facts, of_root in self.results
            if of_root or not whole
        )
        return operations, flows, results

    def _note(self, func: Any, args: Any, kwargs: Any, result: Any) -> None:
        if result is None:
            if getattr(func, "__name__", "") != "__setitem__":
                return
            result = args[0]
        made = [result] if isinstance(result, torch.Tensor) else _items(result)
        if not made:
            return
        code, line = _calling_line()
        position = self.position
        row = self._add(
            RawOperation(func, "call", position.call, position.next_order(), [], code, line)
        )
        self.operations[row].arguments = plain_arguments(func, args, kwargs)
        for value in args:
            self._take_all(value, row)
        if kwargs:
            for value in kwargs.values():
                self._take_all(value, row)
        for slot, tensor in enumerate(made):
            self._made(row, slot, tensor)
        if args and made[0] is args[0] and _is_in_place(func):
            self._changed(row, made[0])
        if self._keeper is not None:
            self._keeper.computed(row, position.call, func, (args, kwargs), made)

    def _changed(self, row: int, tensor: torch.Tensor) -> None:
        """Changed in place: what it is a view of has the operation for its maker too."""
        base = tensor._base
        if base is not None:
            self._makers[id(base)] = (weakref.ref(base), row, 0)

    def _note_failure(self, error: BaseException, func: Any, args: Any, kwargs: Any) -> None:
        if self.position.call < 0:
            return
        code, line = _calling_line()
        order = self.position.next_order()
        raw = RawOperation(func, "call", self.position.call, order, [], code, line, failed=True)
        # By its id: an exception would keep the frames alive that it passed, with their tensors.
        self._failed_operation, self._failed_error = self._add(raw), id(error)
        for tensor in self._tensors((args, kwargs)):
            self._take(tensor, self._failed_operation)

    def _add(self, operation: RawOperation) -> int:
        self.operations.append(operation)
        return len(self.operations) - 1

    def _take_all(self, value: Any, row: int) -> None:
        if isinstance(value, torch.Tensor):
            self._take(value, row)
        elif type(value) in (list, tuple):
            for item in value:
                self._take_all(item, row)

    def _take(self, tensor: torch.Tensor, row: int) -> None:
        maker = self._maker(tensor)
        if maker:
            self.flows.append((maker[0], maker[1], row, tensor_facts(tensor)))

    def _known(self, tensor: torch.Tensor) -> tuple[int, int] | None:
        entry = self._makers.get(id(tensor))
        if entry is not None and entry[0]() is tensor:
            return entry[1], entry[2]
        return None

    def _maker(self, tensor: torch.Tensor) -> tuple[int, int] | None:
        entry = self._makers.get(id(tensor))
        if entry is not None and entry[0]() is tensor:
            return entry[1], entry[2]
        owned = self._parameters.get(id(tensor))
        if owned and owned[0] is tensor:
            return self._parameter(tensor, owned)
        # An alias made below torch functions, such as autograd makes for backward hooks.
        base = tensor._base
        return None if base is None else self._known(base)

    def _parameter(
        self, tensor: torch.Tensor, owned: tuple[torch.Tensor, str, int]
    ) -> tuple[int, int]:
        _, name, module = owned
        self.used_modules.add(module)
        order = self.position.next_order()
        row = self._add(RawOperation(name, "parameter", self.position.call, order, module=module))
        self._made(row, 0, tensor)
        return row, 0

    def _made(self, row: int, slot: int, tensor: torch.Tensor) -> None:
        self._makers[id(tensor)] = (weakref.ref(tensor), row, slot)
        self.operations[row].outputs.append(tensor_facts(tensor))

    def _made_since(self, tensor: torch.Tensor, first: int) -> bool:
        entry = self._makers.get(id(tensor))
        return entry is not None and entry[1] >= first and entry[0]() is tensor

    def _tensors(self, value: Any) -> Iterator[torch.Tensor]:
        return (tensor for _, tensor in tensors_of(value))


def _is_in_place(func: Any) -> bool:
    """`add_`, `__iadd__`, `__setitem__`; not `contiguous`, which may return what it is given."""
    name = getattr(func, "__name__", "")
    return name == "__setitem__" or name.startswith("__i") or name[-2:-1] != "_" == name[-1:]


def _items(result: Any) -> list[torch.Tensor]:
    if isinstance(result, (tuple, list)):
        return [item for item in result if isinstance(item, torch.Tensor)]
    return []


def _calling_line() -> tuple[Any, int]:
    """Code object and line of the nearest frame outside torch that runs an operation."""
    frame = sys._getframe(3)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_TORCH_FOLDER):
        frame = frame.f_back
    return frame.f_code, frame.f_lineno


def _operation(raw: RawOperation) -> Operation:
    return Operation(
        name=raw.name if isinstance(raw.name, str) else _function_name(raw.name),
        kind=raw.kind,
        call=raw.call,
        order=raw.order,
        outputs=tuple(describe_tensor(facts) for facts in raw.outputs),
        source=code_source(raw.code, raw.line) if raw.code else None,
        module=raw.module,
        failed=raw.failed,
        arguments=raw.arguments,
    )


def _function_name(func: Any) -> str:
    name = getattr(func, "__name__", type(func).__name__)
    if name == "__get__":  # a property such as Tensor.T
        name = getattr(getattr(func, "__self__", None), "__name__", name)
    return plain_name(str(name))
