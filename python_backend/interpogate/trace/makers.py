"""Who made the values of each tensor while a forward pass runs; holds no tensor.

A tensor is known by its identity together with a weak reference. What is written through one view
is read through another: writes are logged by storage and merged into what shares it when that is
read. One object may have several meanings, because a module or operation returned the very tensor
it was given: these are its references, and the code that uses it says which one is meant.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.multiprocessing.reductions import StorageWeakRef

from interpogate.trace.aliasing import Region, region_of
from interpogate.trace.references import Reference

# Row of an operation and which of its outputs.
Source = tuple[int, int]

_use_count = getattr(torch._C, "_storage_Use_Count", None)
# The tensor itself, and the Python object of the storage that is asked for.
_UNSHARED = 2
# Beyond so many writes to parts of a tensor, earlier ones count even if they were overwritten.
_MAXIMUM_COMPARED = 200


@dataclass(frozen=True, slots=True)
class Write:
    """A change in place."""

    clock: int
    region: Region
    source: Source


@dataclass(slots=True)
class Origin:
    """Where the values of a tensor come from."""

    ref: weakref.ref[torch.Tensor]
    facts: Any
    """Shape, dtype and device, as `values.tensor_facts` has them."""
    clock: int
    """Position, among all events, up to which writes by others are merged."""
    source: Source
    others: tuple[Write, ...] = ()
    """What wrote parts of it since."""
    references: tuple[Reference, ...] = ()


@dataclass(slots=True)
class _Log:
    """The writes to one storage; its weak reference keeps the address from being used again."""

    storage: StorageWeakRef
    writes: list[Write] = field(default_factory=list)


class Makers:
    """The origins of tensors, by identity and by storage."""

    def __init__(self) -> None:
        self.transforms = 0
        """How many of `vmap`, `grad`, `jvp` are running: then tensors stand for others."""
        self.origins: dict[int, Origin] = {}
        """By the identity of the tensor; valid while its weak reference leads to that tensor."""
        self.logs: dict[int, _Log] = {}
        """By storage."""
        self._by_storage: dict[int, tuple[StorageWeakRef, Source]] = {}
        self._left: list[tuple[int, int, Source]] = []

    def find(self, tensor: torch.Tensor) -> Origin | None:
        """The origin of a tensor; None if none was noted."""
        origin = self.origins.get(id(tensor))
        return origin if origin is not None and origin.ref() is tensor else None

    def made(self, tensor: torch.Tensor, source: Source, facts: Any, clock: int) -> Origin:
        """Note what made a tensor, or changed all of it."""
        origin = Origin(weakref.ref(tensor), facts, clock, source)
        self.origins[id(tensor)] = origin
        if self.transforms:
            storage = _storage(tensor)
            if storage is not None:
                self._by_storage[storage._cdata] = (_held_weakly(storage), source)
        return origin

    def wrote(self, tensor: torch.Tensor, source: Source, clock: int) -> None:
        """Note a change in place, for all that shares the storage."""
        storage = _storage(tensor)
        if storage is None or not _is_shared(storage):
            return
        log = self.logs.setdefault(storage._cdata, _Log(_held_weakly(storage)))
        log.writes.append(Write(clock, _region(tensor), source))

    def left(self, tensor: torch.Tensor, source: Source) -> None:
        """Note that something outside torch may work on the memory of a tensor."""
        first = _address(tensor)
        if first:
            self._left.append((first, first + tensor.element_size() * tensor.numel(), source))

    def forget(self, tensor: torch.Tensor) -> None:
        """Drop the weak reference to a tensor; what shares its memory is still found by that."""
        origin = self.origins.pop(id(tensor), None)
        storage = _storage(tensor) if origin is not None else None
        if origin is not None and storage is not None:
            self._by_storage[storage._cdata] = (_held_weakly(storage), origin.source)

    def sources(self, tensor: torch.Tensor, origin: Origin) -> tuple[Source, ...]:
        """Everything that the values of a tensor come from, its references left aside."""
        if self.logs:
            self._merge(tensor, origin)
        if not origin.others:
            return (origin.source,)
        return (origin.source, *(write.source for write in origin.others))

    def sharing(self, tensor: torch.Tensor, facts: Any, clock: int) -> Origin | None:
        """An origin for a tensor that nobody noted, found by what shares its memory."""
        storage = _storage(tensor)
        found = self._of_storage(tensor, storage) if storage is not None else ()
        found = found or self._of_address(tensor)
        if not found:
            return None
        origin = self.made(tensor, found[0], facts, clock)
        region = _region(tensor)
        origin.others = tuple(Write(clock, region, source) for source in found[1:])
        return origin

    def _merge(self, tensor: torch.Tensor, origin: Origin) -> None:
        storage = _storage(tensor)
        log = self.logs.get(storage._cdata) if storage is not None else None
        if log is None or log.writes[-1].clock <= origin.clock:
            return
        region = _region(tensor)
        for write in (write for write in log.writes if write.clock > origin.clock):
            if write.region.covers(region):
                origin.source, origin.others, origin.references = write.source, (), ()
            elif write.region.meets(region):
                if len(origin.others) < _MAXIMUM_COMPARED:
                    old = origin.others
                    origin.others = tuple(o for o in old if not write.region.covers(o.region))
                origin.others = (*origin.others, write)
        origin.clock = log.writes[-1].clock

    def _of_storage(self, tensor: torch.Tensor, storage: Any) -> tuple[Source, ...]:
        """The newest that covers the tensor, else all that meet it."""
        key, region = storage._cdata, _region(tensor)
        meeting: list[Source] = []
        for other, origin in sorted(self._alive(), key=lambda pair: -pair[1].clock):
            beside = _storage(other)
            if beside is None or beside._cdata != key:
                continue
            sources = self.sources(other, origin)
            own = _region(other)
            if own.covers(region):
                return sources
            meeting += sources if own.meets(region) else ()
        if not meeting and key in self._by_storage:
            meeting.append(self._by_storage[key][1])
        return tuple(dict.fromkeys(meeting))

    def _of_address(self, tensor: torch.Tensor) -> tuple[Source, ...]:
        address = _address(tensor) if self._left else 0
        found = [source for first, end, source in self._left if first <= address < end]
        return (found[-1],) if address and found else ()

    def _alive(self) -> Iterator[tuple[torch.Tensor, Origin]]:
        for key, origin in list(self.origins.items()):
            tensor = origin.ref()
            if tensor is None:
                del self.origins[key]
            else:
                yield tensor, origin


def _unwrapped(tensor: torch.Tensor) -> torch.Tensor:
    while torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        tensor = torch._C._functorch.get_unwrapped(tensor)
    return tensor


def _storage(tensor: torch.Tensor) -> Any:
    """What holds the values; None for layouts without one, such as sparse ones."""
    try:
        return _unwrapped(tensor).untyped_storage()
    except (NotImplementedError, RuntimeError):
        return None


def _region(tensor: torch.Tensor) -> Region:
    try:
        return region_of(_unwrapped(tensor))
    except (NotImplementedError, RuntimeError, AttributeError):  # ragged: no strides, no sizes
        return Region(0, ((1 << 62, 1),))


def _held_weakly(storage: Any) -> StorageWeakRef:
    return StorageWeakRef(storage)  # type: ignore[no-untyped-call]


def _is_shared(storage: Any) -> bool:
    return _use_count is None or _use_count(storage._cdata) > _UNSHARED


def _address(tensor: torch.Tensor) -> int:
    try:
        return int(_unwrapped(tensor).data_ptr())
    except (NotImplementedError, RuntimeError):
        return 0
