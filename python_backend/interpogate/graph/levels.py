"""The graph as it is shown: for each container its child nodes and the data flow between them.

A flow between two operations is lifted to every container it passes: out through the containers
around
its source, across the innermost container both share, in through those around its target. A module
that
is called again is left and entered again, so recurrences show as such. Used by `graph.py`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Literal

from interpogate.graph.essential import DataFlow, VisibleFlow
from interpogate.graph.hierarchy import Container, Hierarchy
from interpogate.graph.operations import sign
from interpogate.graph.parameters import ParameterNodes
from interpogate.graph.places import Places
from interpogate.graph.recording import Operation, Recording
from interpogate.graph.values import Tensor

NodeKind = Literal["module", "group", "operation", "parameter", "input", "output"]
ROOT = "."


@dataclass
class Node:
    """A node inside a level."""

    id: str
    kind: NodeKind
    name: str
    type_name: str
    path: str
    repeats: int = 1
    calls: int = 0
    order: int = -1
    tensor: Tensor | None = None
    container: Container | None = None
    rows: list[int] = field(default_factory=list)
    """Operations it stands for (one for each call)."""


@dataclass(frozen=True)
class Strand:
    """One tensor of an edge, and the ports it passes at the ends that are containers."""

    tensor: Tensor
    output: str
    """The port it leaves the source by; empty if that is no container."""
    input: str
    """The port it enters the target by; empty if that is no container."""


@dataclass
class Edge:
    """All that flows from one node of a level to another."""

    source: str
    target: str
    strands: dict[Strand, set[tuple[object, ...]]] = field(default_factory=dict)
    """With the crossings of each: so many different tensors are described by it."""

    @property
    def tensor(self) -> Tensor:
        """The first that flowed."""
        return next(iter(self.strands)).tensor

    @property
    def makers(self) -> set[tuple[object, ...]]:
        """The crossings of all tensors."""
        return {crossing for crossings in self.strands.values() for crossing in crossings}


@dataclass
class Level:
    """The inside of one container."""

    container: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)


@dataclass(frozen=True)
class Crossing:
    """A tensor where a flow crosses the border of a node."""

    key: tuple[object, ...]
    """Equal for the same tensor: its maker, which output, the hidden operation after it."""
    tensor: Tensor


# One step of the way from the root to an operation: node id, and which call of it (-1: any).
Step = tuple[str, int]


class Levels:
    """Builds every level of a graph."""

    def __init__(
        self, recording: Recording, flow: DataFlow, places: Places, hierarchy: Hierarchy
    ) -> None:
        self._recording = recording
        self._places = places
        self._hierarchy = hierarchy
        self.levels: dict[str, Level] = {i: Level(i) for i in hierarchy.containers}
        self.nodes: dict[str, Node] = {}
        self._id_of_row: dict[int, str] = {}
        self._parameters = ParameterNodes(recording, places, hierarchy)
        self._users = self._parameters.users(flow.flows)
        self._call_steps: dict[int, tuple[Step, ...]] = {}
        self._seen: defaultdict[tuple[int, str], int] = defaultdict(int)
        self._ports: dict[tuple[object, ...], str] = {}
        self._port_counts: Counter[tuple[str, str]] = Counter()
        self._add_containers()
        self._constants = flow.constants
        for row in sorted(flow.visible):
            self._add_operation(row)
        for visible in flow.flows:
            self._lift(visible)

    def _add_containers(self) -> None:
        calls = self._recording.calls
        for container in self._hierarchy.containers.values():
            place = container.place
            own = [calls[row] for row in self._places.rows[place].calls] if place >= 0 else []
            first = own[0] if own else None
            tensors = [v.tensor for v in first.outputs if v.tensor] if first else []
            self._add_node(
                Node(
                    container.id, container.kind, container.name, container.type_name,
                    container.path, container.repeats, len(own), first.order if first else -1,
                    tensors[0] if tensors else None, container,
                ),
                container.parent,
            )  # fmt: skip
        self._complete_uncalled()

    def _complete_uncalled(self) -> None:
        """A fold or list ran if its members did: it takes their order and last output."""
        for container in reversed(list(self._hierarchy.containers.values())):
            node = self.nodes[container.id]
            members = [self.nodes[i] for i in self._hierarchy.children[container.id]]
            ran = [member for member in members if member.calls]
            if not node.calls and ran:
                node.calls = 1
                node.order = min(member.order for member in ran)
                node.tensor = max(ran, key=lambda member: member.order).tensor

    def _add_node(self, node: Node, level: str | None) -> None:
        self.nodes[node.id] = node
        if level is not None:
            self.levels[level].nodes[node.id] = node

    def _add_operation(self, row: int) -> None:
        operation = self._recording.operations[row]
        if operation.kind == "parameter":
            for user in self._users.get(row, (operation.call,)):
                self._add_row(row, operation, self._parameters.container(operation, user))
        else:
            self._add_row(row, operation, self._container(operation))

    def _add_row(self, row: int, operation: Operation, container: str) -> None:
        node_id = self._operation_id(operation, container)
        if node_id not in self.nodes:
            self._add_node(self._operation_node(node_id, operation, container), container)
        node = self.nodes[node_id]
        node.name = self._constants.get(row, node.name)
        if row not in node.rows:
            node.rows.append(row)
            node.calls += 1
        self._id_of_row.setdefault(row, node_id)

    def _container(self, operation: Operation) -> str:
        if operation.kind == "input":
            return ROOT
        return self._hierarchy.container_of(self._places.running(operation.call))

    def _operation_id(self, operation: Operation, container: str) -> str:
        if operation.kind == "parameter":
            return self._parameters.id(operation, container)
        base = f"{container}::{operation.kind}:{operation.name}"
        if operation.kind == "input":
            return base
        number = self._seen[operation.call, base]
        self._seen[operation.call, base] += 1
        return f"{base}#{number}"

    def _operation_node(self, node_id: str, operation: Operation, container: str) -> Node:
        kinds: dict[str, NodeKind] = {"input": "input", "parameter": "parameter"}
        kind = kinds.get(operation.kind, "operation")
        name = sign(operation.name) if kind == "operation" else operation.name
        if operation.kind == "pass":
            name = "pass through"
        path = self._hierarchy.containers[container].path
        tensor = operation.outputs[0] if operation.outputs else None
        return Node(node_id, kind, name, operation.name, path, order=operation.order, tensor=tensor)

    def _source_steps(self, flow: VisibleFlow) -> tuple[Step, ...]:
        operation = self._recording.operations[flow.source]
        if operation.kind != "parameter":
            return self._steps(flow.source)
        container = self._parameters.container(operation, self._parameters.user(flow))
        around = ((one.id, -1) for one in self._hierarchy.chain(container))
        return (*around, (self._parameters.id(operation, container), flow.source))

    def _steps(self, row: int) -> tuple[Step, ...]:
        operation = self._recording.operations[row]
        end = (self._id_of_row[row], row)
        if operation.kind == "input":
            return ((ROOT, -1), end)
        return (*self._steps_of_call(operation.call), end)

    def _steps_of_call(self, call: int) -> tuple[Step, ...]:
        if call not in self._call_steps:
            active: dict[int, int] = {}
            current = call
            while current >= 0:
                active.setdefault(self._places.of_call[current], current)
                current = self._recording.calls[current].parent
            container = self._hierarchy.container_of(self._places.running(call))
            chain = self._hierarchy.chain(container)
            self._call_steps[call] = tuple((c.id, active.get(c.place, -1)) for c in chain)
        return self._call_steps[call]

    def _lift(self, flow: VisibleFlow) -> None:
        source = self._source_steps(flow)
        target = self._steps(flow.target) if flow.target >= 0 else self._result_steps(flow)
        shared = _shared_length(source, target)
        outputs = self._ports_out(flow, source[shared:])
        inputs = self._ports_in(flow, target[shared:])
        across = self._entering(flow, target[shared])
        pair = (source[shared][0], target[shared][0])
        self._join(source[shared - 1][0], pair, across, (outputs[0], inputs[0]))
        for level, inner in enumerate(source[shared + 1 :]):
            crossing = self._leaving(flow, source[shared + level])
            pair = (inner[0], outputs[level])
            self._join(source[shared + level][0], pair, crossing, (outputs[level + 1], ""))
        for level, inner in enumerate(target[shared + 1 :]):
            crossing = self._entering(flow, target[shared + level])
            pair = (inputs[level], inner[0])
            self._join(target[shared + level][0], pair, crossing, ("", inputs[level + 1]))

    def _ports_out(self, flow: VisibleFlow, steps: tuple[Step, ...]) -> list[str]:
        """By step the port of its container, none for the operation at the end."""
        own = [self._port(step[0], "output", self._leaving(flow, step)) for step in steps[:-1]]
        return [*own, ""]

    def _ports_in(self, flow: VisibleFlow, steps: tuple[Step, ...]) -> list[str]:
        own = [self._port(step[0], "input", self._entering(flow, step)) for step in steps[:-1]]
        return [*own, ""]

    def _maker(self, flow: VisibleFlow) -> str:
        if self._recording.operations[flow.source].kind == "parameter":
            return self._parameters.source_id(flow)
        return self._id_of_row[flow.source]

    def _entering(self, flow: VisibleFlow, step: Step) -> Crossing:
        """The tensor as it crosses into a node."""
        inside = (n for n, (row, _) in enumerate(flow.way) if self._is_inside(row, step))
        return self._crossing(flow, next(inside, len(flow.way) - 1))

    def _leaving(self, flow: VisibleFlow, step: Step) -> Crossing:
        """The tensor as it crosses out of a node."""
        outside = (n for n, (row, _) in enumerate(flow.way) if not self._is_inside(row, step))
        return self._crossing(flow, next(outside, len(flow.way) - 1))

    def _crossing(self, flow: VisibleFlow, stretch: int) -> Crossing:
        key: tuple[object, ...] = (self._maker(flow), flow.slot)
        if stretch:  # made by a hidden operation: told apart by its place in its call
            operation = self._recording.operations[flow.way[stretch - 1][0]]
            began = self._recording.calls[operation.call].order if operation.call >= 0 else 0
            key = (*key, operation.order - began)
        return Crossing(key, flow.way[stretch][1])

    def _is_inside(self, row: int, step: Step) -> bool:
        if row < 0:
            return False
        steps = self._steps_of_call(self._recording.operations[row].call)
        return any(_same(own, step) for own in steps) or self._id_of_row.get(row) == step[0]

    def _result_steps(self, flow: VisibleFlow) -> tuple[Step, ...]:
        node_id = f"{ROOT}::output:{flow.result}"
        if node_id not in self.nodes:
            node = Node(node_id, "output", flow.result or "output", "", ROOT, tensor=flow.tensor)
            self._add_node(node, ROOT)
        return ((ROOT, -1), (node_id, -1))

    def _port(self, level: str, kind: NodeKind, crossing: Crossing) -> str:
        key = (level, kind, crossing.key[:2])
        if key not in self._ports:
            node_id = f"{level}::{kind}#{self._port_counts[level, kind]}"
            self._port_counts[level, kind] += 1
            path = self._hierarchy.containers[level].path
            self._add_node(Node(node_id, kind, "", "", path, tensor=crossing.tensor), level)
            self._ports[key] = node_id
        return self._ports[key]

    def _join(
        self, level: str, pair: tuple[str, str], crossing: Crossing, ports: tuple[str, str]
    ) -> None:
        edge = self.levels[level].edges.setdefault(pair, Edge(*pair))
        strand = Strand(crossing.tensor, *ports)
        edge.strands.setdefault(strand, set()).add(crossing.key)


def _shared_length(source: tuple[Step, ...], target: tuple[Step, ...]) -> int:
    length = 1  # the root is always shared
    while length < min(len(source), len(target)) - 1 and _same(source[length], target[length]):
        length += 1
    return length


def _same(one: Step, other: Step) -> bool:
    return one[0] == other[0] and (one[1] == other[1] or -1 in (one[1], other[1]))
