"""Finding modules by parts of their path or class. Knows neither nodes nor the wire."""

from __future__ import annotations

from interpogate.graph.modules import Module, ModuleTree


def find_modules(tree: ModuleTree, query: str, limit: int) -> list[Module]:
    """Modules whose path and class hold every word of `query`, the nearest first."""
    words = query.lower().split()
    if not words:
        return []
    found = [module for module in tree.modules[1:] if _holds(module, words)]
    found.sort(key=lambda module: _distance(module, words[-1]))
    return found[: max(0, limit)]


def _holds(module: Module, words: list[str]) -> bool:
    text = f"{module.path} {module.class_name}".lower()
    return all(word in text for word in words)


def _distance(module: Module, word: str) -> tuple[int, int, int]:
    """Exact names before beginnings before parts, shallow before deep, early before late."""
    path = module.path.lower()
    name = path.rpartition(".")[2]
    exact = word in (path, name, module.class_name.lower())
    begins = name.startswith(word) or path.endswith(f".{word}")
    rank = 0 if exact else 1 if begins else 2 if word in path else 3
    return rank, path.count("."), module.index
