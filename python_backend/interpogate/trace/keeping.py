"""Keeps the tensors of runs, so that they can be looked at afterwards, within a memory budget.

References are kept, not copies: a tensor's version tells later whether it was changed in place.
What is watched is copied at once instead and has precedence. The oldest run goes first. Filled by
`recorder.py` while a model runs, read by the visualizations; knows nothing of the wire.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Literal

import torch
from torch._subclasses.fake_tensor import FakeTensor
from torch.nn.functional import scaled_dot_product_attention

from interpogate.graph.operations import plain_name
from interpogate.trace.tail import MAXIMUM_OPERATIONS, Tail, TailWriter
from interpogate.trace.values import leaves

DEFAULT_BUDGET = 1 << 30

Side = Literal["input", "output"]
Watched = Literal["input", "output", "operation", "attention", "tail"]
_PLAIN = (torch.Tensor, torch.nn.Parameter)


@dataclass(frozen=True)
class Watch:
    """What must be kept of a module, by its index."""

    module: int
    what: Watched
    name: str = ""
    """For an operation: its plain name, such as `add`."""


@dataclass(frozen=True)
class Kept:
    """A tensor of a run."""

    tensor: torch.Tensor
    version: int | None
    """Its version when it was kept; None if it was copied, or has none."""

    @property
    def is_changed(self) -> bool:
        """Whether the model wrote into it later."""
        return self.version is not None and self.tensor._version != self.version


@dataclass(frozen=True)
class AttentionCall:
    """Operands of one `scaled_dot_product_attention`."""

    call: int
    """Row of the module's call that ran it."""
    operands: dict[str, Kept]
    """`query`, `key`, `value`, `attn_mask` where given, and `output`."""
    is_causal: bool
    scale: float | None
    enable_gqa: bool


@dataclass
class RunTensors:
    """Everything kept of one run, by rows of its recording."""

    values: dict[tuple[int, Side], dict[tuple[str, ...], Kept]] = field(default_factory=dict)
    """By call and side, then by the keys that lead to the tensor."""
    operations: dict[int, tuple[Kept, ...]] = field(default_factory=dict)
    """Results of operations."""
    operands: dict[int, tuple[Kept, ...]] = field(default_factory=dict)
    """What those operations took."""
    attentions: dict[int, AttentionCall] = field(default_factory=dict)
    """By row of the operation."""
    tail: Tail | None = None
    """What followed the last call of the module whose `tail` is watched."""
    byte_count: int = 0
    is_full: bool = False
    """Whether the budget was too small for everything."""


class TensorMemory:
    """The tensors of the last runs of one model; at most `budget` bytes of distinct storage."""

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        self.budget = budget
        self._runs: dict[int, RunTensors] = {}
        self._lock = RLock()

    @property
    def byte_count(self) -> int:
        """Bytes held by all runs."""
        return sum(run.byte_count for run in list(self._runs.values()))

    def begin(self, run_id: int) -> RunTensors:
        """Room for a run that starts now."""
        with self._lock:
            self._runs[run_id] = RunTensors()
            return self._runs[run_id]

    def of(self, run_id: int) -> RunTensors | None:
        """The tensors of a run; None if they were dropped."""
        return self._runs.get(run_id)

    def rename(self, run_id: int, new_id: int) -> None:
        """What was begun under one number counts as another run from now on, the newest."""
        with self._lock:
            found = self._runs.pop(run_id, None)
            self._runs.pop(new_id, None)
            if found is not None:
                self._runs[new_id] = found

    def drop(self, run_id: int) -> None:
        """Forget the tensors of a run."""
        with self._lock:
            self._runs.pop(run_id, None)

    def make_room(self, byte_count: int, own: RunTensors) -> bool:
        """Drop the oldest other runs until so many bytes fit; False if they never will."""
        with self._lock:
            others = [run_id for run_id, run in self._runs.items() if run is not own]
            while others and self.byte_count + byte_count > self.budget:
                del self._runs[others.pop(0)]
            return self.byte_count + byte_count <= self.budget


class Keeper:
    """Takes what a recorder shows it; must be called with torch functions off."""

    def __init__(
        self,
        memory: TensorMemory,
        run: RunTensors,
        *,
        watches: Iterable[Watch] = (),
        only_watched: bool = False,
    ) -> None:
        self.run = run
        self._memory = memory
        self._only = only_watched
        self._watched = {(w.module, w.what) for w in watches}
        self._names = {(w.module, w.name) for w in watches if w.what == "operation"}
        self._inside = {w.module for w in watches if w.what in ("operation", "attention")}
        self._storages: dict[int, int] = {}
        self._modules: dict[int, int] = {}
        self._parents: dict[int, int] = {}
        self._tails = {w.module for w in watches if w.what == "tail"}
        self._tail: TailWriter | None = None

    def took(self, call: int, parent: int, module: int, args: Any, kwargs: dict[str, Any]) -> None:
        """A module was called; `call` and `parent` are rows of calls."""
        self._modules[call] = module
        self._parents[call] = parent
        named = {str(number): value for number, value in enumerate(args)}
        self._keep_value(call, "input", module, {**named, **kwargs})

    def returned(self, call: int, module: int, output: Any) -> None:
        """It returned."""
        self._keep_value(call, "output", module, output)
        if module in self._tails:
            start = next((tensor for _, tensor in leaves(output)), None)
            is_real = start is not None and not has_no_values(start)
            self._tail = TailWriter(start, call) if start is not None and is_real else None
        if self._tail is not None and self._parents[call] < 0:
            self.run.tail, self._tail = self._tail.close(output), None

    def computed(self, row: int, call: int, func: Any, taken: Any, made: list[Any]) -> None:
        """An operation ran; `taken` are its positional and its named arguments."""
        if func is scaled_dot_product_attention and not (self._only and not self._is_inside(call)):
            self._keep_attention(row, call, taken, made[0])
        if self._inside and self._is_inside(call):
            self._keep_operation(row, call, func, taken, made)
        if self._tail is not None:
            self._tail.add(call, func, taken, made)
            if len(self._tail.tail.operations) > MAXIMUM_OPERATIONS:
                self.run.tail, self._tail = self._tail.close(None), None

    def _is_inside(self, call: int) -> bool:
        """Whether a module around the call is watched for what happens inside it."""
        while call >= 0 and self._modules[call] not in self._inside:
            call = self._parents[call]
        return call >= 0

    def _keep_value(self, call: int, side: Side, module: int, value: Any) -> None:
        is_watched = (module, side) in self._watched
        if self._only and not is_watched and (module, "attention") not in self._watched:
            return
        found = {}
        for keys, tensor in leaves(value):
            kept = self._kept(tensor, is_watched=is_watched)
            if kept is not None:
                found[keys] = kept
        if found:
            self.run.values[call, side] = found

    def _keep_operation(self, row: int, call: int, func: Any, taken: Any, made: list[Any]) -> None:
        name = plain_name(getattr(func, "__name__", ""))
        is_watched = (self._modules[call], name) in self._names
        if not is_watched and name not in ("softmax", "_softmax"):
            return
        results = (self._kept(tensor, is_watched=True) for tensor in made)
        self.run.operations[row] = tuple(kept for kept in results if kept)
        if is_watched:
            operands = (self._kept(tensor, is_watched=True) for _, tensor in leaves(taken))
            self.run.operands[row] = tuple(kept for kept in operands if kept)

    def _keep_attention(self, row: int, call: int, taken: Any, output: torch.Tensor) -> None:
        args, kwargs = taken
        names = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal")
        given = {**dict(zip(names, args, strict=False)), **(kwargs or {}), "output": output}
        operands = {name: self._kept(value) for name, value in given.items() if _is_tensor(value)}
        if any(kept is None for kept in operands.values()):
            return
        self.run.attentions[row] = AttentionCall(
            call=call,
            operands={name: kept for name, kept in operands.items() if kept},
            is_causal=bool(given.get("is_causal", False)),
            scale=given.get("scale"),
            enable_gqa=bool(given.get("enable_gqa", False)),
        )

    def _kept(self, tensor: torch.Tensor, *, is_watched: bool = False) -> Kept | None:
        if has_no_values(tensor):
            return Kept(tensor.detach(), None)
        if not self._has_room(tensor, is_watched=is_watched):
            return None
        if is_watched:
            return Kept(tensor.detach().clone(), None)
        version = None if tensor.is_inference() else tensor._version
        return Kept(tensor.detach() if tensor.requires_grad else tensor, version)

    def _has_room(self, tensor: torch.Tensor, *, is_watched: bool) -> bool:
        run = self.run
        if is_watched:
            key, size = 0, tensor.numel() * tensor.element_size()
        else:
            storage = tensor.untyped_storage()
            key, size = storage._cdata, storage.nbytes()
            if key in self._storages:
                return True
        if self._memory.byte_count + size > self._memory.budget:
            if not self._memory.make_room(size, run) and is_watched:
                self._forget_unwatched()
            if not self._memory.make_room(size, run):
                run.is_full = True
                return False
        if not is_watched:
            self._storages[key] = size
        run.byte_count += size
        return True

    def _forget_unwatched(self) -> None:
        """Make room for what is watched: references go, copies stay."""
        run = self.run
        run.is_full = True
        for found in run.values.values():
            for keys in [keys for keys, kept in found.items() if kept.version is not None]:
                del found[keys]
        run.attentions.clear()
        run.byte_count -= sum(self._storages.values())
        self._storages.clear()


def has_no_values(tensor: torch.Tensor) -> bool:
    """Whether it is a meta or fake tensor, which takes no memory."""
    return tensor.is_meta or (type(tensor) not in _PLAIN and isinstance(tensor, FakeTensor))


def _is_tensor(value: Any) -> bool:
    return isinstance(value, torch.Tensor)
