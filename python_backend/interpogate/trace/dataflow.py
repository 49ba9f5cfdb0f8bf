"""Where every tensor comes from: a torch function mode that knows the running module.

Each operation that yields tensors becomes a row; each tensor it takes whose maker is known becomes
a
flow. Makers are kept by the tensor's identity together with a weak reference, so that a tensor may
die and its id be used again. Torch takes the mode off while it handles an operation, so looking at
shapes here is no event; the recorder does the same around its hooks. Used by `recorder.py` alone.
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
from interpogate.trace.source import code_source
from interpogate.trace.values import describe_tensor, tensor_facts, tensors_of

_TORCH_FOLDER = torch.__path__[0]
_NOT_TENSORS = frozenset(
    (bool, int, float, str, torch.Size, torch.dtype, torch.device, torch.layout, complex)
)


@dataclass
class Position:
    """Where the forward pass stands; shared by the recorder and the data flow."""

    call: int = -1
    """Row of the innermost running call."""
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


class DataFlow(TorchFunctionMode):
    """Notes operations and flows while it is entered."""

    def __init__(
        self, position: Position, parameters: dict[int, tuple[torch.Tensor, str, int]]
    ) -> None:
        super().__init__()
        self.position = position
        self.operations: list[RawOperation] = []
        self.flows: list[tuple[int, int, int, Any]] = []
        self.results: list[tuple[str, int, int, Any]] = []
        self.used_modules: set[int] = set()
        self.internal_errors = 0
        self.failed_operation = -1
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
        except BaseException:
            self._note_failure(func, args, kwargs)
            raise
        if type(result) not in _NOT_TENSORS and self.position.call >= 0:
            try:
                self._note(func, args, kwargs, result)
            except Exception:  # noqa: BLE001 (watching must never break the user's forward pass)
                self.internal_errors += 1
        return result

    def add_input(self, name: str, tensor: torch.Tensor) -> None:
        """A tensor that came in through the model's arguments."""
        row = self._add(RawOperation(name, "input", self.position.call, self.position.next_order()))
        self._made(row, 0, tensor)

    def add_result(self, name: str, tensor: torch.Tensor) -> None:
        """A tensor that the model returned."""
        maker = self._maker(tensor)
        if maker:
            self.results.append((name, *maker, tensor_facts(tensor)))

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
        results = tuple(Result(n, s, slot, describe_tensor(f)) for n, s, slot, f in self.results)
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
        for value in args:
            self._take_all(value, row)
        if kwargs:
            for value in kwargs.values():
                self._take_all(value, row)
        for slot, tensor in enumerate(made):
            self._made(row, slot, tensor)

    def _note_failure(self, func: Any, args: Any, kwargs: Any) -> None:
        if self.position.call < 0 or self.failed_operation >= 0:
            return
        code, line = _calling_line()
        order = self.position.next_order()
        raw = RawOperation(func, "call", self.position.call, order, [], code, line, failed=True)
        self.failed_operation = self._add(raw)
        for tensor in self._tensors((args, kwargs)):
            self._take(tensor, self.failed_operation)

    def forget_failure(self) -> None:
        """The exception was caught by the model itself."""
        self.failed_operation = -1

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

    def _maker(self, tensor: torch.Tensor) -> tuple[int, int] | None:
        entry = self._makers.get(id(tensor))
        if entry is not None and entry[0]() is tensor:
            return entry[1], entry[2]
        owned = self._parameters.get(id(tensor))
        return self._parameter(tensor, owned) if owned and owned[0] is tensor else None

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
    )


def _function_name(func: Any) -> str:
    name = getattr(func, "__name__", type(func).__name__)
    if name == "__get__":  # a property such as Tensor.T
        name = getattr(getattr(func, "__self__", None), "__name__", name)
    return plain_name(str(name))
