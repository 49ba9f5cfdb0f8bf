"""What a model does after its last block to get logits, applied to any residual stream.

The operations that ran are applied again, whatever they are: norms, projections, scales, soft caps.
They count only if they give the model's own logits again from its own stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch

from interpogate.graph.operations import rearranges, sign
from interpogate.trace.tail import Slot, Tail, TailOperation, filled
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.problems import NothingToSee

_SAMPLE = 4
_TOLERANCES = {torch.float32: 1e-4, torch.float64: 1e-4}
_LOW_PRECISION = 0.02
_NO_EFFECT = ("dropout", "contiguous", "clone", "float", "to", "identity", "softmax", "log_softmax")
_FAILURES = (RuntimeError, IndexError, TypeError, ValueError)
"""What torch raises where sizes do not fit."""
_RESHAPING = ("view", "reshape", "contiguous")


@dataclass(frozen=True)
class LogitTail:
    """The operations from the last block's output to logits."""

    tail: Tail
    operations: tuple[TailOperation, ...]
    """Those that lead to the logits, in order."""
    goal: int
    """Slot of the logits."""
    own: torch.Tensor
    """The model's own logits, or probabilities."""
    is_probability: bool
    token_axis: int
    """Dimension of the stream that is positions."""

    @property
    def vocabulary(self) -> int:
        """Entries of the logits."""
        return int(self.own.shape[-1])

    @property
    def width(self) -> int:
        """Features that it takes."""
        return int(self.tail.start.shape[-1])

    def logits(self, stream: torch.Tensor) -> torch.Tensor:
        """Logits `(positions, vocabulary)` of a stream `(positions, features)`, float32."""
        shape = [1] * self.tail.start.dim()
        shape[-1] = self.width
        shape[self._free_axis] = stream.shape[0]
        found = self._applied(stream.reshape(shape))
        if found.numel() != stream.shape[0] * self.vocabulary:
            raise NothingToSee("What follows the last block takes no stream of another length.")
        return found.reshape(-1, self.vocabulary).float().cpu()

    def whole(self, stream: torch.Tensor) -> torch.Tensor:
        """Logits of a stream of the shape that was observed, one row for each position."""
        found = self._applied(stream)
        if found.shape[:-1] != stream.shape[:-1]:
            raise NothingToSee("What follows the last block gives no logits for each position.")
        return found.float().cpu()

    def last_rows(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The stream at the last position, and the model's own logits there."""
        return self._own_stream()[-1:], self._rows_of(self.own.float().cpu())[-1:]

    @property
    def has_other_stream(self) -> bool:
        """Whether something like the stream, as it was in the run, takes part in it."""
        shape = self.tail.start.shape
        return any(
            isinstance(value, torch.Tensor)
            and value.shape[:-1] == shape[:-1]
            and value.shape[-1] > 1
            for operation in self.operations
            for value in (*operation.args, *operation.kwargs.values())
        )

    @cached_property
    def _free_axis(self) -> int:
        """The dimension along which positions are given: one that gives the model's own logits."""
        axes = (
            self.token_axis,
            *(n for n in range(self.tail.start.dim() - 1) if n != self.token_axis),
        )
        return next((axis for axis in axes if self._is_right(axis)), -1)

    @cached_property
    def takes_positions(self) -> bool:
        """Whether each position can be computed by itself."""
        return self._free_axis >= 0

    @cached_property
    def takes_whole(self) -> bool:
        """Whether all positions together give the model's own logits."""
        try:
            found = self.whole(self.tail.start)
        except (NothingToSee, *_FAILURES):
            return False
        return self.is_near(found, self.own.float().cpu())

    def _is_right(self, axis: int) -> bool:
        sample = self._own_stream()[-_SAMPLE:]
        shape = [1] * self.tail.start.dim()
        shape[-1], shape[axis] = self.width, len(sample)
        try:
            found = self._applied(sample.reshape(shape))
        except _FAILURES:
            return False
        if found.numel() != len(sample) * self.vocabulary:
            return False
        own = self._rows_of(self.own.float().cpu())[-_SAMPLE:]
        return self.is_near(found.reshape(-1, self.vocabulary)[-len(own) :].float().cpu(), own)

    def is_near(self, found: torch.Tensor, own: torch.Tensor) -> bool:
        """Whether logits are the model's own."""
        if found.shape != own.shape:
            return False
        found = found.softmax(-1) if self.is_probability else found
        finite = torch.isfinite(own) & torch.isfinite(found)
        extent = own[finite].abs().max().clamp(min=1e-6) if finite.any() else torch.ones(())
        difference = (found - own)[finite].abs().max() if finite.any() else torch.zeros(())
        tolerance = _TOLERANCES.get(self.tail.start.dtype, _LOW_PRECISION)
        return bool(difference <= tolerance * extent)

    def _own_stream(self) -> torch.Tensor:
        """The last block's output at each position of the first entry of the batch."""
        return _first_rows(self.tail.start, self.token_axis)

    def _rows_of(self, own: torch.Tensor) -> torch.Tensor:
        """The first entry of the batch among logits `(…, vocabulary)`: a row for each position."""
        if own.dim() < 3:  # noqa: PLR2004 (without a batch, or without positions)
            return own.reshape(-1, self.vocabulary)
        start = self.tail.start
        count = start.shape[self.token_axis]
        is_first = own.shape[0] == count and own.shape[1] != count and self.token_axis == 0
        return _first_rows(own, 0 if is_first else own.dim() - 2)

    def _applied(self, stream: torch.Tensor) -> torch.Tensor:
        start = self.tail.start
        # A copy: what follows may write into it.
        slots = {0: stream.detach().to(device=start.device, dtype=start.dtype).clone()}
        with torch.no_grad():
            for operation in self.operations:
                made = _apply(operation, slots)
                slots.update(zip(operation.made, made, strict=True))
        return slots[self.goal]


def _first_rows(tensor: torch.Tensor, axis: int) -> torch.Tensor:
    """`(positions, features)` of the first entry of every dimension but one."""
    moved = tensor.movedim(axis, -2)
    return moved.reshape(-1, *moved.shape[-2:])[0]


def _apply(operation: TailOperation, slots: dict[int, torch.Tensor]) -> list[torch.Tensor]:
    args, kwargs = filled(operation.args, slots), filled(operation.kwargs, slots)
    if operation.name.rstrip("_").endswith("dropout") or _only_rearranges(operation):
        return [args[0]]
    if operation.is_in_place and not isinstance(operation.args[0], Slot):
        args = (args[0].clone(), *args[1:])  # not computed again, but written into
    result = operation.function(*args, **kwargs)
    if result is None:  # as `__setitem__`
        return [args[0]]
    if isinstance(result, torch.Tensor):
        return [result]
    return [item for item in result if isinstance(item, torch.Tensor)]


def _only_rearranges(operation: TailOperation) -> bool:
    """A view of the same shape, whose sizes would be those of the run."""
    return operation.keeps_shape and operation.name in _RESHAPING


def logit_tail(observed: Observed, tail: Tail, token_axis: int) -> LogitTail | None:
    """The operations that lead to logits; None if the model returned none of this stream."""
    found = _logits_in(tail, observed.vocabulary_size)
    if found is None or not 0 <= token_axis < tail.start.dim() - 1:
        return None
    goal, own = found
    makers = {slot: operation for operation in tail.operations for slot in operation.made}
    last = makers[goal]
    is_probability = last.name == "softmax"
    goal = last.taken[0] if is_probability else goal
    return LogitTail(tail, _leading_to(goal, tail, makers), goal, own, is_probability, token_axis)


def _logits_in(tail: Tail, vocabulary: int) -> tuple[int, torch.Tensor] | None:
    """Slot and value of what has an entry for each token of the vocabulary."""
    fitting = [
        (keys, found)
        for keys, found in tail.results.items()
        if found[1].shape[-1:] == (vocabulary,) and found[1].is_floating_point()
    ]
    named = [found for keys, found in fitting if keys[-1:] == ("logits",)]
    return next(iter([*named, *(found for _, found in fitting)]), None)


def _leading_to(
    goal: int, tail: Tail, makers: dict[int, TailOperation]
) -> tuple[TailOperation, ...]:
    waiting, wanted = [goal], set[int]()
    while waiting:
        operation = makers.get(waiting.pop())
        if operation is not None and id(operation) not in wanted:
            wanted.add(id(operation))
            waiting += operation.taken
    last = max((n for n, one in enumerate(tail.operations) if id(one) in wanted), default=-1)
    # What wrote into a view leads to no slot of its own, but counts.
    return tuple(
        one
        for number, one in enumerate(tail.operations)
        if id(one) in wanted or (one.is_in_place and number < last)
    )


def parts_of(observed: Observed, found: LogitTail) -> tuple[str, ...]:
    """What the stream goes through, as one reads it: paths of modules, signs of operations."""
    calls = observed.graph.recording.calls
    around = {-1}
    call = found.tail.call
    while call >= 0:
        around.add(call)
        call = calls[call].parent
    names = [_part(observed, operation, around) for operation in found.operations]
    said = [name for name in names if name]
    return tuple(name for number, name in enumerate(said) if said[number - 1 : number] != [name])


def _part(observed: Observed, operation: TailOperation, around: set[int]) -> str:
    calls, modules = observed.graph.recording.calls, observed.graph.tree.modules
    if operation.name in _NO_EFFECT:
        return ""
    call = operation.call
    if call not in around:
        while calls[call].parent not in around:
            call = calls[call].parent
        return modules[calls[call].module].path
    if rearranges(operation.name):
        return ""
    return _table(observed, operation) or sign(operation.name)


def _table(observed: Observed, operation: TailOperation) -> str:
    """The module whose weights a product takes, such as a tied table of embeddings."""
    for value in (*operation.args, *operation.kwargs.values()):
        if isinstance(value, torch.Tensor) and value.dim() == 2:  # noqa: PLR2004 (a matrix)
            for index, module in enumerate(observed.live):
                for own in module._parameters.values():
                    if own is not None and own.data_ptr() == value.data_ptr():
                        return observed.graph.tree.modules[index].path
    return ""
