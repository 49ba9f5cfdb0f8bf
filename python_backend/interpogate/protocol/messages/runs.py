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
    """One argument a line: `name = dtype[shape]` (seeded random values), `name = file("x.png")` or
    `name = npy("x.npy")` (uploaded before), or `name =` and a JSON value. Beside a text: what the
    model takes besides its tokens."""
    token_count: int = 0
    """How many tokens to generate, one forward pass each; 0: one forward pass and no token."""
    temperature: float = 0.0
    """0 takes the likeliest token; above it tokens are drawn from softmax(logits / temperature)."""
    seed: int = 0
    """What drawing begins with."""


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
    """Wall time of all its forward passes, watching included; 0 while it runs."""
    event_count: int
    """Events so far."""
    tokens: Tokens | None = None
    """What the text became and what was generated; None for other inputs and in `Runs`."""
    predicts_tokens: bool = False
    """Whether `prediction/read` has an answer for this run."""
    problem: Problem | None = None
    """What was raised."""
    text: str | None = None
    """The text as it was given."""
    inputs: str | None = None
    """The inputs as they were given."""
    started_at: float = 0.0
    """Seconds since 1970; 0 if unknown."""
    step: int = 0
    """The forward pass that is running or was the last, from 1; 0 before the first."""
    step_count: int = 1
    """How many forward passes were asked for, one for each token to generate."""
    step_first_event: int = 0
    """Number of the first event of that forward pass."""
    prompt_token_count: int = 0
    """How many of `tokens` were given; those behind were generated."""
    prediction_first: int = 0
    """First position of `tokens` that has next tokens: above 0 for encoder-decoder models."""
    prediction_count: int = 0
    """How many positions from there on have next tokens."""
    generated_text: str = ""
    """The generated tokens as text."""
    note: str = ""
    """What was done to the inputs, why generating ended early, or what is no longer kept."""
    is_kept: bool = False
    """Whether `run/select` can show it."""


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


@dataclass(frozen=True, kw_only=True)
class Runs:
    """The last runs of a model, the oldest first, without their tokens."""

    runs: tuple[RunState, ...]
    """At most as many as are kept."""


@dataclass(frozen=True, kw_only=True)
class PredictionStrip:
    """The likeliest next token after every position, as columns, and how well it fits the text."""

    run_id: int
    """Number of the run."""
    first: int
    """Position of the first row, from 0."""
    tokens: Tokens
    """The likeliest token after each position."""
    probabilities: tuple[float, ...]
    """Its probability, 0 to 1."""
    actual_ranks: tuple[int, ...]
    """Rank of the token that really follows, from 1; 0 where none follows."""
    actual_probabilities: tuple[float, ...]
    """Probability of the token that really follows, 0 to 1; 0 where none follows."""


@dataclass(frozen=True, kw_only=True)
class FindTokens:
    """Asks how likely a token that the user names is after one position."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run."""
    position: int
    """Token position, from 0."""
    text: str
    """Text of a token, a token as the vocabulary writes it, or `#` and an id."""


@dataclass(frozen=True, kw_only=True)
class FoundTokens:
    """Tokens that a text may mean, the likeliest first, as columns."""

    position: int
    """Token position, from 0."""
    tokens: Tokens
    """The tokens: with and without a space before them."""
    probabilities: tuple[float, ...]
    """Softmax over the whole vocabulary, 0 to 1."""
    ranks: tuple[int, ...]
    """From 1, the likeliest; equal logits share a rank."""
    logits: tuple[float, ...]
    """As the model gave them."""
    is_whole: tuple[bool, ...]
    """Whether the token is all of the text, and not only its beginning."""


@dataclass(frozen=True, kw_only=True)
class UploadInput:
    """A part of a file that inputs will name; parts come in order, the first at offset 0."""

    model_id: str
    """Name of the open model."""
    name: str
    """Name of the file without folders; a further file of that name takes its place."""
    offset: int
    """Bytes before this part."""
    byte_length: int
    """Bytes of the whole file, at most 64 MB."""
    data: str
    """At most 1 MB in base64."""


@dataclass(frozen=True, kw_only=True)
class UploadedInput:
    """What the worker has of a file."""

    name: str
    """Name of the file."""
    byte_length: int
    """Bytes so far."""
    is_complete: bool
    """Whether all of it is there."""
    description: str
    """What it is, such as `image, 640 × 480` or `float32[1, 3]`; empty until it is complete."""
    expression: str
    """What to write in the inputs for it, such as `file("x.png")`; empty until it is complete."""
