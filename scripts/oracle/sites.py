"""Which leaf call or input each recorded operation belongs to, and what flows between those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from interpogate.trace.modules import declared_modules
from oracle.hooks import Key
from oracle.record import Record
from oracle.replay import INPUT, LEAF, RESULT, Site
from oracle.subject import Subject

Shown = dict[Site, set[Site]]
"""For each target what it takes directly."""
Rows = Iterable[tuple[int, int]]


class Sites:
    """Which leaf call or input each recorded operation belongs to."""

    def __init__(self, subject: Subject, record: Record, recording: Any) -> None:
        modules = declared_modules(subject.model).live
        places = {id(module): index for index, module in enumerate(subject.modules)}
        self._calls = [(places[id(modules[call.module])], call.number) for call in recording.calls]
        self.call_of = {key: number for number, key in enumerate(self._calls)}
        """Row of each call in the recording."""
        self._parents = [call.parent for call in recording.calls]
        self._leaves = record.leaves
        self._recording = recording
        self.of = [self._site(operation) for operation in recording.operations]
        self.rows: defaultdict[Site | None, set[int]] = defaultdict(set)
        for row, site in enumerate(self.of):
            self.rows[site].add(row)

    def missing(self, record: Record) -> list[str]:
        """Leaf calls that have no recorded call."""
        known = set(self._calls)
        return [f"{leaf.path}#{key[1]}" for key, leaf in record.leaves.items() if key not in known]

    def name(self, row: int) -> str:
        """The operation's name in torch."""
        name: str = self._recording.operations[row].name
        return name

    def between(self, rows: Rows, ends: list[tuple[str, int]]) -> Shown:
        """Direct flows by target."""
        before: defaultdict[int, list[int]] = defaultdict(list)
        for source, target in rows:
            before[target].append(source)
        found: defaultdict[Site, set[Site]] = defaultdict(set)
        for target, sources in before.items():
            site = self.of[target]
            if site is not None and site[0] == LEAF:
                outside = [source for source in sources if self.of[source] != site]
                found[site] |= self._behind(outside, before)
        for name, source in ends:
            found[RESULT, name] |= self._behind([source], before)
        return dict(found)

    def _behind(self, rows: list[int], before: dict[int, list[int]]) -> set[Site]:
        found: set[Site] = set()
        waiting, seen = list(rows), set(rows)
        while waiting:
            row = waiting.pop()
            site = self.of[row]
            if site is not None:
                found.add(site)
            elif self._recording.operations[row].kind != "parameter":
                more = [source for source in before.get(row, ()) if source not in seen]
                seen.update(more)
                waiting += more
        return found

    def _site(self, operation: Any) -> Site | None:
        if operation.kind == "input":
            return INPUT, operation.name
        if operation.kind == "parameter":
            return None
        call = operation.call
        while call >= 0:
            key: Key = self._calls[call]
            if key in self._leaves:
                return LEAF, key
            call = self._parents[call]
        return None
