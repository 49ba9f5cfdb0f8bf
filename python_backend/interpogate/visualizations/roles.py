"""Roles of dimensions: guessed from their names, and checked before anything is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.problems import RolesInvalid

MAXIMUM_SPREAD = 64

MANY: tuple[m.DimensionRole, ...] = ("spread", "average", "max", "norm", "index")

Role = m.DimensionRole
Roles = tuple[Role, ...]


@dataclass(frozen=True)
class Guess:
    """What a kind would make of dimensions."""

    roles: Roles = ()
    fit: float = 0.0
    """How well it suits, 0 to 1; the best is offered first."""
    refusal: str = ""
    """Why it cannot be drawn; empty if it can."""


def plane(dimensions: Sequence[Dimension], *, fit: float = 0.5) -> Guess:
    """Two dimensions across and down: tokens down if there are some, the last one across."""
    wide = [n for n, one in enumerate(dimensions) if one.size > 1 and one.name != "batch"]
    order = wide or list(range(len(dimensions)))
    x = order[-1]
    rest = [n for n in order if n != x] or [n for n in range(len(dimensions)) if n != x]
    tokens = [n for n in rest if dimensions[n].is_token_axis]
    y = (tokens or rest)[-1]
    return Guess(tuple(_other(one, n, {x: "x", y: "y"}) for n, one in enumerate(dimensions)), fit)


def _other(
    dimension: Dimension, number: int, chosen: dict[int, m.DimensionRole]
) -> m.DimensionRole:
    if number in chosen:
        return chosen[number]
    is_many = 1 < dimension.size <= MAXIMUM_SPREAD
    return "spread" if is_many and dimension.name in ("heads", "layers", "channels") else "index"


def needs_two(dimensions: Sequence[Dimension]) -> str:
    """A refusal for tensors with less than two dimensions."""
    return "" if len(dimensions) > 1 else "It takes a tensor with at least two dimensions."


def needs_one(dimensions: Sequence[Dimension]) -> str:
    """A refusal for tensors without dimensions."""
    return "" if dimensions else "It takes a tensor with at least one dimension."


def check_roles(
    roles: Roles,
    dimensions: Sequence[Dimension],
    *,
    allowed: Sequence[m.DimensionRole],
    needs: Sequence[m.DimensionRole],
    many: Sequence[m.DimensionRole] = MANY,
) -> None:
    """Refuse roles that cannot be drawn. Raises `RolesInvalid`."""
    if len(roles) != len(dimensions):
        raise RolesInvalid(
            f"The block has roles for {len(roles)} dimensions, the tensor has {len(dimensions)}."
        )
    for role, count in Counter(roles).items():
        if role not in allowed:
            raise RolesInvalid(f"This kind has no role {role!r}.")
        if count > 1 and role not in many:
            names = [name_of(d, n) for n, d in enumerate(dimensions) if roles[n] == role]
            both = " and ".join(names)
            raise RolesInvalid(f"Only one dimension can be {role}, but {both} are.")
    missing = [role for role in needs if role not in roles]
    if missing:
        raise RolesInvalid(f"No dimension is {missing[0]!r}.")


def name_of(dimension: Dimension, number: int) -> str:
    """A dimension in a sentence."""
    return f"dimension {number} ({dimension.name})" if dimension.name else f"dimension {number}"
