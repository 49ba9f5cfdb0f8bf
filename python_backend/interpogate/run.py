"""`interp.run`: what one forward pass did, for reading in a script.

Calls and operations are plain data. The logits of a model that predicts next tokens are the one
tensor that is kept, until the next run. Made by `interpogate.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensor

from interpogate.errors import NoPrediction, NoTokenizer
from interpogate.graph.graph import Graph
from interpogate.graph.modules import Source
from interpogate.graph.notes import notes_of
from interpogate.graph.recording import Call, Operation
from interpogate.graph.values import Structure, Tensor
from interpogate.model.tokens import next_token_logits, next_tokens, token_list
from interpogate.presentation.failures import failure_problem


@dataclass(frozen=True)
class ModuleCall:
    """One call of a module."""

    path: str
    number: int
    """Which call of this module in the run, from 0."""
    parent: str | None
    """Path of the module that called it; None at the top."""
    inputs: Structure
    """One row of depth 0 for each argument; tensors with shape, dtype and device."""
    outputs: Structure
    """Empty if it did not return."""
    duration_ms: float
    """With what it called, and with what watching costs."""
    error: str | None
    """Type and message of what it raised, also if its caller handled that."""


@dataclass(frozen=True)
class OperationCall:
    """One tensor operation."""

    name: str
    path: str
    """The module whose forward ran it."""
    call_number: int
    """Which call of that module."""
    outputs: tuple[Tensor, ...]
    source: Source | None
    """The line that called it."""
    failed: bool


@dataclass(frozen=True)
class RunError:
    """What a forward pass raised."""

    message: str
    """One sentence that names the place."""
    type_name: str
    """Class of the exception."""
    path: str
    """Innermost module that did not return."""
    source: Source | None
    """The innermost line outside torch."""


@dataclass(frozen=True)
class Token:
    """A token of the input."""

    id: int
    text: str
    """What it stands for."""
    raw: str
    """As the vocabulary writes it."""


@dataclass(frozen=True)
class NextToken(Token):
    """A token that may come next."""

    probability: float
    """Softmax over the whole vocabulary, 0 to 1."""
    logit: float


class KeptLogits:
    """What `top_tokens` reads: logits `(position, vocabulary)` of the first sequence, or none."""

    def __init__(self, model: Any, output: Any) -> None:
        self._tensor = next_token_logits(model, output)
        self._version = None if self._tensor is None else _version(self._tensor)

    def read(self) -> torch.Tensor:
        """The logits as the run gave them. Raises `NoPrediction`."""
        if self._tensor is None:
            raise NoPrediction("This run has no next tokens.")
        if not has_values(self._tensor):
            raise NoPrediction(
                "This run has no values: it was made on meta or fake tensors.",
                hint="Run the model with real weights and inputs.",
            )
        if _version(self._tensor) != self._version:
            raise NoPrediction(
                "The logits were changed in place after the run.", hint="Run the model again."
            )
        return self._tensor


class Run:
    """One recorded forward pass, finished or not."""

    def __init__(
        self,
        graph: Graph,
        tokenizer: Any = None,
        ids: tuple[int, ...] = (),
        logits: KeptLogits | None = None,
    ) -> None:
        self._graph = graph
        self._tokenizer = tokenizer
        self._ids = ids
        self._logits = logits
        self.number = graph.run_id
        """Runs of an `Interpogate` count from 1."""

    @cached_property
    def calls(self) -> tuple[ModuleCall, ...]:
        """Every call of a module, in the order they began."""
        return tuple(self._call(call) for call in self._graph.recording.calls)

    @cached_property
    def operations(self) -> tuple[OperationCall, ...]:
        """Every tensor operation inside the model, in the order they ran."""
        found = [one for one in self._graph.recording.operations if one.kind == "call"]
        return tuple(self._operation(operation) for operation in found)

    @cached_property
    def tokens(self) -> tuple[Token, ...] | None:
        """Tokens of the first sequence; None if the run had no text or there is no tokenizer."""
        if self._tokenizer is None or not self._ids:
            return None
        found = token_list(self._tokenizer, self._ids)
        columns = zip(found.ids, found.texts, found.raw, strict=True)
        return tuple(Token(*column) for column in columns)

    @cached_property
    def error(self) -> RunError | None:
        """What the forward pass raised; None if it returned."""
        failure, problem = self._graph.recording.failure, failure_problem(self._graph)
        if failure is None or problem is None:
            return None
        path = self._path(failure.call) if failure.call >= 0 else "."
        return RunError(problem.message, failure.type_name, path, failure.source)

    @property
    def duration_ms(self) -> float:
        """Of all calls from outside together."""
        return sum(call.duration_ms for call in self.calls if call.parent is None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the record does not show, and why: one sentence each."""
        return notes_of(self._graph.tree, self._graph.recording)

    def top_tokens(self, position: int, k: int = 5) -> tuple[NextToken, ...]:
        """The `k` likeliest tokens after `position`, best first; -1 is the last position.

        For causal language models, of the first sequence. Raises `NoPrediction` if the run has no
        next tokens or no such position, `NoTokenizer` if there are no names for them.
        """
        if self._logits is None:
            raise NoPrediction("This run has no next tokens.")
        logits = self._logits.read()
        if self._tokenizer is None:
            raise NoTokenizer("top_tokens needs a tokenizer to name the tokens.")
        at = position + logits.shape[0] if position < 0 else position
        found = next_tokens(self._tokenizer, logits, at, k)
        columns = zip(
            found.tokens.ids, found.tokens.texts, found.tokens.raw,
            found.probabilities, found.logits, strict=True,
        )  # fmt: skip
        return tuple(NextToken(*column) for column in columns)

    def _call(self, call: Call) -> ModuleCall:
        return ModuleCall(
            path=self._graph.tree.modules[call.module].path,
            number=call.number,
            parent=self._path(call.parent) if call.parent >= 0 else None,
            inputs=call.inputs,
            outputs=call.outputs,
            duration_ms=call.duration_us / 1000,
            error=(call.error or "failed") if call.failed else None,
        )

    def _operation(self, operation: Operation) -> OperationCall:
        calls, number = self._graph.recording.calls, operation.call
        return OperationCall(
            name=operation.name,
            path=self._path(number) if number >= 0 else ".",
            call_number=calls[number].number if number >= 0 else 0,
            outputs=operation.outputs,
            source=operation.source,
            failed=operation.failed,
        )

    def _path(self, call: int) -> str:
        return self._graph.tree.modules[self._graph.recording.calls[call].module].path

    def __repr__(self) -> str:
        failed = f", failed: {self.error.type_name}" if self.error else ""
        return f"<Run {self.number}: {len(self.calls)} calls{failed}>"


def has_values(tensor: torch.Tensor) -> bool:
    """Whether there are numbers behind the shape."""
    return not tensor.is_meta and not isinstance(tensor, FakeTensor)


def _version(tensor: torch.Tensor) -> int | None:
    """Counts changes in place; inference tensors have none."""
    return None if tensor.is_inference() else tensor._version
