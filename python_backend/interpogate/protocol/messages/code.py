"""What was observed in the code: shapes behind calls, the modules of a class and of an attribute.

Places in files are as Python counts them: lines from 1, columns in bytes of UTF-8 from 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.protocol.messages.terms import Origin, SourcePlace


@dataclass(frozen=True, kw_only=True)
class ReadCode:
    """Asks what was observed in one file."""

    model_id: str
    """Name of the open model."""
    file: str
    """Absolute path of a Python file."""


@dataclass(frozen=True, kw_only=True)
class ObservedValue:
    """A value that was seen at one place, once for each different structure."""

    shape: str
    """Its structure with sizes only, such as `[1, 9, 64]` or `([1, 9, 64], None)`."""
    text: str
    """The same with dtypes, such as `float32[1, 9, 64]`."""
    count: int
    """How many calls had it."""


@dataclass(frozen=True, kw_only=True)
class ObservedCall:
    """A place in the code that called modules."""

    line: int
    """Where the call begins."""
    column: int
    """Where the call begins; -1 if only the line is known."""
    end_line: int
    """Where the call ends."""
    end_column: int
    """Where the call ends; -1 if only the line is known."""
    paths: tuple[str, ...]
    """Modules that were called here, in order, at most 20."""
    path_count: int
    """How many modules were called here."""
    class_name: str
    """Class of the first of them."""
    call_count: int
    """How often."""
    outputs: tuple[ObservedValue, ...]
    """What they returned, each different structure once, at most 20, by first sight."""
    failed: bool = False
    """Whether the forward pass ended in one of these calls."""


@dataclass(frozen=True, kw_only=True)
class ObservedCode:
    """What was observed in one file."""

    file: str
    """As it was asked for."""
    digest: str
    """SHA-256 of the text that ran, lines ended by `\\n`; empty if the file has changed since."""
    graph_version: int
    """The graph it belongs to."""
    origin: Origin
    """What it was observed in."""
    run_id: int
    """The run it was observed in; 0 if `origin` is not `run`."""
    calls: tuple[ObservedCall, ...]
    """In the order of first execution."""


@dataclass(frozen=True, kw_only=True)
class FindInCode:
    """Asks for the instances of a class written in a file, or for what an attribute holds."""

    model_id: str
    """Name of the open model."""
    file: str
    """Absolute path of a Python file."""
    class_name: str
    """Qualified name of the class, such as `Block` or `Net.Inner`."""
    member: str = ""
    """Path below an instance, such as `attn` or `layers.*.attn`; empty: the instances."""
    limit: int = 20
    """How many are told about in full."""


@dataclass(frozen=True, kw_only=True)
class ObservedModule:
    """One module, with what it took and returned."""

    path: str
    """Its path."""
    class_name: str
    """Its class."""
    call_count: int
    """How often it was called."""
    inputs: tuple[ObservedValue, ...]
    """What it took, each different structure once."""
    outputs: tuple[ObservedValue, ...]
    """What it returned, each different structure once."""


@dataclass(frozen=True, kw_only=True)
class FoundModules:
    """Answer to `FindInCode`."""

    paths: tuple[str, ...]
    """Of all that were found, at most 10,000."""
    modules: tuple[ObservedModule, ...]
    """The first of them in full."""
    origin: Origin
    """What their values were observed in."""
    run_id: int
    """The run they were observed in; 0 if `origin` is not `run`."""


@dataclass(frozen=True, kw_only=True)
class LocateInCode:
    """Asks which modules a place in an open document stands for."""

    uri: str
    """Address of the document."""
    line: int
    """From 0, as VS Code counts."""
    character: int
    """From 0, in units of UTF-16."""


@dataclass(frozen=True, kw_only=True)
class ModulesOfModel:
    """Modules of one open model."""

    model_id: str
    """Name of the open model."""
    paths: tuple[str, ...]
    """Module paths."""


@dataclass(frozen=True, kw_only=True)
class CodePlace:
    """Answer to `LocateInCode`."""

    class_name: str
    """Qualified name of the class around the place; empty outside of classes."""
    instances: tuple[ModulesOfModel, ...]
    """Its instances in each open model that has any."""
    named: tuple[ModulesOfModel, ...]
    """What the path string, the attribute or the class under the cursor names."""
    is_readable: bool = True
    """False while the text does not parse: then nothing is known of the place."""


@dataclass(frozen=True, kw_only=True)
class MarkModules:
    """Tells a page to mark modules, those that the cursor in the code stands for."""

    model_id: str
    """Name of the open model."""
    paths: tuple[str, ...]
    """Module paths; empty: no mark."""


@dataclass(frozen=True, kw_only=True)
class OpenSource:
    """Asks the host to show where a node's code is written."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id."""
    what: SourcePlace = "definition"
    """`definition`: its class; `use`: the line that calls it."""
