"""The default picture as scripts read it: paths from node to node along `interp.graph.edges`.

The picture draws all calls of a module in one place as one node, so paths are asked for by place,
and an operation that ran in several calls says nothing about which of them it joins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from interpogate import Interpogate
from oracle.record import result_name
from oracle.replay import INPUT, LEAF, RESULT, Site
from oracle.sites import Sites

Place = tuple[str, str]
"""As a site, but a leaf by the id of its node, whatever the call."""


class Picture:
    """Nodes and edges, with what each node stands for."""

    def __init__(self, interp: Interpogate, sites: Sites) -> None:
        graph = interp.graph
        places = graph.places
        self._sites = sites
        self._leaf = {
            key: places.rows[places.of_call[call]].id for key, call in sites.call_of.items()
        }
        self._closed = set(self._leaf.values())
        self._rows = {name: node.rows for name, node in graph.view("essential").nodes.items()}
        self._operations = {operation.id: operation for operation in graph.operations}
        self._before: defaultdict[str, set[str]] = defaultdict(set)
        self._nodes: defaultdict[Place, set[str]] = defaultdict(set)
        for edge in graph.edges:
            self._before[edge.target].add(edge.source)
            for node in (edge.source, edge.target):
                place = self._place(node)
                if place is not None:
                    self._nodes[place].add(node)

    def place(self, site: Site) -> Place:
        """The place of a site."""
        return (LEAF, self._leaf[site[1]]) if site[0] == LEAF else (site[0], site[1])

    def lacks(self, source: Place, target: Place) -> bool:
        """Whether no path leads from the one to the other."""
        return source not in self._taken(target, through_merged=True)

    def invents(self, real: set[tuple[Place, Place]]) -> Iterable[tuple[Place, Place]]:
        """Paths that join what nothing flows between, along operations that ran once each."""
        for target in list(self._nodes):
            if target[0] in (LEAF, RESULT):
                for source in self._taken(target, through_merged=False):
                    if (source, target) not in real:
                        yield source, target

    def _taken(self, target: Place, *, through_merged: bool) -> set[Place]:
        found: set[Place] = set()
        own = self._nodes[target]
        waiting = {source for node in own for source in self._sources(node, target)}
        seen: set[str] = set()
        while waiting:
            node = waiting.pop()
            place = self._place(node)
            if place is not None:
                found.add(place)
            elif node not in seen and (through_merged or not self._is_merged(node)):
                seen.add(node)
                waiting |= self._before[node]
        return found

    def _sources(self, node: str, target: Place) -> set[str]:
        """Among the operations of one leaf there are paths too: those lie inside it."""
        is_one = node in self._closed
        return {s for s in self._before[node] if is_one or self._place(s) != target}

    def _place(self, node: str) -> Place | None:
        operation = self._operations.get(node)
        if operation is None:
            return (LEAF, node) if node in self._closed else None
        if operation.kind == "input":
            return INPUT, operation.name
        if operation.kind == "output":
            return RESULT, result_name(node.split("output:", 1)[-1])
        found = {self._sites.of[row] for row in self._rows[node]}
        leaves = {self.place(site) for site in found if site is not None}
        return leaves.pop() if len(leaves) == 1 and None not in found else None

    def _is_merged(self, node: str) -> bool:
        operation = self._operations.get(node)
        return operation is None or operation.call_count > 1
