"""Forward passes: tokens, inputs, events, next tokens."""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.protocol.messages.models import Problem
from interpogate.protocol.messages.terms import EventKind, RunPhase


@dataclass(frozen=True, kw_only=True)
class TokenizeText:
    """Asks how a text splits into tokens."""

    model_id: str
    """Name of the open model."""
    text: str
    """Any text."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """Tokens as columns."""

    ids: tuple[int, ...]
    """Token ids."""
    texts: tuple[str, ...]
    """The text each token stands for."""
    raw: tuple[str, ...]
    """The token as the vocabulary writes it, such as `Ġpark`."""


@dataclass(frozen=True, kw_only=True)
class StartRun:
    """Asks for a forward pass with text or inputs; with neither the example inputs are used."""

    model_id: str
    """Name of the open model."""
    text: str | None = None
    """Text for the model's tokenizer."""
    inputs: str | None = None
    """One `name = dtype[shape]` a line, filled with seeded random values."""


@dataclass(frozen=True, kw_only=True)
class RunReference:
    """Names one run of a model."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run, from 1."""


@dataclass(frozen=True, kw_only=True)
class ReadRun:
    """Asks for a run's events again, from a number on."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run."""
    first: int
    """First event wanted, from 0."""


@dataclass(frozen=True, kw_only=True)
class RunEvents:
    """What happened in a run, as columns; at most one message a frame (16 ms)."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run."""
    first: int
    """Number of the first event in this message, from 0 in each run, without gaps."""
    kinds: tuple[EventKind, ...]
    """What happened."""
    modules: tuple[int, ...]
    """Index of the module (depth first, the root is 0)."""
    times_us: tuple[int, ...]
    """Microseconds since the run began."""


@dataclass(frozen=True, kw_only=True)
class RunState:
    """Where a run stands. Sent in full at each change."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run."""
    phase: RunPhase
    """`failed`: the model raised. The graph then shows everything up to there."""
    duration_ms: float
    """Wall time of the forward pass, watching included; 0 while it runs."""
    event_count: int
    """Events so far."""
    tokens: Tokens | None = None
    """What the text became; None for other inputs."""
    predicts_tokens: bool = False
    """Whether `prediction/read` has an answer for this run."""
    problem: Problem | None = None
    """What was raised."""


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """Answer to `ReadRun`."""

    state: RunState
    """Where the run stands."""
    events: RunEvents
    """The events from `first` on, as many as fit in a message."""


@dataclass(frozen=True, kw_only=True)
class ReadPrediction:
    """Asks for the most likely next tokens after one position."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run."""
    position: int
    """Token position, from 0."""
    count: int = 10
    """How many tokens, at most 100."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Next tokens after one position, most likely first, as columns."""

    position: int
    """Token position, from 0."""
    tokens: Tokens
    """The tokens."""
    probabilities: tuple[float, ...]
    """Softmax over the whole vocabulary, 0 to 1."""
    logits: tuple[float, ...]
    """As the model gave them."""
