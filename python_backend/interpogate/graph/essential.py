"""Which operations are worth a node, and the data flow between those that are.

Operations that only rearrange are contracted (what flowed in flows on), constants that never leave
their module and operations that reach no result are dropped. Used by `levels.py`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from interpogate.graph.modules import ModuleTree
from interpogate.graph.operations import rearranges
from interpogate.graph.recording import Flow, Operation, Recording, Result
from interpogate.graph.values import Tensor

Detail = Literal["essential", "all"]
# What values come from that are no constants.
_SOURCES = ("input", "parameter", "unseen")


# A stretch of the way: the operation it ends at, and the tensor on it.
Stretch = tuple[int, Tensor]
Ways = dict[tuple[int, int], tuple[Stretch, ...]]


@dataclass(frozen=True)
class VisibleFlow:
    """A tensor that goes from one visible operation to another; rows of `Recording.operations`."""

    source: int
    slot: int
    target: int
    """-1 for the model's result named `result`."""
    way: tuple[Stretch, ...]
    """Through the hidden operations between, up to the target."""
    result: str = ""

    @property
    def tensor(self) -> Tensor:
        """What arrives."""
        return self.way[-1][1]


@dataclass(frozen=True)
class DataFlow:
    """The operations to show and what flows between them."""

    visible: frozenset[int]
    flows: tuple[VisibleFlow, ...]
    constants: dict[int, str]
    """Visible operations that no input reaches, by what made their values, such as `arange`."""


def visible_dataflow(tree: ModuleTree, recording: Recording, detail: Detail) -> DataFlow:
    """The data flow in the wanted detail."""
    facts = _Facts(tree, recording)
    shown = frozenset(row for row in facts.alive if detail == "all" or facts.is_essential(row))
    sources = _Sources(recording, facts.incoming, shown)
    flows = [
        VisibleFlow(source, slot, flow.target, way)
        for flow in recording.flows
        if flow.target in shown
        for (source, slot), way in sources.of(flow).items()
    ]
    flows += [
        VisibleFlow(source, slot, -1, way, result.name)
        for result in recording.results
        for (source, slot), way in sources.of(_last_flow(result)).items()
    ]
    with_flow = {flow.source for flow in flows} | {flow.target for flow in flows}
    visible = frozenset(row for row in shown if row in with_flow)
    targets = {flow.target for flow in flows}
    plain = visible - facts.varying - targets if detail == "essential" else frozenset()
    constants = {row: facts.maker(row) for row in plain}
    return DataFlow(visible, tuple(flows), constants)


def dead_ends(tree: ModuleTree, recording: Recording) -> frozenset[int]:
    """Modules that ran and of which nothing reached a result."""
    return _Facts(tree, recording).dead_modules


class _Facts:
    """What one pass over the recording tells of each operation."""

    def __init__(self, tree: ModuleTree, recording: Recording) -> None:
        self._tree = tree
        self._recording = recording
        self.incoming: dict[int, list[Flow]] = defaultdict(list)
        self._outgoing: dict[int, list[Flow]] = defaultdict(list)
        for flow in recording.flows:
            self.incoming[flow.target].append(flow)
            self._outgoing[flow.source].append(flow)
        self.dead_modules: frozenset[int] = frozenset()
        self.alive = self._reaching_results()
        self.varying = self._depending_on_inputs()
        self._solid = self._calls_that_compute()

    def maker(self, row: int) -> str:
        """Name of the one operation without inputs behind a constant, else `constant`."""
        names, waiting, seen = set(), [row], {row}
        while waiting:
            current = waiting.pop()
            before = {flow.source for flow in self.incoming[current]}
            if not before:
                names.add(self._recording.operations[current].name)
            waiting += before - seen
            seen |= before
        return names.pop() if len(names) == 1 else "constant"

    def is_essential(self, row: int) -> bool:
        operation = self._recording.operations[row]
        match operation.kind:
            case "input":
                return True
            case "parameter":
                return self._is_visible_parameter(row, operation)
            case "unseen" | "leaving":
                return True
            case "pass":
                return operation.call not in self._solid
            case "call":
                if row not in self.varying:
                    return not rearranges(operation.name) and self._feeds_other_module(
                        row, operation
                    )
                return not rearranges(operation.name) or operation.call not in self._solid

    def _reaching_results(self) -> set[int]:
        if self._recording.failure or not self._recording.results:
            return set(range(len(self._recording.operations)))
        alive: set[int] = set()
        self._revive(alive, [result.source for result in self._recording.results])
        leaving = [
            row for row, one in enumerate(self._recording.operations) if one.kind == "leaving"
        ]
        self._revive(alive, leaving)
        self._revive(alive, self._dead_ends(alive))
        return alive

    def _revive(self, alive: set[int], waiting: list[int]) -> None:
        while waiting:
            row = waiting.pop()
            if row not in alive:
                alive.add(row)
                waiting += [flow.source for flow in self.incoming[row]]

    def _dead_ends(self, alive: set[int]) -> list[int]:
        """What modules made of which nothing reaches a result: they ran all the same."""
        calls, operations = self._recording.calls, self._recording.operations
        living = {operations[row].call for row in alive} | {-1}
        for call in range(len(calls) - 1, -1, -1):
            if call in living:
                living.add(calls[call].parent)
        ended = [row for row, one in enumerate(operations) if one.call not in living]
        ran = {self._module(operations[row].call) for row in ended}
        self.dead_modules = frozenset(ran - {self._module(call) for call in living})
        return [row for row in ended if not self._is_taken_inside(row)]

    def _is_taken_inside(self, row: int) -> bool:
        """Whether something in the same module takes what an operation made, or in one inside."""
        own = self._module(self._recording.operations[row].call)
        last = self._tree.modules[own].last
        targets = (self._recording.operations[flow.target] for flow in self._outgoing[row])
        return any(own <= self._module(target.call) <= last for target in targets)

    def _depending_on_inputs(self) -> set[int]:
        operations = self._recording.operations
        varying: set[int] = set()
        waiting = [r for r, o in enumerate(operations) if o.kind in _SOURCES]
        while waiting:
            row = waiting.pop()
            if row not in varying:
                varying.add(row)
                waiting += [flow.target for flow in self._outgoing[row]]
        return varying

    def _calls_that_compute(self) -> set[int]:
        solid: set[int] = set()
        for row in self.varying:
            operation = self._recording.operations[row]
            if operation.kind == "call" and not rearranges(operation.name):
                call = operation.call
                while call >= 0 and call not in solid:
                    solid.add(call)
                    call = self._recording.calls[call].parent
        return solid

    def _is_visible_parameter(self, row: int, operation: Operation) -> bool:
        if self._tree.modules[operation.module].children:
            return True
        return self._feeds_other_module(row, operation)

    def _feeds_other_module(self, row: int, operation: Operation) -> bool:
        """Whether another module takes it: of a constant only the last step is shown."""
        own = operation.module if operation.kind == "parameter" else self._module(operation.call)
        waiting, seen = [row], set()
        while waiting:
            for flow in self._outgoing[waiting.pop()]:
                target = self._recording.operations[flow.target]
                module = self._module(target.call)
                if module != own and not self._shares(module, operation):
                    return True
                is_plain = flow.target not in self.varying and rearranges(target.name)
                if flow.target not in seen and is_plain:
                    seen.add(flow.target)
                    waiting.append(flow.target)
        return False

    def _shares(self, module: int, operation: Operation) -> bool:
        """Whether the module has the parameter too (tied weights)."""
        if operation.kind != "parameter":
            return False
        owner = self._tree.modules[operation.module].path
        name = operation.name if owner == "." else f"{owner}.{operation.name}"
        own = self._tree.modules[module].parameters
        return any(name in parameter.shared_with for parameter in own)

    def _module(self, call: int) -> int:
        return self._recording.calls[call].module if call >= 0 else 0


def _last_flow(result: Result) -> Flow:
    return Flow(result.source, result.slot, -1, result.tensor)


class _Sources:
    """Where a tensor comes from when hidden operations are skipped, and on which way."""

    def __init__(
        self, recording: Recording, incoming: dict[int, list[Flow]], shown: frozenset[int]
    ) -> None:
        self._recording = recording
        self._incoming = incoming
        self._shown = shown
        self._known: dict[int, Ways] = {}

    def of(self, flow: Flow) -> Ways:
        """Visible (operation, slot) pairs behind a flow, with the way from each to its target."""
        stretch = (flow.target, flow.tensor)
        if flow.source in self._shown:
            return {(flow.source, flow.slot): (stretch,)}
        if flow.source not in self._known:
            self._resolve(flow.source)
        return {origin: (*way, stretch) for origin, way in self._known[flow.source].items()}

    def _resolve(self, row: int) -> None:
        # In order of rows every source is resolved before what takes it: no deep recursion.
        hidden, waiting = set(), [row]
        while waiting:
            current = waiting.pop()
            if current in hidden or current in self._known or current in self._shown:
                continue
            hidden.add(current)
            waiting += [flow.source for flow in self._incoming[current]]
        for current in sorted(hidden):
            self._known[current] = self._behind(current)

    def _behind(self, row: int) -> Ways:
        found: Ways = {}
        if self._recording.operations[row].kind != "parameter":
            for flow in self._incoming[row]:
                if flow.source in self._shown or flow.source in self._known:
                    for origin, way in self.of(flow).items():
                        found.setdefault(origin, way)
        return found
