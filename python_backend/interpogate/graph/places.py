"""The places of module instances in the picture: at home, and wherever else they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from interpogate.graph.modules import ModuleTree
from interpogate.graph.recording import Recording


@dataclass
class Place:
    """One place of an instance."""

    row: int
    id: str
    """Id of its node; at home the module's path."""
    module: int
    parent: int
    """Row of the place around it; -1 for the root's."""
    name: str
    path: str
    """A path of the module: the one that leads here, if one does."""
    number: int = 1
    """Which one in its container, where one instance stands there several times."""
    is_shown: bool = True
    """Not where nothing runs of a module that runs elsewhere."""
    children: list[int] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    """Rows of `Recording.calls`, in order."""


class Places:
    """The places of all modules and of all calls; rows of homes are the indices of modules."""

    def __init__(
        self,
        tree: ModuleTree,
        recording: Recording,
        rows: Sequence[Place],
        of_call: Sequence[int],
    ) -> None:
        self._tree = tree
        self.rows = rows
        self.of_call = of_call
        self._recording = recording
        self._by_id = {place.id: place for place in rows}
        self._by_id |= {place.id: place for place in rows if place.is_shown}
        self._called: dict[int, list[Place]] = {}
        self._numbers: dict[int, int] = {}
        for row in dict.fromkeys(of_call):
            own = self._called.setdefault(rows[row].module, [])
            own.append(rows[row])
            self._numbers[row] = len(own)

    def find(self, node_id: str) -> Place | None:
        """The place with this id."""
        return self._by_id.get(node_id)

    def running(self, call: int) -> int:
        """Row of the place where a call runs; the root's for what runs outside of all calls."""
        return self.of_call[call] if call >= 0 else 0

    def of_module(self, module: int) -> Sequence[Place]:
        """Where an instance is called, in the order of first calls; its home if nowhere."""
        return self._called.get(module) or (self.rows[module],)

    def number_of(self, row: int) -> tuple[int, Sequence[Place]]:
        """Which place of its instance one is, from 1, and all of these; 0 if there is no other."""
        places = self.of_module(self.rows[row].module)
        return self._numbers.get(row, 0) if len(places) > 1 else 0, places

    def holder(self, module: int, call: int) -> Place:
        """Where a module stands for what a call does: in what runs, else at its first place."""
        while call >= 0:
            found = self._inside(self.rows[self.of_call[call]], module)
            if found is not None:
                return found
            call = self._recording.calls[call].parent
        return self.of_module(module)[0]

    def _inside(self, place: Place, module: int) -> Place | None:
        """The place of a module that is declared inside of another one's, if it is shown."""
        modules = self._tree.modules
        if not place.module <= module <= modules[place.module].last:
            return None
        if place.row == place.module:
            return self.rows[module] if self.rows[module].is_shown else None
        chain = self._tree.ancestors(module)
        for step in chain[chain.index(place.module) + 1 :]:
            inside = (self.rows[row] for row in place.children)
            found = next((one for one in inside if one.module == step), None)
            if found is None:
                return None
            place = found
        return place
