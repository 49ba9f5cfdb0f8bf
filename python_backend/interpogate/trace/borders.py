"""The data flow at the borders of modules: arguments, results, what is passed on or made unseen.

What comes in as an argument may be one tensor under several names; what goes out may be the very
tensor that came in, or one that nothing observed has made. Must be used with torch functions off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import torch
from torch import nn

from interpogate.trace.flows import Flows, distinct
from interpogate.trace.forwards import forward_code
from interpogate.trace.makers import Origin, Source
from interpogate.trace.objects import tensors_inside
from interpogate.trace.references import Reference, returned
from interpogate.trace.sealed import is_quiet
from interpogate.trace.values import tensors_of


@dataclass(slots=True)
class ModuleCall:
    """A call of a module, as its borders see it."""

    row: int
    parent: int
    path: str
    class_name: str
    first_operation: int
    has_inside: bool
    """Whether it called other modules."""
    module: nn.Module
    site: tuple[CodeType, int] | None
    """What called it."""

    @property
    def code(self) -> CodeType | None:
        """What its forward runs."""
        return forward_code(self.module)


@dataclass(frozen=True, slots=True)
class RawResult:
    """A tensor that a module returned to the caller of the whole."""

    name: str
    source: Source
    facts: Any
    path: str
    """Of the module that returned it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A value before hooks of others ran: what made its tensors, and which they were."""

    sources: tuple[tuple[int, int, Any], ...] = ()
    identities: tuple[tuple[int, int | None], ...] = ()


@dataclass
class Borders:
    """Notes what crosses the borders of modules."""

    flows: Flows
    results: list[RawResult] = field(default_factory=list)
    edited: set[int] = field(default_factory=set)
    """Calls whose values hooks of others have replaced or changed."""
    _input_names: dict[str, str] = field(default_factory=dict)
    """Of which module each is an argument: two modules may call theirs the same."""

    def add_inputs(self, arguments: dict[str, Any], call: ModuleCall) -> None:
        """What came in from outside; a tensor that an earlier step made is no input."""
        given: dict[int, Reference] = {}
        for key, tensors in tensors_inside(arguments):
            fresh = [one for one in tensors if id(one) in given or not self._is_known(one)]
            is_taken = self._input_names.setdefault(key, call.path) != call.path
            name = f"{call.path}.{key}" if is_taken else key
            row = self.flows.add(name, "input") if fresh else -1
            for tensor in fresh:
                self._add_input(tensor, row, key.split(".", 1)[0], given, call)

    def enter(self, arguments: dict[str, Any], call: ModuleCall) -> None:
        """Which meaning of a tensor came in, and under which name, where it has several."""
        found: list[tuple[str, torch.Tensor, Source]] = []
        for name, value in arguments.items():
            for tensor in _tensors(value):
                origin = self.flows.makers.find(tensor)
                if origin is not None and origin.references:
                    meaning = self.flows.meaning(tensor, origin)
                    found.append((name, tensor, meaning.source if meaning else origin.source))
        for name, tensor, source in found:
            own = self.flows.makers.find(tensor)
            sources = {other for _, one, other in found if one is tensor}
            if own is not None and (source != own.source or len(sources) > 1):
                self.flows.refer(tensor, Reference(source, call.row, call.code, name=name))

    def leave(self, call: ModuleCall, taken: Any, value: Any) -> None:
        """Outputs that nothing inside has made: passed on, or made where it was not seen."""
        unseen: list[torch.Tensor] = []
        for tensor in distinct(_tensors(value)):
            origin = self.flows.known(tensor)
            if origin is None:
                unseen.append(tensor)
            elif origin.source[0] >= call.first_operation:
                self._settle(origin, call)
            elif not self._has_left(origin, call):
                self._pass_on(tensor, origin, call)
        if unseen:
            self._leave_unseen(call, taken, unseen)

    def leave_failed(self, call: ModuleCall, taken: Any) -> None:
        """What a module took that raised before any operation of its own."""
        if len(self.flows.operations) > call.first_operation:
            return
        row = self.flows.add(call.class_name, "pass", failed=True)
        for tensor in _tensors(taken):
            self.flows.take(tensor, row)

    def add_results(self, value: Any, path: str) -> None:
        """What the model returned, or a part of it that was called by itself."""
        for key, tensors in tensors_inside({"": value}):
            for tensor in tensors:
                origin = self.flows.origin(tensor)
                if origin is None:
                    continue
                for source in self.flows.meant(tensor, origin):
                    self.results.append(RawResult(key, source, origin.facts, path))

    def seen(self, value: Any) -> Seen:
        """What a value is before hooks of others run; holds no tensor."""
        sources: list[tuple[int, int, Any]] = []
        identities: list[tuple[int, int | None]] = []
        for tensor in _tensors(value):
            identities.append((id(tensor), _version(tensor)))
            origin = self.flows.known(tensor)
            if origin is not None:
                found = self.flows.meant(tensor, origin)
                sources += [(row, slot, origin.facts) for row, slot in found]
        return Seen(tuple(sources), tuple(identities))

    def replaced(self, before: Seen, value: Any, call: int) -> None:
        """Note what hooks of others put in the place of the tensors that they were given."""
        tensors = list(_tensors(value))
        if before.identities == tuple((id(one), _version(one)) for one in tensors):
            return
        self.edited.add(call)
        old = set(before.identities)
        row = self.flows.add("hook", "call")
        self.flows.flows += [(source, slot, row, facts) for source, slot, facts in before.sources]
        for tensor in distinct(iter(tensors)):
            if (id(tensor), _version(tensor)) in old:
                continue
            known = self.flows.makers.find(tensor)
            if known is not None and (id(tensor), None) not in old:
                self.flows.take(tensor, row)
            self.flows.make(tensor, row)

    def _add_input(
        self,
        tensor: torch.Tensor,
        row: int,
        name: str,
        given: dict[int, Reference],
        call: ModuleCall,
    ) -> None:
        """One tensor may be several arguments: then the name in the code says which is meant."""
        flows, first = self.flows, given.get(id(tensor))
        if first is None:
            source = flows.make(tensor, row)
            given[id(tensor)] = Reference(source, call.row, call.code, name=name)
            return
        origin = flows.makers.find(tensor)
        if origin is not None and first not in origin.references:
            flows.refer(tensor, first)
        source = flows.output(tensor, row)
        flows.refer(tensor, Reference(source, call.row, call.code, name=name))

    @staticmethod
    def _settle(origin: Origin, call: ModuleCall) -> None:
        """Made inside: outside nobody knows what it was before it was passed on in here."""
        own = [one for one in origin.references if one.call == call.row]
        reference = returned(own, call.code) if own else None
        if reference is not None:
            origin.source, origin.others = reference.source, ()
        if origin.references:
            outside = (one for one in origin.references if one.call == call.parent)
            origin.references = tuple(outside)

    def _pass_on(self, tensor: torch.Tensor, origin: Origin, call: ModuleCall) -> None:
        """The very tensor that came in goes out."""
        flows = self.flows
        own = [one for one in origin.references if one.call == call.row]
        reference = returned(own, call.code) if own else None
        if reference is None or not self._is_inside(reference, call):
            row = flows.add(call.class_name, "pass")
            sources = (reference.source,) if reference else flows.makers.sources(tensor, origin)
            flows.flows += [(number, slot, row, origin.facts) for number, slot in sources]
            source = flows.output(tensor, row)
        else:
            source = reference.source
        code, offset = call.site or (None, -1)
        flows.refer(tensor, Reference(source, call.parent, code, offset))

    def _leave_unseen(self, call: ModuleCall, taken: Any, made: list[torch.Tensor]) -> None:
        """Made by what is not watched: by the module itself, or somewhere on the way in it."""
        flows = self.flows
        is_watched = call.has_inside or len(flows.operations) > call.first_operation
        if is_watched and not is_quiet(call.module):
            for tensor in made:
                flows.origin(tensor)
            return
        open_ends = self._open_ends(call) if is_watched else []
        row = flows.add(call.class_name, "pass")
        flows.flows += [(number, slot, row, facts) for number, slot, facts in open_ends]
        for tensor in () if is_watched else _tensors(taken):
            flows.take(tensor, row)
        for tensor in made:
            flows.make(tensor, row)

    def _open_ends(self, call: ModuleCall) -> list[tuple[int, int, Any]]:
        """What was made inside and nobody has taken: it went to what is not watched."""
        flows, first = self.flows, call.first_operation
        taken = {(number, slot) for number, slot, *_ in flows.flows}
        return [
            (number, slot, facts)
            for number, raw in enumerate(flows.operations[first:], start=first)
            for slot, facts in enumerate(raw.outputs)
            if (number, slot) not in taken
        ]

    def _has_left(self, origin: Origin, call: ModuleCall) -> bool:
        """Whether that was noted already, before hooks of others ran."""
        return any(
            one.call == call.parent and self._is_inside(one, call) for one in origin.references
        )

    @staticmethod
    def _is_inside(reference: Reference, call: ModuleCall) -> bool:
        return reference.source[0] >= call.first_operation

    def _is_known(self, tensor: torch.Tensor) -> bool:
        return self.flows.makers.find(tensor) is not None


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    return (tensor for _, tensor in tensors_of(value))


def _version(tensor: torch.Tensor) -> int | None:
    """Counts changes in place; inference tensors have none."""
    return None if tensor.is_inference() else tensor._version
