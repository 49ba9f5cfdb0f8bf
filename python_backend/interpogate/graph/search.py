"""Finding modules by parts of their path or class. Knows neither nodes nor the wire."""

from __future__ import annotations

from interpogate.graph.modules import Module, ModuleTree
from interpogate.graph.places import Place, Places


def find_places(tree: ModuleTree, places: Places, query: str, limit: int) -> list[Place]:
    """Places whose paths and class hold every word of `query`, the nearest first."""
    words = query.lower().split()
    if not words:
        return []
    found = [
        place
        for place in places.rows[1:]
        if place.is_shown and _holds(place, tree.modules[place.module], words)
    ]
    found.sort(key=lambda place: _distance(place, tree.modules[place.module], words[-1]))
    return found[: max(0, limit)]


def _holds(place: Place, module: Module, words: list[str]) -> bool:
    text = f"{place.id} {module.path} {module.class_name}".lower()
    return all(word in text for word in words)


def _distance(place: Place, module: Module, word: str) -> tuple[int, int, int, int]:
    """Exact names before beginnings before parts, shallow before deep, early before late."""
    path = place.path.lower()
    name = path.rpartition(".")[2]
    exact = word in (path, name, module.class_name.lower())
    begins = name.startswith(word) or path.endswith(f".{word}")
    rank = 0 if exact else 1 if begins else 2 if word in path else 3
    return rank, path.count("."), module.index, place.row
