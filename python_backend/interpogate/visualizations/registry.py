"""The kinds of blocks: each is one function in a file of `kinds/`, found there by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from interpogate.protocol import messages as m
from interpogate.visualizations.cells import exact_cell
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.drawing import Drawing
from interpogate.visualizations.problems import OptionInvalid
from interpogate.visualizations.reading import Reading
from interpogate.visualizations.roles import MANY, Guess

Draw = Callable[[Reading], Drawing]
Cell = Callable[[Reading, int, int, int], m.BlockCell]


@dataclass(frozen=True)
class Kind:
    """A way to draw a tensor."""

    name: str
    title: str
    allowed: tuple[m.DimensionRole, ...]
    """Roles that dimensions may have."""
    options: tuple[m.BlockOption, ...]
    guess: Callable[[Sequence[Dimension]], Guess]
    """Roles for the dimensions, how well they fit (0 to 1), or why it cannot be drawn."""
    draw: Draw
    needs: tuple[m.DimensionRole, ...] = ()
    """Roles that some dimension must have."""
    many: tuple[m.DimensionRole, ...] = MANY
    """Roles that several dimensions may have."""
    fallback: str = ""
    """Derived value that is drawn where the one named is no tensor, such as `attention`."""
    cell: Cell = exact_cell
    """The exact value at panel, row and column."""


_KINDS: dict[str, Kind] = {}


def visualization(  # noqa: PLR0913 (a kind says everything about itself here)
    name: str,
    *,
    title: str,
    allowed: tuple[m.DimensionRole, ...],
    guess: Callable[[Sequence[Dimension]], Guess],
    needs: tuple[m.DimensionRole, ...] = (),
    many: tuple[m.DimensionRole, ...] = MANY,
    options: tuple[m.BlockOption, ...] = (),
    fallback: str = "",
    cell: Cell = exact_cell,
) -> Callable[[Draw], Draw]:
    """Register the function below as a kind of block."""

    def register(draw: Draw) -> Draw:
        _KINDS[name] = Kind(name, title, allowed, options, guess, draw, needs, many, fallback, cell)
        return draw

    return register


def kinds() -> dict[str, Kind]:
    """Every kind by name."""
    _load()
    return _KINDS


def kind_named(name: str) -> Kind:
    """One kind. Raises `OptionInvalid` with the names there are."""
    found = kinds().get(name)
    if found is None:
        known = ", ".join(sorted(kinds()))
        raise OptionInvalid(f"There is no kind of block {name!r}.", hint=f"There are: {known}.")
    return found


@cache
def _load() -> None:
    folder = import_module("interpogate.visualizations.kinds")
    for found in iter_modules(folder.__path__):
        import_module(f"{folder.__name__}.{found.name}")
