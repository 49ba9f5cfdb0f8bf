"""One node in full, for the inspector."""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.protocol.messages.models import Problem
from interpogate.protocol.messages.terms import NodeKind, Origin, ValueKind


@dataclass(frozen=True, kw_only=True)
class NodeReference:
    """Names one node of a model's graph."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id."""
    call: int = 1
    """Which call of the node, from 1."""


@dataclass(frozen=True, kw_only=True)
class ValueRow:
    """One line of a nested value's structure; children follow their parent, one deeper."""

    depth: int
    """Nesting depth, from 0."""
    key: str
    """Position, key, field or argument name; empty for the value itself."""
    kind: ValueKind
    """What it is."""
    type_name: str
    """Class name, or the text of a scalar."""
    shape: tuple[int, ...] | None = None
    """Sizes by dimension, for a tensor."""
    dtype: str | None = None
    """Such as `float32`, for a tensor."""
    device: str | None = None
    """Such as `cpu`, for a tensor."""
    token_dimension: int | None = None
    """The dimension that counts tokens, if one does."""


@dataclass(frozen=True, kw_only=True)
class ParameterRow:
    """A parameter or buffer that belongs to a module itself."""

    name: str
    """Attribute name."""
    shape: tuple[int, ...]
    """Sizes by dimension."""
    dtype: str
    """Such as `float32`."""
    is_buffer: bool
    """True for a buffer."""
    shared_with: tuple[str, ...]
    """Other full names of the same tensor (tied weights)."""


@dataclass(frozen=True, kw_only=True)
class SourceLocation:
    """A place in a source file."""

    file: str
    """Absolute path."""
    line: int
    """From 1."""


@dataclass(frozen=True, kw_only=True)
class NodePlace:
    """One of several places in which a module instance is called."""

    node: str
    """Node id."""
    number: int
    """Which of the places, from 1, in the order of the first calls."""


@dataclass(frozen=True, kw_only=True)
class NodeDetails:
    """Everything the inspector shows of one node."""

    node: str
    """Node id."""
    kind: NodeKind
    """What it is."""
    name: str
    """Short label."""
    path: str
    """Module path to hook or copy; for an operation the module that runs it."""
    type_name: str
    """Fully qualified class, or the operation's full name."""
    attributes: tuple[tuple[str, str], ...]
    """Facts as (label, text), such as (`in_features`, `128`)."""
    parameters: tuple[ParameterRow, ...]
    """The module's own parameters and buffers."""
    parameter_count: int
    """Parameters inside, shared ones counted once."""
    other_paths: tuple[str, ...]
    """Further names of the same module instance."""
    inputs: tuple[ValueRow, ...]
    """Structure of the arguments of the call; empty if it did not run."""
    outputs: tuple[ValueRow, ...]
    """Structure of the return value of the call; empty if it did not run."""
    call_count: int
    """How often it ran."""
    duration_ms: float | None
    """Wall time of all calls, what they call included; None if not measured."""
    origin: Origin
    """What the structures were observed in."""
    run_id: int
    """The run it was observed in; 0 if `origin` is not `run`."""
    note: str
    """Why it did not run, or what was derived; may be empty."""
    source: SourceLocation | None
    """Where its class (for an operation: the calling line) is written."""
    problem: Problem | None
    """The error it raised in the observed run."""
    use: SourceLocation | None = None
    """The line that called it, in the code around it outside of torch."""
    call: int = 1
    """Which call of the node `inputs`, `outputs` and `use` are of, from 1; 0 if it did not run."""
    call_duration_ms: float | None = None
    """Wall time of that call alone; None if not measured."""
    instance_call: int = 0
    """Which call of the module instance that is, from 1; 0 if it did not run or is no module."""
    instance_call_count: int = 0
    """How often the instance ran, in all places together."""
    place: int = 0
    """Which of the instance's places this is, from 1; 0 if it stands in one place only."""
    places: tuple[NodePlace, ...] = ()
    """The places around this one, in the order of calls, this one included; none if it is alone."""
    place_count: int = 1
    """In how many places the instance stands."""
