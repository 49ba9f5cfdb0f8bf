"""One graph: the modules, what was recorded of them, and the levels to show in either detail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from interpogate.graph.attention import attentions_of
from interpogate.graph.essential import DataFlow, Detail, dead_ends, visible_dataflow
from interpogate.graph.hierarchy import Hierarchy
from interpogate.graph.levels import ROOT, Level, Levels, Node
from interpogate.graph.loops import calls_apart
from interpogate.graph.modules import Module, ModuleTree
from interpogate.graph.places import Place, Places
from interpogate.graph.placing import places_of
from interpogate.graph.recording import NOTHING, Recording
from interpogate.graph.weights import Attention

Origin = Literal["none", "fake", "example", "run"]
_MAXIMUM_REBUILDS = 4


@dataclass(frozen=True)
class View:
    """A graph in one detail."""

    hierarchy: Hierarchy
    levels: dict[str, Level]
    nodes: dict[str, Node]

    def is_expandable(self, node: Node) -> bool:
        """Whether unfolding the node shows anything worth it."""
        container = node.container
        if container is None or container.id not in self.levels:
            return False
        if self.hierarchy.children[container.id]:
            return True
        return sum(n.kind == "operation" for n in self.levels[container.id].nodes.values()) > 1


@dataclass(frozen=True)
class Graph:
    """A model's graph. Levels are built when first asked for."""

    tree: ModuleTree
    recording: Recording = NOTHING
    origin: Origin = "none"
    run_id: int = 0
    _views: dict[Detail, View] = field(default_factory=dict, repr=False, compare=False)

    def view(self, detail: Detail) -> View:
        """All levels in one detail."""
        if detail not in self._views:
            self._views[detail] = self._build(detail)
        return self._views[detail]

    def locate(self, path: str, detail: Detail = "essential") -> tuple[str, tuple[str, ...]]:
        """Node id of a module path and the containers around it, outermost first.

        Of an instance that is called in several places, the place that the path leads to. An id of
        a node is found too. Raises `PathNotFound`.
        """
        hierarchy = self.view(detail).hierarchy
        level = self._level_of(path)
        if level is not None:
            return path, tuple(container.id for container in hierarchy.chain(level))
        chain = hierarchy.chain(hierarchy.container_of(self._place(path).row))
        return chain[-1].id, tuple(container.id for container in chain[:-1])

    def _level_of(self, node: str) -> str | None:
        """The container of a node that is no module."""
        if "::" not in node or self.places.find(node) is not None:
            return None
        levels = self.view("essential").levels.values()
        return next((level.container for level in levels if node in level.nodes), None)

    def module_at(self, path: str) -> Module:
        """The module at a path or at the node of a place. Raises `PathNotFound`."""
        found = self.places.find(path)
        return self.tree.at(path) if found is None else self.tree.modules[found.module]

    def _place(self, path: str) -> Place:
        found = self.places.find(path)
        if found is not None and found.is_shown:
            return found
        return self.places.of_module(self.module_at(path).index)[0]

    @cached_property
    def places(self) -> Places:
        """Where each module instance stands."""
        found = places_of(self.tree, self.recording)
        apart = calls_apart(self.tree, self.recording, found)
        return places_of(self.tree, self.recording, apart) if apart else found

    @cached_property
    def called(self) -> frozenset[int]:
        """Indices of the modules that ran."""
        return frozenset(call.module for call in self.recording.calls)

    @cached_property
    def attentions(self) -> Mapping[int, Attention]:
        """Every attention that was computed, by the row of its operation."""
        return attentions_of(self.recording)

    @cached_property
    def dead_ends(self) -> frozenset[int]:
        """Indices of the modules that ran and of which nothing reached a result."""
        return dead_ends(self.tree, self.recording)

    @cached_property
    def failed_node(self) -> str | None:
        """Node of the operation or module that raised."""
        failure = self.recording.failure
        if failure is None:
            return None
        nodes = self.view("essential").nodes
        if failure.operation >= 0:
            found = next((i for i, n in nodes.items() if failure.operation in n.rows), None)
            if found is not None and not self._is_hidden_in_leaf(nodes[found]):
                return found
        if failure.call < 0:
            return None
        return self.locate(self.places.rows[self.places.of_call[failure.call]].id)[0]

    def _is_hidden_in_leaf(self, node: Node) -> bool:
        module = self.tree.at(node.path)
        return module.is_library and not module.children

    def _build(self, detail: Detail) -> View:
        flow = visible_dataflow(self.tree, self.recording, detail)
        dissolved: frozenset[str] = frozenset()
        for _ in range(_MAXIMUM_REBUILDS):
            view = self._view(flow, dissolved)
            wrong = _wrappers_in_cycles(view)
            if wrong <= dissolved:
                break
            dissolved |= wrong
        return view

    def _view(self, flow: DataFlow, dissolved: frozenset[str]) -> View:
        hierarchy = Hierarchy(self.tree, self.places, dissolved)
        built = Levels(self.recording, flow, self.places, hierarchy)
        for level, inside in built.levels.items():
            if _is_opaque(self.tree, hierarchy, level):
                inside.nodes.clear()
                inside.edges.clear()
        return View(hierarchy, built.levels, built.nodes)


def _is_opaque(tree: ModuleTree, hierarchy: Hierarchy, level: str) -> bool:
    container = hierarchy.containers[level]
    if container.module < 0 or level == ROOT:
        return False
    module = tree.modules[container.module]
    return module.is_library and not module.children


def _wrappers_in_cycles(view: View) -> frozenset[str]:
    """Folds and lists that would show a cycle which their members do not have."""
    found: set[str] = set()
    for level in view.levels.values():
        edges = _without_ends([edge for edge in level.edges if edge[0] != edge[1]])
        following: dict[str, list[str]] = {}
        for source, target in edges:
            following.setdefault(source, []).append(target)
        for node in following:
            is_wrapper = view.nodes[node].container and view.hierarchy.is_dissolvable(node)
            if is_wrapper and _reaches(following, node, node):
                found.add(node)
    return frozenset(found)


def _without_ends(edges: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Edges left when nodes that nothing leads to are taken away, again and again.

    Where there is no cycle none is left, whatever the size.
    """
    incoming = Counter(target for _, target in edges)
    outgoing: defaultdict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        outgoing[source].append(target)
    waiting = [source for source in outgoing if not incoming[source]]
    gone: set[str] = set()
    while waiting:
        node = waiting.pop()
        gone.add(node)
        for target in outgoing[node]:
            incoming[target] -= 1
            if not incoming[target]:
                waiting.append(target)
    return [edge for edge in edges if edge[0] not in gone]


def _reaches(following: dict[str, list[str]], start: str, goal: str) -> bool:
    waiting, seen = list(following.get(start, ())), set()
    while waiting:
        node = waiting.pop()
        if node == goal:
            return True
        if node not in seen:
            seen.add(node)
            waiting += following.get(node, ())
    return False
