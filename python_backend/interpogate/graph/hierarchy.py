"""How modules are nested in the picture: module containers, folded runs of equal blocks, lists.

A list that is never called itself (`ModuleList`) is a container too, unless `dissolved` names it:
then
its members stand directly in the container around it. Used by `levels.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from interpogate.graph.modules import ModuleTree
from interpogate.graph.places import Place, Places

# Blocks (modules with submodules) fold from two on; single layers only when there are many.
MINIMUM_BLOCKS = 2
MINIMUM_LAYERS = 4


@dataclass(frozen=True)
class Container:
    """A module or a folded run of modules, as a node."""

    id: str
    kind: Literal["module", "group"]
    name: str
    type_name: str
    path: str
    first: int
    last: int
    repeats: int
    parent: str | None
    module: int
    """Index of the module; -1 for a run that is no module of its own."""
    place: int
    """Row of its place; -1 for such a run."""
    places: tuple[int, ...]
    """Rows of the places that it shows: its own, or those of a group's members."""
    members: tuple[int, ...] = ()
    """Of a group: indices of the modules that it stands for."""


class Hierarchy:
    """All containers and which of them are inside which."""

    def __init__(self, tree: ModuleTree, places: Places, dissolved: frozenset[str]) -> None:
        self._tree = tree
        self._places = places
        self._dissolved = dissolved
        self.containers: dict[str, Container] = {}
        self.children: dict[str, list[str]] = {}
        self.id_of_place: dict[int, str] = {}
        self._chains: dict[str, tuple[Container, ...]] = {}
        self._members: dict[str, tuple[Place, list[Place]]] = {}
        """Of folded runs that are no module: the place around them, and what is in them."""
        self._build()

    def chain(self, container: str) -> tuple[Container, ...]:
        """A container and all around it, from the root down."""
        if container not in self._chains:
            own = self.containers[container]
            above = self.chain(own.parent) if own.parent is not None else ()
            self._chains[container] = (*above, own)
        return self._chains[container]

    def container_of(self, place: int) -> str:
        """The container that shows a place, or what is in it if it is a dissolved list."""
        while place not in self.id_of_place:
            place = self._places.rows[place].parent
        return self.id_of_place[place]

    def is_dissolvable(self, container: str) -> bool:
        """Whether the container is only a wrapper: a fold or a list that is never called."""
        own = self.containers[container]
        if own.parent is None:
            return False
        return own.module < 0 or self._is_list(self._places.rows[own.place])

    def _build(self) -> None:
        root = self._places.rows[0]
        waiting = [self._add_place(root, None, self._tree.modules[0].class_name)]
        while waiting:
            container = waiting.pop()
            waiting += self._fill(container)

    def _fill(self, container: Container) -> list[Container]:
        """Make the child nodes of a container; returns those to fill next."""
        if container.module < 0:
            return self._add_members(container, *self._members[container.id])
        place = self._places.rows[container.place]
        made: list[Container] = []
        for run in self._runs(list(self._shown_children(place))):
            if self._folds_into_own_node(container, run):
                made += self._add_members(container, place, run)
            elif self._is_foldable(run) and _group_id(place, run) not in self._dissolved:
                made.append(self._add_group(container, place, run))
            else:
                made += [self._add_place(p, container.id, self._label(p, place)) for p in run]
        return made

    def _shown_children(self, place: Place) -> Iterator[Place]:
        for row in place.children:
            child = self._places.rows[row]
            if child.id in self._dissolved and self._is_list(child):
                yield from self._shown_children(child)
            else:
                yield child

    def _is_list(self, place: Place) -> bool:
        return bool(place.children) and not place.calls and place.row > 0

    def _is_folded_list(self, place: Place) -> bool:
        children = list(self._shown_children(place))
        runs = self._runs(children)
        return self._is_list(place) and self._is_foldable(children) and len(runs) == 1

    def _folds_into_own_node(self, container: Container, run: list[Place]) -> bool:
        return container.kind == "group" and len(run) == container.repeats

    def _add_members(
        self, container: Container, around: Place, run: list[Place]
    ) -> list[Container]:
        """By their own names, unless members of several dissolved lists have the same ones."""
        names = [place.name for place in run]
        if len(set(names)) < len(names):
            names = [self._label(place, around) for place in run]
        return [self._add_place(p, container.id, n) for p, n in zip(run, names, strict=True)]

    def _add_place(self, place: Place, parent: str | None, name: str) -> Container:
        folded = self._is_folded_list(place)
        members = list(self._shown_children(place)) if folded else [place]
        container = Container(
            id=place.id,
            kind="group" if folded else "module",
            name=name,
            type_name=self._tree.modules[members[0].module].class_name,
            path=place.path,
            first=place.module,
            last=self._last(place),
            repeats=len(members),
            parent=parent,
            module=place.module,
            place=place.row,
            places=_rows(members),
            members=_modules(members) if folded else (),
        )
        self.id_of_place[place.row] = container.id
        return self._add(container)

    def _add_group(self, container: Container, around: Place, run: list[Place]) -> Container:
        first, last = self._label(run[0], around), self._label(run[-1], around)
        group_id = _group_id(around, run)
        self._members[group_id] = (around, run)
        return self._add(
            Container(
                id=group_id,
                kind="group",
                name=f"{first} – {last}",
                type_name=self._tree.modules[run[0].module].class_name,
                path=run[0].path,
                first=run[0].module,
                last=self._last(run[-1]),
                repeats=len(run),
                parent=container.id,
                module=-1,
                place=-1,
                places=_rows(run),
                members=_modules(run),
            )
        )

    def _add(self, container: Container) -> Container:
        self.containers[container.id] = container
        self.children[container.id] = []
        if container.parent is not None:
            self.children[container.parent].append(container.id)
        return container

    def _last(self, place: Place) -> int:
        return self._tree.modules[place.module].last

    def _runs(self, places: list[Place]) -> list[list[Place]]:
        """Neighbours of equal structure together; calls of one name stay apart."""
        runs: list[list[Place]] = []
        for place in places:
            if runs and self._fold(runs[-1][-1], place):
                runs[-1].append(place)
            else:
                runs.append([place])
        return runs

    def _fold(self, one: Place, other: Place) -> bool:
        modules = self._tree.modules
        is_equal = modules[one.module].signature == modules[other.module].signature
        return is_equal and one.number == other.number == 1

    def _is_foldable(self, run: list[Place]) -> bool:
        if not run:
            return False
        is_block = bool(self._tree.modules[run[0].module].registered)
        return len(run) >= (MINIMUM_BLOCKS if is_block else MINIMUM_LAYERS)

    def _label(self, place: Place, around: Place) -> str:
        """Its name after those of the dissolved lists between."""
        names = [place.name]
        while place.parent != around.row:
            place = self._places.rows[place.parent]
            names.append(place.name)
        return ".".join(reversed(names))


def _group_id(around: Place, run: list[Place]) -> str:
    return f"{around.id}::{run[0].id}…{run[-1].id}"


def _rows(places: list[Place]) -> tuple[int, ...]:
    return tuple(place.row for place in places)


def _modules(places: list[Place]) -> tuple[int, ...]:
    return tuple(place.module for place in places)
