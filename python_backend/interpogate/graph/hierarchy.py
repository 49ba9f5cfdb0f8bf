"""How modules are nested in the picture: module containers, folded runs of equal blocks, lists.

A list that is never called itself (`ModuleList`) is a container too, unless `dissolved` names it:
then
its members stand directly in the container around it. Used by `levels.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from interpogate.graph.modules import Module, ModuleTree

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
    members: tuple[int, ...] = ()
    """Of a group: indices of the modules that it stands for."""


class Hierarchy:
    """All containers and which of them are inside which."""

    def __init__(self, tree: ModuleTree, called: frozenset[int], dissolved: frozenset[str]) -> None:
        self._tree = tree
        self._called = called
        self._dissolved = dissolved
        self.containers: dict[str, Container] = {}
        self.children: dict[str, list[str]] = {}
        self.id_of_module: dict[int, str] = {}
        self._chains: dict[str, tuple[Container, ...]] = {}
        self._members: dict[str, tuple[Module, list[Module]]] = {}
        """Of folded runs that are no module: the module around them, and what is in them."""
        self._build()

    def chain(self, container: str) -> tuple[Container, ...]:
        """A container and all around it, from the root down."""
        if container not in self._chains:
            own = self.containers[container]
            above = self.chain(own.parent) if own.parent is not None else ()
            self._chains[container] = (*above, own)
        return self._chains[container]

    def is_dissolvable(self, container: str) -> bool:
        """Whether the container is only a wrapper: a fold or a list that is never called."""
        own = self.containers[container]
        if own.parent is None:
            return False
        return own.module < 0 or self._is_list(self._tree.modules[own.module])

    def _build(self) -> None:
        root = self._tree.modules[0]
        waiting = [self._add_module(root, None, root.class_name)]
        while waiting:
            container = waiting.pop()
            waiting += self._fill(container)

    def _fill(self, container: Container) -> list[Container]:
        """Make the child nodes of a container; returns those to fill next."""
        if container.module < 0:
            return self._add_members(container, *self._members[container.id])
        module = self._tree.modules[container.module]
        made: list[Container] = []
        for run in _runs(list(self._shown_children(module))):
            if self._folds_into_own_node(container, run):
                made += self._add_members(container, module, run)
            elif _is_foldable(run) and self._group_id(module, run) not in self._dissolved:
                made.append(self._add_group(container, module, run))
            else:
                made += [self._add_module(m, container.id, _label(m, module)) for m in run]
        return made

    def _shown_children(self, module: Module) -> Iterator[Module]:
        for index in module.children:
            child = self._tree.modules[index]
            if child.path in self._dissolved and self._is_list(child):
                yield from self._shown_children(child)
            else:
                yield child

    def _is_list(self, module: Module) -> bool:
        return bool(module.children) and module.index not in self._called and module.index > 0

    def _is_folded_list(self, module: Module) -> bool:
        children = list(self._shown_children(module))
        return self._is_list(module) and _is_foldable(children) and len(_runs(children)) == 1

    def _folds_into_own_node(self, container: Container, run: list[Module]) -> bool:
        return container.kind == "group" and len(run) == container.repeats

    def _group_id(self, around: Module, run: list[Module]) -> str:
        return f"{around.path}::{run[0].path}…{run[-1].path}"

    def _add_members(
        self, container: Container, around: Module, run: list[Module]
    ) -> list[Container]:
        """By their own names, unless members of several dissolved lists have the same ones."""
        names = [module.name for module in run]
        if len(set(names)) < len(names):
            names = [_label(module, around) for module in run]
        return [self._add_module(m, container.id, n) for m, n in zip(run, names, strict=True)]

    def _add_module(self, module: Module, parent: str | None, name: str) -> Container:
        folded = self._is_folded_list(module)
        members = list(self._shown_children(module)) if folded else [module]
        container = Container(
            id=module.path,
            kind="group" if folded else "module",
            name=name,
            type_name=members[0].class_name,
            path=module.path,
            first=module.index,
            last=module.last,
            repeats=len(members),
            parent=parent,
            module=module.index,
            members=_indices(members) if folded else (),
        )
        self.id_of_module[module.index] = container.id
        return self._add(container)

    def _add_group(self, container: Container, around: Module, run: list[Module]) -> Container:
        first, last = _label(run[0], around), _label(run[-1], around)
        group_id = self._group_id(around, run)
        self._members[group_id] = (around, run)
        return self._add(
            Container(
                id=group_id,
                kind="group",
                name=f"{first} – {last}",
                type_name=run[0].class_name,
                path=run[0].path,
                first=run[0].index,
                last=run[-1].last,
                repeats=len(run),
                parent=container.id,
                module=-1,
                members=_indices(run),
            )
        )

    def _add(self, container: Container) -> Container:
        self.containers[container.id] = container
        self.children[container.id] = []
        if container.parent is not None:
            self.children[container.parent].append(container.id)
        return container


def _runs(modules: list[Module]) -> list[list[Module]]:
    """Neighbours of equal structure together."""
    runs: list[list[Module]] = []
    for module in modules:
        if runs and runs[-1][0].signature == module.signature:
            runs[-1].append(module)
        else:
            runs.append([module])
    return runs


def _indices(modules: list[Module]) -> tuple[int, ...]:
    return tuple(module.index for module in modules)


def _is_foldable(run: list[Module]) -> bool:
    if not run:
        return False
    return len(run) >= (MINIMUM_BLOCKS if run[0].children else MINIMUM_LAYERS)


def _label(module: Module, around: Module) -> str:
    prefix = "" if around.path == "." else f"{around.path}."
    return module.path.removeprefix(prefix)
