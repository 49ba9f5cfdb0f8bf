"""The paths that someone may have meant by one that the model does not have.

Called by `code_actions.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import islice

from interpogate.editor.language.module_table import ModuleTable

_MOST = 5
_MOST_SIBLINGS = 2_000
_MOST_TAILS = 50
_LEAST_LIKENESS = 0.5


def nearest_paths(table: ModuleTable, path: str) -> list[str]:
    """Paths of the model that resemble an unknown one, the likeliest first."""
    found = dict.fromkeys([*_without_beginning(table, path), *_with_beginning(table, path)])
    guesses = {guess: _likeness(path, guess) for guess in _misspelt(table, path)}
    likely = [guess for guess in guesses if guesses[guess] >= _LEAST_LIKENESS]
    likely.sort(key=lambda guess: -guesses[guess])
    return list(dict.fromkeys([*found, *likely]))[:_MOST]


def _without_beginning(table: ModuleTable, path: str) -> Iterator[str]:
    """`model.h.0` where the model knows `h.0`."""
    names = path.split(".")
    for first in range(1, len(names)):
        rest = ".".join(names[first:])
        if table.find(rest) is not None:
            yield rest


def _with_beginning(table: ModuleTable, path: str) -> Iterator[str]:
    """`h.0` where the model knows `transformer.h.0`."""
    rows = islice(table.rows_named(path.rpartition(".")[2]), _MOST_TAILS)
    full = (table.path(row) for row in rows)
    yield from (place for place in full if place.endswith(f".{path}"))


def _misspelt(table: ModuleTable, path: str) -> Iterator[str]:
    """One name is misspelt, or a number too high; what follows may be right."""
    row, rest = table.nearest(path)
    name, _, following = rest.partition(".")
    above = table.path(row)
    prefix = "" if above == "." else f"{above}."
    for sibling in _alike(table, row, name):
        guess = prefix + sibling
        longer = f"{guess}.{following}" if following else guess
        if table.find(longer) is not None:
            yield longer
        else:
            _, left = table.nearest(longer)
            yield longer.removesuffix(left).rstrip(".")


def _alike(table: ModuleTable, row: int, name: str) -> list[str]:
    siblings = list(islice(table.children(row), _MOST_SIBLINGS))
    if table.numbered(row) and name.isdigit():
        siblings = [str(table.numbered(row) - 1)]
    return sorted(siblings, key=lambda sibling: -_likeness(name, sibling))[:_MOST]


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower(), autojunk=False).ratio()
