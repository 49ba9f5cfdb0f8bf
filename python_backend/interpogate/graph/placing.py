"""Finds the place of every call.

A call stands at home if the caller holds the module there, else in the container of the caller,
under the name that the instance has there too, if it has one. Several calls by one caller differ
by their lines in the code or by their names in a list; `loops.py` names the calls from one
line that must be apart too. What no call leads to is left out where the instance stands elsewhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

from interpogate.graph.modules import ModuleTree
from interpogate.graph.places import Place, Places
from interpogate.graph.recording import Recording

# Places beside the homes: far more than models have, a bound for sharing inside of sharing.
_MOST_OTHERS = 20_000

_Step = tuple[str, int]
"""A module, by its index, and its name in what is around it; empty if it has none there."""


def places_of(
    tree: ModuleTree, recording: Recording, apart: frozenset[int] = frozenset()
) -> Places:
    """The places of all modules and calls; `apart` are calls that share a place with no other."""
    finder = _Finder(tree, recording, apart)
    of_call = finder.place_all()
    if len(finder.rows) > len(tree.modules):
        _leave_out_ghosts(finder.rows)
        _name_by_path(finder.rows)
        _sort(finder.rows, tree)
    return Places(tree, recording, finder.rows, of_call)


class _Finder:
    def __init__(self, tree: ModuleTree, recording: Recording, apart: frozenset[int]) -> None:
        self._tree = tree
        self._calls = recording.calls
        self._apart = apart
        self.rows = [
            Place(m.index, m.path, m.index, m.parent, m.name, m.path, children=list(m.children))
            for m in tree.modules
        ]
        self._ids = {place.id for place in self.rows}
        self._inside = {(place.parent, place.module): place.row for place in self.rows}
        """The first place of a module in a container, by the row of that."""
        self._of_call: list[int] = []
        self._steps: dict[tuple[int, int], Sequence[_Step]] = {}
        self._variants: defaultdict[tuple[int, int], dict[Hashable, int]] = defaultdict(dict)
        self._names: dict[int, dict[int, list[str]]] = {}
        self._counts = Counter((call.parent, call.module) for call in self._calls)
        self._totals = Counter(call.module for call in self._calls)
        self._seen: Counter[Hashable] = Counter()

    def place_all(self) -> Sequence[int]:
        """The row of each call's place."""
        for number in range(len(self._calls)):
            row = self._place(number)
            self._of_call.append(row)
            self.rows[row].calls.append(number)
        return self._of_call

    def _place(self, number: int) -> int:
        call = self._calls[number]
        around = self._of_call[call.parent] if call.parent >= 0 else 0
        if call.module == 0 or self._is_plain(call.module, around):
            return call.module
        running = self._running(number)
        if running >= 0:
            return self._of_call[running]
        *between, (name, module) = self._way(self.rows[around].module, call.module)
        for step in between:
            around = self._first(around, step)
        return self._variant(around, (name, module), number)

    def _is_plain(self, module: int, around: int) -> bool:
        """Whether it is the only call of a module, at home: so in most models, and quick to see."""
        if self._totals[module] > 1 or around >= len(self._tree.modules):
            return False
        return around < module <= self._tree.modules[around].last

    def _running(self, number: int) -> int:
        """The call that is running of the same module, if it calls itself; else -1."""
        module, current = self._calls[number].module, self._calls[number].parent
        while current >= 0 and self._calls[current].module != module:
            current = self._calls[current].parent
        return current

    def _way(self, caller: int, module: int) -> Sequence[_Step]:
        key = (caller, module)
        if key not in self._steps:
            self._steps[key] = self._find_way(caller, module)
        return self._steps[key]

    def _find_way(self, caller: int, module: int) -> Sequence[_Step]:
        """From a module to another one inside of it; one step without a name if it is outside."""
        modules = self._tree.modules
        own, wanted = modules[caller], modules[module]
        if own.index < module <= own.last:
            chain = self._tree.ancestors(module)
            return [(modules[one].name, one) for one in chain[chain.index(caller) + 1 :]]
        direct = self._names_in(caller).get(module)
        if direct:
            return [(direct[0], module)]
        prefix = "" if own.path == "." else f"{own.path}."
        inside = [path for path in wanted.other_paths if path.startswith(prefix)]
        if not inside:
            return [("", module)]
        names = min(inside, key=len).removeprefix(prefix).split(".")
        steps: list[_Step] = []
        for name in names:
            own = modules[dict(own.registered)[name]]
            steps.append((name, own.index))
        return steps

    def _names_in(self, around: int) -> dict[int, list[str]]:
        """The names of all modules directly in another one, by module."""
        if around not in self._names:
            found = self._names[around] = {}
            for name, index in self._tree.modules[around].registered:
                found.setdefault(index, []).append(name)
        return self._names[around]

    def _first(self, around: int, step: _Step) -> int:
        found = self._inside.get((around, step[1]))
        return self._add(around, step, 1) if found is None else found

    def _variant(self, around: int, step: _Step, number: int) -> int:
        """The place of a call among those that its module has in a container."""
        key, step, nth = self._told_apart(around, step, number)
        variants = self._variants[around, step[1]]
        if key not in variants:
            free = self._inside.get((around, step[1]))
            if free is None or free in variants.values() or not self._is_called(free, step[0]):
                free = self._add(around, step, nth or len(variants) + 1)
            variants[key] = free
        return variants[key]

    def _told_apart(self, around: int, step: _Step, number: int) -> tuple[Hashable, _Step, int]:
        """What tells a call from others of its module there, its step, and its number if known."""
        call, (name, module) = self._calls[number], step
        nth = self._count(call.parent, module)
        names = self._names_in(self.rows[around].module).get(module, [])
        is_list = len(names) > 1 and all(own.isdigit() for own in names)
        if is_list and self._counts[call.parent, module] == len(names):
            return names[nth], (names[nth], module), 1
        repeated = self._count(call.parent, module, id(call.site))
        return (id(call.site), repeated if number in self._apart else 0), (name, module), 0

    def _is_called(self, row: int, name: str) -> bool:
        return name in ("", self.rows[row].name)

    def _count(self, *of: int) -> int:
        self._seen[of] += 1
        return self._seen[of] - 1

    def _add(self, around: int, step: _Step, number: int) -> int:
        """A further place of a module, with all that is declared inside of it."""
        name, index = step
        modules = self._tree.modules
        module = modules[index]
        others = len(self.rows) - len(modules)
        if others + module.last - index >= _MOST_OTHERS:
            return index
        outer = self.rows[around]
        id_ = _join(outer.id, name) if name else f"{outer.id}::module:{module.path}"
        path = _join(outer.path, name) if name else module.path
        place = self._new(self._unused(id_, number), index, around, name or module.name, path)
        place.number = number
        waiting = [place]
        while waiting:
            outer = waiting.pop()
            for child in (modules[one] for one in modules[outer.module].children):
                id_, path = _join(outer.id, child.name), _join(outer.path, child.name)
                waiting.append(self._new(id_, child.index, outer.row, child.name, path))
        return place.row

    def _new(self, id_: str, module: int, around: int, name: str, path: str) -> Place:
        place = Place(len(self.rows), id_, module, around, name, path)
        self.rows.append(place)
        self._ids.add(id_)
        self.rows[around].children.append(place.row)
        self._inside.setdefault((around, module), place.row)
        return place

    def _unused(self, id_: str, number: int) -> str:
        found = id_ if number == 1 else f"{id_}#{number}"
        while found in self._ids:
            number += 1
            found = f"{id_}#{number}"
        return found


def _join(path: str, name: str) -> str:
    return name if path == "." else f"{path}.{name}"


def _leave_out_ghosts(rows: Sequence[Place]) -> None:
    """Places where nothing runs of modules that run elsewhere, and lists of nothing but such."""
    called = {place.module for place in rows if place.calls}
    used: set[int] = set()
    ghosts: set[int] = set()
    for place in reversed(rows):  # what is inside comes after what is around it
        if place.calls or not used.isdisjoint(place.children):
            used.add(place.row)
        elif place.module in called or (place.children and ghosts.issuperset(place.children)):
            ghosts.add(place.row)
    for place in rows:  # what is around comes before what is inside
        place.is_shown = place.row not in ghosts and (place.row == 0 or rows[place.parent].is_shown)
        place.children = [row for row in place.children if row not in ghosts]


def _name_by_path(rows: Sequence[Place]) -> None:
    """A first place that has no name of its own is called by the module's path, if home is not."""
    named: set[int] = set()
    for place in rows:  # what is around comes before what is inside
        is_first = bool(place.calls) and place.module not in named
        named |= {place.module} if place.calls else set()
        old, path = place.id, rows[place.module].id
        if is_first and not rows[place.module].is_shown and old.endswith(f"::module:{path}"):
            inside = [place]
            while inside:
                one = inside.pop()
                one.id = path + one.id[len(old) :]
                inside += [rows[row] for row in one.children]


def _sort(rows: Sequence[Place], tree: ModuleTree) -> None:
    """As registered, places of one name in the order of their calls."""
    for place in rows:
        registered = tree.modules[place.module].registered
        positions = {name: number for number, (name, _) in enumerate(registered)}
        place.children.sort(key=lambda row: positions.get(rows[row].name, len(positions)))
