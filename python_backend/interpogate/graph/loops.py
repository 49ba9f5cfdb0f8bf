"""Which calls from one line of code must have places of their own.

A line in a loop calls one module again and again. One place for all of these calls is right where
they feed each other (a recurrent cell) or all take from, or give to, the same. Where each takes
from somewhere else and gives to somewhere else, as a pool between the stages of a U-Net does, one
place would show ways that no tensor went. Modules without parameters are like operations: they
share a place only with a loop of others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from interpogate.graph.essential import VisibleFlow, visible_dataflow
from interpogate.graph.modules import ModuleTree
from interpogate.graph.places import Places
from interpogate.graph.recording import Recording

# A longer loop is easier to read as one place, whatever it is.
_MOST_APART = 64

_Group = tuple[int, int, int]
"""Calls of one module from one line: the caller's place, the module, the line."""
_Unit = int
"""What a call ran directly: a call, by its row, or one end of a flow, by a number below 0."""
Item = TypeVar("Item", bound=Hashable)


@dataclass
class _Ends:
    """What a loop's calls that feed each other take from outside of it, and give to."""

    sources: set[_Unit] = field(default_factory=set)
    targets: set[_Unit] = field(default_factory=set)


def calls_apart(tree: ModuleTree, recording: Recording, places: Places) -> frozenset[int]:
    """The calls, by row, that differ from others of the same line."""
    groups = _groups(recording, places)
    if not groups:
        return frozenset()
    loops = _Loops(recording, groups)
    for flow in visible_dataflow(tree, recording, "essential").flows:
        loops.add(flow)
    light = frozenset(module.index for module in tree.modules if _is_light(tree, module.index))
    return frozenset(loops.apart(light))


def _groups(recording: Recording, places: Places) -> dict[int, _Group]:
    """Calls of which one caller makes several from one line, by row."""
    lines = [(call.parent, call.module, id(call.site)) for call in recording.calls]
    counts = Counter(lines)
    if not any(1 < count <= _MOST_APART for count in counts.values()):
        return {}
    sizes: Counter[_Group] = Counter()
    groups: dict[int, _Group] = {}
    for row, (parent, module, line) in enumerate(lines):
        group = (places.of_call[parent] if parent >= 0 else 0, module, line)
        sizes[group] = max(sizes[group], counts[lines[row]])
        groups[row] = group
    return {row: group for row, group in groups.items() if group[1] and sizes[group] > 1}


def _is_light(tree: ModuleTree, module: int) -> bool:
    own = tree.modules[module]
    return not any(one.parameters for one in tree.modules[own.index : own.last + 1])


class _Loops:
    """Groups that feed each other, as one loop, and what flows into and out of their calls."""

    def __init__(self, recording: Recording, groups: dict[int, _Group]) -> None:
        self._recording = recording
        self._groups = groups
        self._loops: _Union[_Group] = _Union()
        self._parts: _Union[int] = _Union()
        """Calls that feed each other, all made by one call."""
        self._ends: defaultdict[_Unit, _Ends] = defaultdict(_Ends)
        self._known: dict[tuple[Hashable, ...], _Unit] = {}

    def add(self, flow: VisibleFlow) -> None:
        """Note what a flow says of the calls that it leaves and enters."""
        operations = self._recording.operations
        if operations[flow.source].kind == "parameter":
            return
        to = operations[flow.target].call if flow.target >= 0 else -1
        source = [*self._chain(operations[flow.source].call), self._end(flow.source, flow.slot)]
        target = [*self._chain(to), self._end(flow.target, flow.result)]
        pairs = enumerate(zip(source, target, strict=False))
        common = next(number for number, (one, other) in pairs if one != other)
        self._join(source[common], target[common])
        for call in source[common + 1 : -1]:
            self._ends[call].targets.add(target[-1])
        for call in target[common + 1 : -1]:
            self._ends[call].sources.add(source[-1])

    def _end(self, *of: Hashable) -> _Unit:
        return self._known.setdefault(of, -1 - len(self._known))

    def _join(self, source: _Unit, target: _Unit) -> None:
        if source in self._groups and target in self._groups:
            self._loops.join(self._groups[source], self._groups[target])
            self._parts.join(source, target)
        else:
            self._ends[source].targets.add(target)
            self._ends[target].sources.add(source)

    def _chain(self, call: int) -> list[_Unit]:
        """A call and those it was made in, the outermost first."""
        found: list[_Unit] = []
        while call >= 0:
            found.append(call)
            call = self._recording.calls[call].parent
        return found[::-1]

    def apart(self, light: frozenset[int]) -> Iterator[int]:
        """Calls of the loops that cannot be one place each."""
        members: defaultdict[_Group, list[int]] = defaultdict(list)
        for call, group in self._groups.items():
            members[self._loops.find(group)].append(call)
        for calls in members.values():
            is_light = all(self._groups[call][1] in light for call in calls)
            frames = self._frames(calls)
            if self._is_short(calls) and (is_light or any(map(self._mixes, frames))):
                yield from calls

    def _frames(self, calls: list[int]) -> Iterable[list[int]]:
        frames: defaultdict[int, list[int]] = defaultdict(list)
        for call in calls:
            frames[self._recording.calls[call].parent].append(call)
        return frames.values()

    def _is_short(self, calls: list[int]) -> bool:
        made = Counter((self._recording.calls[call].parent, self._groups[call]) for call in calls)
        return max(made.values()) <= _MOST_APART

    def _mixes(self, calls: list[int]) -> bool:
        """Whether one place would join sources and targets that no call joins."""
        parts: defaultdict[int, _Ends] = defaultdict(_Ends)
        for call in calls:
            ends = parts[self._parts.find(call)]
            ends.sources |= self._ends[call].sources
            ends.targets |= self._ends[call].targets
        ran = [ends for ends in parts.values() if ends.sources or ends.targets]
        sources = {frozenset(ends.sources) for ends in ran}
        targets = {frozenset(ends.targets) for ends in ran}
        return len(sources) > 1 and len(targets) > 1


class _Union(Generic[Item]):
    """Sets that are joined one by one."""

    def __init__(self) -> None:
        self._above: dict[Item, Item] = {}

    def find(self, item: Item) -> Item:
        """What stands for the set of an item."""
        while (above := self._above.get(item, item)) != item:
            self._above[item] = self._above.get(above, above)
            item = above
        return item

    def join(self, one: Item, other: Item) -> None:
        """Make the sets of two items one."""
        self._above[self.find(one)] = self.find(other)
