"""The rows and flows of a running forward pass: operations, and which tensors went between them.

Rows are plain data apart from code objects; no tensor is held. Must be used with torch functions
off, else each look at a tensor is an event. Knows neither modules nor torch's functions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import torch
from torch import nn

from interpogate.graph.recording import OperationKind
from interpogate.trace.constants import Constants
from interpogate.trace.makers import Makers, Origin, Source
from interpogate.trace.references import Reference, chosen
from interpogate.trace.source import is_torch_file
from interpogate.trace.values import tensor_facts

OUTSIDE = -1
PAUSED = -2


@dataclass
class Position:
    """Where the forward pass stands; shared by the recorder and the data flow."""

    call: int = OUTSIDE
    """Row of the innermost running call, or `OUTSIDE`, or `PAUSED` while others' hooks run."""
    order: int = 0
    """Grows with every call and operation."""
    has_root: bool = False
    """Whether the root was called: from then on, what is done outside of it is no part of it."""

    @property
    def is_watched(self) -> bool:
        """Whether operations are recorded here."""
        return self.call >= 0 or (self.call == OUTSIDE and not self.has_root)

    def next_order(self) -> int:
        """Count one more event."""
        self.order += 1
        return self.order - 1


@dataclass(slots=True)
class RawOperation:
    """An operation as it is noted while the model runs."""

    name: Any
    """Text, or the torch function."""
    kind: OperationKind
    call: int
    order: int
    outputs: list[Any] = field(default_factory=list)
    code: CodeType | None = None
    line: int = 0
    module: int = -1
    failed: bool = False
    arguments: Any = None


# A parameter or buffer, its name, and the module that owns it.
Owned = tuple[torch.Tensor, str, int]


class Flows:
    """Adds rows, and flows to them from whatever made the tensors that they take."""

    def __init__(
        self, position: Position, parameters: dict[int, Owned], constants: Constants
    ) -> None:
        self.position = position
        self.operations: list[RawOperation] = []
        self.flows: list[tuple[int, int, int, Any]] = []
        self.used_modules: set[int] = set()
        self.makers = Makers()
        self._parameters = parameters
        self._constants = constants
        self.internal_errors = 0
        self.mode_depth = 0
        """How many torch function modes are on where operations are seen."""
        self._uses: dict[int, int] = {}

    def release(self) -> None:
        """Hold no tensor any longer, nor a reference to one; the rows stay."""
        self.makers = Makers()
        self._parameters = {}
        self._constants.forget()

    def clear(self) -> None:
        """Forget everything."""
        self.operations.clear()
        self.flows.clear()
        self.makers = Makers()

    def add(  # noqa: PLR0913 (the rest is by name)
        self,
        name: Any,
        kind: OperationKind,
        code: CodeType | None = None,
        line: int = 0,
        *,
        module: int = -1,
        failed: bool = False,
        arguments: Any = None,
    ) -> int:
        """A new row."""
        position, operations = self.position, self.operations
        order = position.order
        position.order = order + 1
        operations.append(
            RawOperation(
                name, kind, position.call, order, [], code, line, module, failed, arguments
            )
        )
        if self._uses:
            self._uses = {}
        return len(operations) - 1

    def meet(self, values: Iterable[Any]) -> bool:
        """Note the origin of every tensor among some values that nobody has made so far.

        Says whether some of them have more than one meaning.
        """
        has_several = False
        for value in values:
            if isinstance(value, torch.Tensor):
                origin = self.makers.find(value)
                if origin is not None:
                    has_several = has_several or bool(origin.references)
                elif id(value) not in self._parameters:
                    self.origin(value)
            elif type(value) in (list, tuple, dict):
                items = value.values() if isinstance(value, dict) else value
                has_several = self.meet(items) or has_several
        return has_several

    def take(self, tensor: torch.Tensor, row: int) -> None:
        """Flows into a row from everything that made the values of a tensor."""
        makers = self.makers
        origin = makers.origins.get(id(tensor))
        if origin is None or origin.ref() is not tensor:
            origin = self.origin(tensor)
        if origin is None:
            return
        if makers.logs or origin.references or origin.others:
            for number, slot in self.meant(tensor, origin):
                self.flows.append((number, slot, row, origin.facts))
        else:
            number, slot = origin.source
            self.flows.append((number, slot, row, origin.facts))

    def make(self, tensor: torch.Tensor, row: int) -> Source:
        """The tensor is the next output of a row, which has made it."""
        raw, facts = self.operations[row], tensor_facts(tensor)
        source = (row, len(raw.outputs))
        raw.outputs.append(facts)
        self.makers.made(tensor, source, facts, raw.order)
        return source

    def output(self, tensor: torch.Tensor, row: int) -> Source:
        """The tensor is the next output of a row, which was given it."""
        outputs = self.operations[row].outputs
        outputs.append(tensor_facts(tensor))
        return row, len(outputs) - 1

    def write(self, tensor: torch.Tensor, row: int) -> None:
        """A row changed a tensor in place: what shares its memory has changed too."""
        origin = self.makers.find(tensor)
        if origin is not None:
            self.makers.wrote(tensor, origin.source, self.operations[row].order)

    def leave(self, tensor: torch.Tensor, row: int) -> None:
        """A row handed the memory of a tensor to something outside torch."""
        self.makers.left(tensor, self.output(tensor, row))

    def has_made(self, value: Any, first: int) -> bool:
        """Whether a value is one tensor that a row since `first` made and nothing passed on."""
        origin = self.makers.find(value) if isinstance(value, torch.Tensor) else None
        return origin is not None and origin.source[0] >= first and not origin.references

    def refer(self, tensor: torch.Tensor, reference: Reference) -> None:
        """The tensor has one more meaning."""
        origin = self.origin(tensor)
        if origin is not None:
            origin.references = (*origin.references, reference)

    def origin(self, tensor: torch.Tensor) -> Origin | None:
        """Where a tensor comes from; None for a constant of the user's."""
        found = self.makers.find(tensor)
        if found is not None:
            return found
        owned = self._parameters.get(id(tensor))
        if owned is not None and owned[0] is tensor:
            return self._parameter(tensor, owned)
        facts, order = tensor_facts(tensor), self.position.order
        shared = self.makers.sharing(tensor, facts, order)
        if shared is not None or self._constants.holds(tensor, self.user_frame()):
            return shared
        return self._unseen(tensor, facts)

    def known(self, tensor: torch.Tensor) -> Origin | None:
        """The origin of a tensor that is already known or owned, without looking any further."""
        found = self.makers.find(tensor)
        owned = self._parameters.get(id(tensor)) if found is None else None
        if owned is not None and owned[0] is tensor:
            return self._parameter(tensor, owned)
        return found

    def is_known(self, tensor: torch.Tensor) -> bool:
        """Whether something observed has made a tensor, or what it shares its memory with."""
        if self.known(tensor) is not None:
            return True
        order = self.position.order
        return self.makers.sharing(tensor, tensor_facts(tensor), order) is not None

    def place(self) -> dict[str, Any]:
        """Code and line that are running, for a row."""
        frame = self.user_frame()
        return {} if frame is None else {"code": frame.f_code, "line": frame.f_lineno}

    def meant(self, tensor: torch.Tensor, origin: Origin) -> tuple[Source, ...]:
        """The sources that the running code means by a tensor."""
        sources = self.makers.sources(tensor, origin)
        if not origin.references:
            return sources
        reference = self.meaning(tensor, origin)
        return sources if reference is None else (reference.source,)

    def meaning(self, tensor: torch.Tensor, origin: Origin) -> Reference | None:
        """The reference that the running code means by a tensor; None for what made it."""
        own = [one for one in origin.references if one.call == self.position.call]
        if not own:
            return None
        occurrence = self._uses.get(id(tensor), 0)
        self._uses[id(tensor)] = occurrence + 1
        return chosen(own, tensor, occurrence, sys._getframe(1))

    @staticmethod
    def user_frame() -> FrameType | None:
        """The innermost running frame that belongs neither to torch nor to this package."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and is_torch_file(frame.f_code.co_filename):
            frame = frame.f_back
        return frame

    def _parameter(self, tensor: torch.Tensor, owned: Owned) -> Origin:
        _, name, module = owned
        self.used_modules.add(module)
        return self._source_row(tensor, name, "parameter", tensor_facts(tensor), module=module)

    def _unseen(self, tensor: torch.Tensor, facts: Any) -> Origin:
        return self._source_row(tensor, "origin not seen", "unseen", facts, **self.place())

    def _source_row(
        self, tensor: torch.Tensor, name: str, kind: OperationKind, facts: Any, **more: Any
    ) -> Origin:
        uses = self._uses  # the row that takes the tensor goes on after this one
        row = self.add(name, kind, **more)
        self.operations[row].outputs.append(facts)
        self._uses = uses
        return self.makers.made(tensor, (row, 0), facts, self.operations[row].order)


def distinct(tensors: Iterator[torch.Tensor]) -> Iterator[torch.Tensor]:
    """Each tensor object once."""
    seen: set[int] = set()
    for tensor in tensors:
        if id(tensor) not in seen:
            seen.add(id(tensor))
            yield tensor


def owned_tensors(modules: Sequence[nn.Module]) -> dict[int, Owned]:
    """Every parameter and buffer by identity, with the first module that owns it."""
    found: dict[int, Owned] = {}
    for index, module in enumerate(modules):
        for name, tensor in (*module._parameters.items(), *module._buffers.items()):
            if tensor is not None:
                found.setdefault(id(tensor), (tensor, name, index))
    return found
