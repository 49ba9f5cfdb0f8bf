"""What was observed in one forward pass, as pure data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType
from typing import Any, Final, Literal

from interpogate.graph.modules import Source
from interpogate.graph.values import Structure, Tensor

OperationKind = Literal["call", "input", "parameter", "pass", "unseen", "leaving"]


TENSOR: Final = "tensor"
"""Takes the place of a tensor in `Arguments`."""


@dataclass(frozen=True)
class Arguments:
    """Arguments of an operation as plain data; a slice is `("slice", start, stop, step)`."""

    positional: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()

    def at(self, position: int, name: str, default: Any = None) -> Any:
        """One argument, given by position or by name."""
        if position < len(self.positional):
            return self.positional[position]
        return dict(self.named).get(name, default)


@dataclass(frozen=True, kw_only=True)
class CallSite:
    """A place in a file that called a module: the whole call expression where it is known."""

    file: str
    line: int
    column: int
    """In bytes of UTF-8, from 0; -1 if only the line is known (Python 3.10)."""
    end_line: int
    end_column: int
    offset: int
    """Where only the line is known: tells its calls apart, grows in the order of execution."""
    code: CodeType = field(repr=False)
    """What ran; a text that compiles to something else is not what was observed."""

    @property
    def source(self) -> Source:
        """File and line."""
        return Source(self.file, self.line)


@dataclass(frozen=True)
class Call:
    """One call of a module."""

    module: int
    parent: int
    """The call it was made from; -1 for the root's."""
    number: int
    """Which call of this module, from 0."""
    order: int
    """Position among all calls and operations."""
    inputs: Structure
    """One row of depth 0 for each argument."""
    positional: int
    """How many of the arguments came by position."""
    outputs: Structure
    """Empty if it did not return."""
    duration_us: float
    failed: bool
    error: str = ""
    """Type and message of what it raised, also if the model itself handled that."""
    site: CallSite | None = None
    """Where in the code it was called; None if no code in a file did."""


@dataclass(frozen=True)
class Operation:
    """A tensor operation, a model input, a parameter in use, or a module that passes tensors on.

    `pass` stands for a module whose output no observed operation inside it made: it returns its
    input, or works in compiled code. `unseen` made a tensor where torch lets nobody watch,
    `leaving` took values to such a place.
    """

    name: str
    kind: OperationKind
    call: int
    """Row of the call that ran it; -1 if it ran outside of all modules."""
    order: int
    outputs: tuple[Tensor, ...]
    source: Source | None = None
    module: int = -1
    """For a parameter: the module that owns it."""
    failed: bool = False
    arguments: Arguments | None = None
    """Of an operation that moves or names dimensions, such as `permute` or `softmax`."""


@dataclass(frozen=True)
class Flow:
    """A tensor that one operation made and another one took; rows of `Recording.operations`."""

    source: int
    slot: int
    """Which output of the source."""
    target: int
    tensor: Tensor


@dataclass(frozen=True)
class Result:
    """A tensor in what the model returned."""

    name: str
    source: int
    slot: int
    tensor: Tensor


@dataclass(frozen=True)
class Failure:
    """What a forward pass raised."""

    message: str
    type_name: str
    source: Source | None
    operation: int
    """Row of the operation that raised; -1 if none did."""
    call: int
    """Innermost call that did not return; -1 if unknown."""
    in_hook: bool = False
    """Whether a hook raised it that was on the module before watching began."""


@dataclass(frozen=True)
class Recording:
    """One forward pass."""

    calls: tuple[Call, ...]
    operations: tuple[Operation, ...]
    flows: tuple[Flow, ...]
    results: tuple[Result, ...]
    used_modules: frozenset[int]
    """Modules whose own parameters took part in an operation."""
    failure: Failure | None = None
    sealed: Mapping[int, str] = field(default_factory=dict)
    """Modules whose inside could not be watched, by index, with the reason as a sentence."""
    is_eager_twin: bool = False
    """Whether compiled parts were run without their compilation."""
    edited: frozenset[int] = frozenset()
    """Rows of calls whose values hooks of others replaced or changed."""
    remarks: tuple[str, ...] = ()
    """What else must be said of the whole, as sentences."""
    is_unfinished: bool = False
    """Whether the model returned something that runs more of it when it is consumed."""

    def calls_of(self, module: int) -> tuple[Call, ...]:
        """All calls of one module in order."""
        return self._by_module.get(module, ())

    def module_of(self, operation: Operation) -> int:
        """The module whose code ran an operation; the root for what ran outside of all."""
        return self.calls[operation.call].module if operation.call >= 0 else 0

    def taken_by(self, operation: int) -> tuple[Tensor, ...]:
        """The tensors that an operation took, by its row."""
        return self._taken.get(operation, ())

    @cached_property
    def _taken(self) -> dict[int, tuple[Tensor, ...]]:
        found: defaultdict[int, list[Tensor]] = defaultdict(list)
        for flow in self.flows:
            found[flow.target].append(flow.tensor)
        return {operation: tuple(tensors) for operation, tensors in found.items()}

    @cached_property
    def _by_module(self) -> dict[int, tuple[Call, ...]]:
        found: defaultdict[int, list[Call]] = defaultdict(list)
        for call in self.calls:
            found[call.module].append(call)
        return {module: tuple(calls) for module, calls in found.items()}


NOTHING = Recording((), (), (), (), frozenset())
