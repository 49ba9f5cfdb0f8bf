"""Containers of the graph, places in it, the tree of modules."""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.protocol.messages.terms import GraphDetail, NodeKind


@dataclass(frozen=True, kw_only=True)
class ReadGraph:
    """Asks for the insides of containers. The root's id is `.`."""

    model_id: str
    """Name of the open model."""
    containers: tuple[str, ...]
    """Node ids; one that is unknown or cannot be unfolded is left out of the answer."""
    detail: GraphDetail = "essential"
    """`all` shows reshapes, constants and parameters too."""


@dataclass(frozen=True, kw_only=True)
class TensorTable:
    """Tensor descriptions that other columns point into."""

    shapes: tuple[tuple[int, ...], ...]
    """Sizes by dimension."""
    dtypes: tuple[str, ...]
    """Such as `float32`."""
    token_dimensions: tuple[int, ...]
    """The dimension that counts tokens, or -1."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """The inside of one container: its child nodes and the data flow between them.

    Edges that come from outside start at an `input` node, edges that leave end at an `output` node.
    What flows from one node to another has one edge for each kind of tensor, and for each port that
    it passes where one of the two is a container.
    """

    container: str
    """Node id of the container; `.` is the root."""
    ids: tuple[str, ...]
    """Node ids, unique in the graph, stable between versions. A module's id is its path."""
    kinds: tuple[NodeKind, ...]
    """What each node is."""
    names: tuple[str, ...]
    """Short label: the last part of the path, `h.0 – h.11`, an operation's sign, a port's name."""
    types: tuple[str, ...]
    """Class name of a module or of a group's members; full name of an operation; else empty."""
    paths: tuple[str, ...]
    """Module path for modules; the path of the container module otherwise."""
    repeats: tuple[int, ...]
    """How many equal members a folded node stands for; 1 for a plain node."""
    calls: tuple[int, ...]
    """How often it ran; 0 for a module that did not."""
    parameter_counts: tuple[int, ...]
    """Parameters inside, shared ones counted once."""
    expandable: tuple[bool, ...]
    """Whether `graph/read` has a level for the node."""
    first_modules: tuple[int, ...]
    """First module index inside (as in `RunEvents.modules`); -1 for other kinds."""
    last_modules: tuple[int, ...]
    """Last module index inside; equal to the first for a leaf."""
    orders: tuple[int, ...]
    """Order of first execution among all nodes of the graph; -1 if it did not run."""
    outputs: tuple[int, ...]
    """Row in `tensors` of the (first) output; -1 if unknown."""
    edge_sources: tuple[int, ...]
    """Row of the node an edge starts at."""
    edge_targets: tuple[int, ...]
    """Row of the node an edge ends at; equal to the source for a recurrence."""
    edge_tensors: tuple[int, ...]
    """Row in `tensors` of what flows; -1 if unknown."""
    edge_counts: tuple[int, ...]
    """How many different tensors flow along the edge, all of the same shape and dtype."""
    edge_outputs: tuple[int, ...]
    """Row of the `output` node in the level of the source that it comes out of; -1 if none."""
    edge_inputs: tuple[int, ...]
    """Row of the `input` node in the level of the target that it goes into; -1 if none."""
    tensors: TensorTable
    """Descriptions that `outputs` and `edge_tensors` point into."""
    places: tuple[tuple[int, int, int], ...] = ()
    """Nodes whose instance stands in several places: row, which place from 1, of how many.

    Nodes of one instance have the same first module.
    """


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Answer to `ReadGraph`."""

    graph_version: int
    """The version these levels belong to."""
    levels: tuple[Level, ...]
    """In the order asked for."""


@dataclass(frozen=True, kw_only=True)
class LocatePath:
    """Asks where a module path or a node is in the graph."""

    model_id: str
    """Name of the open model."""
    path: str
    """Module path (any of its names) or node id; `.` is the root."""


@dataclass(frozen=True, kw_only=True)
class Location:
    """Where a node stands in the graph."""

    node: str
    """Its node id."""
    containers: tuple[str, ...]
    """The containers to unfold, outermost first (the root `.` included)."""


@dataclass(frozen=True, kw_only=True)
class ReadModules:
    """Asks for the direct submodules of a path, for a tree."""

    model_id: str
    """Name of the open model."""
    path: str
    """Module path; `.` is the root."""


@dataclass(frozen=True, kw_only=True)
class FindModules:
    """Asks for modules whose path and class hold every word of a query, the nearest first."""

    model_id: str
    """Name of the open model."""
    query: str
    """Words, parts of a path or of a class name."""
    limit: int = 20
    """How many modules, at most."""


@dataclass(frozen=True, kw_only=True)
class Modules:
    """Submodules as columns."""

    paths: tuple[str, ...]
    """Module paths; where several nodes of an instance were found, their ids."""
    names: tuple[str, ...]
    """Attribute names."""
    class_names: tuple[str, ...]
    """Class names."""
    parameter_counts: tuple[int, ...]
    """Parameters inside, shared ones counted once."""
    child_counts: tuple[int, ...]
    """Number of direct submodules."""
