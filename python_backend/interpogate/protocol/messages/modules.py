"""The table of a model's modules, for language features that answer without the worker."""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.protocol.messages.nodes import ParameterRow
from interpogate.protocol.messages.terms import Origin


@dataclass(frozen=True, kw_only=True)
class ReadModuleTable:
    """Asks for a part of the table; parts are small, so that nobody waits behind one."""

    model_id: str
    """Name of the open model."""
    first: int = 0
    """First module wanted."""


@dataclass(frozen=True, kw_only=True)
class ModuleClass:
    """A class of modules, or a base of one."""

    module: str
    """Name of the Python module."""
    name: str
    """Qualified name inside of it, such as `Outer.Inner`."""
    file: str
    """Absolute path of the source file; empty if it has none."""
    bases: tuple[int, ...]
    """Rows of its bases in the order of lookup, without `torch.nn.Module` and what is above."""


@dataclass(frozen=True, kw_only=True)
class ModuleKind:
    """What many modules have in common."""

    class_row: int
    """Row in `ModuleTable.classes`."""
    parameters: tuple[ParameterRow, ...]
    """Own parameters and buffers; what they are shared with is left out."""
    attributes: tuple[tuple[str, str], ...]
    """Facts as (label, text), such as (`in_features`, `128`)."""


@dataclass(frozen=True, kw_only=True)
class ModuleTable:
    """A part of the modules, depth first, as columns; kinds and classes are numbered by part."""

    total: int
    """Modules of the model."""
    first: int
    """Index of the first module of this part, as in `RunEvents.modules`."""
    names: tuple[str, ...]
    """Attribute names; empty for the root."""
    parents: tuple[int, ...]
    """Index of the parent; -1 for the root."""
    kinds: tuple[int, ...]
    """Row in `kind_rows`."""
    parameter_counts: tuple[int, ...]
    """Parameters inside, shared ones counted once."""
    other_paths: tuple[str, ...]
    """Further names of modules of this part."""
    other_modules: tuple[int, ...]
    """Whose name each of them is."""
    kind_rows: tuple[ModuleKind, ...]
    """What `kinds` points into."""
    classes: tuple[ModuleClass, ...]
    """What `kind_rows` and `bases` point into."""


@dataclass(frozen=True, kw_only=True)
class ReadModuleShapes:
    """Asks for what modules took and returned in the graph that is shown."""

    model_id: str
    """Name of the open model."""
    first: int = 0
    """First call wanted."""


@dataclass(frozen=True, kw_only=True)
class ModuleShapes:
    """A part of the calls as columns, equal ones of one module together."""

    graph_version: int
    """The graph they were observed in."""
    origin: Origin
    """What kind of observation it is."""
    run_id: int
    """The run; 0 if `origin` is not `run`."""
    total: int
    """Calls of the graph."""
    following: int
    """First call that is not in this part."""
    modules: tuple[int, ...]
    """Index of the module."""
    counts: tuple[int, ...]
    """How many calls were so."""
    inputs: tuple[int, ...]
    """Row in `texts`."""
    outputs: tuple[int, ...]
    """Row in `texts`; -1 if it did not return."""
    texts: tuple[str, ...]
    """Such as `hidden_states: float32[1, 9, 128]`."""
