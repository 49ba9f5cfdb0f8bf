"""Which containers a drawing shows open."""

from __future__ import annotations

from collections.abc import Iterable

from interpogate.graph.essential import Detail
from interpogate.graph.graph import Graph


def unfolded(graph: Graph, paths: Iterable[str], detail: Detail = "essential") -> list[str]:
    """Ids of the containers named and of all around them, folds too.

    Raises `PathNotFound`, a `ValueError`, with the nearest names.
    """
    hierarchy, found = graph.view(detail).hierarchy, dict[str, None]()
    for path in paths:
        if path in hierarchy.containers:
            found.update(dict.fromkeys(one.id for one in hierarchy.chain(path)))
        else:
            node, around = graph.locate(path, detail)
            found.update(dict.fromkeys((*around, node)))
    return list(found)
