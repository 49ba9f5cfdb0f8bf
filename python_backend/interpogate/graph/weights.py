"""One attention: how its weights lie in what a softmax or a fused operation made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from interpogate.graph.axes import Atom, Axis, Kind, Layout, Side, kind_of, size_of
from interpogate.graph.products import Product
from interpogate.graph.recording import Operation

FUSED: Final = "scaled_dot_product_attention"
MULTIHEAD: Final = ("multi_head_attention_forward", "_native_multi_head_attention")
_HEADS = 3

Way = Literal["softmax", "fused", "multihead"]
Role = Literal["rest", "heads", "query", "key"]
_ORDER: tuple[Role, ...] = ("rest", "heads", "query", "key")


@dataclass(frozen=True)
class Attention:
    """One attention, and how its weights lie in what was observed."""

    row: int
    """Of the operation that makes the weights."""
    way: Way
    names: tuple[str, ...] = ()
    """Of the dimensions of the weights: `batch`, `heads`, `query`, `key`; empty if not certain."""
    shape: tuple[int, ...] = ()
    """Sizes of the weights; empty if they are known after a run only."""
    groups: tuple[int, ...] = ()
    """Sizes that the observed softmax is first viewed as."""
    order: tuple[int, ...] = ()
    """Dimensions of that view in the order of the weights."""
    keys: tuple[int, int] = (0, 0)
    """First and last entry of the softmax that is a key; others are sinks."""

    @property
    def has_sink(self) -> bool:
        """Whether a part of each row goes to no key."""
        return self.way == "softmax" and self.keys != (0, self.groups[self.order[-1]])


@dataclass(frozen=True)
class _Part:
    """A part of an axis of the weights that has one role."""

    role: Role
    size: int
    kind: Kind
    is_of_query: bool = False


def softmax_attention(
    row: int, taken: Layout, keys: Axis, product: Product, side: Side
) -> Attention | None:
    """What a softmax over `keys` makes of the scores of a product; None if they are not whole."""
    parts = _parts(taken, product, side)
    return _arranged_weights(row, parts, keys) if _are_all(parts, product, side) else None


def _parts(taken: Layout, product: Product, side: Side) -> list[_Part]:
    other: Side = "left" if side == "right" else "right"
    of_query = [
        a for axis in taken for a in axis.atoms if (a.product, a.side) == (product.row, other)
    ]
    has_positions = any(atom.kind != "feature" for atom in of_query)
    found: list[_Part] = []
    for axis in taken:
        runs: list[tuple[Role, list[Atom]]] = []
        for atom in axis.atoms:
            role = _role(atom, product.row, side, has_positions=has_positions)
            if not runs or runs[-1][0] != role:
                runs.append((role, []))
            runs[-1][1].append(atom)
        if axis.is_whole:
            found += [_part(role, atoms, of_query) for role, atoms in runs]
        else:
            found.append(_Part(runs[0][0], axis.size, "unknown"))
        if not runs:
            found.append(_Part("rest", 1, "unknown"))
    return _with_heads(found)


def _part(role: Role, atoms: list[Atom], of_query: list[Atom]) -> _Part:
    size = size_of(atoms)
    return _Part(role, size, kind_of(Axis(size, tuple(atoms))), is_of_query=atoms[0] in of_query)


def _role(atom: Atom, product: int, side: Side, *, has_positions: bool) -> Role:
    if atom.product == product and atom.side == side:
        return "key"
    if atom.product == product and atom.side in ("left", "right"):
        return "heads" if atom.kind == "feature" and has_positions else "query"
    return "heads" if atom.kind == "feature" else "rest"


def _with_heads(parts: list[_Part]) -> list[_Part]:
    """Of several dimensions of unknown origin the last one is the heads, as it is in torch."""
    rest = [number for number, part in enumerate(parts) if part.role == "rest"]
    if any(part.role == "heads" for part in parts) or not rest[1:]:
        return parts
    last = parts[rest[-1]]
    if last.kind != "position":
        parts[rest[-1]] = _Part("heads", last.size, last.kind)
    return parts


def _are_all(parts: Sequence[_Part], product: Product, side: Side) -> bool:
    """Whether every query and every key of the product is there, once."""
    other: Side = "left" if side == "right" else "right"
    keys = [part.size for part in parts if part.role == "key"]
    queries = math.prod(part.size for part in parts if part.is_of_query)
    return len(keys) == 1 and keys[0] >= product.sizes(side) and queries == product.sizes(other)


def _arranged_weights(row: int, parts: list[_Part], keys: Axis) -> Attention:
    if not any(part.role == "query" for part in parts):
        parts = [*parts, _Part("query", 1, "unknown")]
    order = tuple(
        number for role in _ORDER for number, part in enumerate(parts) if part.role == role
    )
    count = keys.size if keys.is_whole else keys.count
    names, shape = [], []
    for role in _ORDER:
        sizes = [part.size for part in parts if part.role == role]
        if role == "rest":
            names += ["batch", *[""] * (len(sizes) - 1)] if sizes else []
            shape += sizes
        elif sizes:
            names.append(role)
            shape.append(count if role == "key" else math.prod(sizes))
    return Attention(
        row, "softmax", tuple(names), tuple(shape), tuple(part.size for part in parts), order,
        (keys.first, keys.first + count),
    )  # fmt: skip


def fused_attention(row: int, operation: Operation, taken: Sequence[Layout]) -> Attention:
    """An operation that computes attention by itself."""
    if operation.name != FUSED:
        return Attention(row, "multihead")
    query = taken[0] if len(taken) > 1 else None
    rank = len(operation.outputs[0].shape)
    heads = query[-_HEADS] if query and len(query) == rank >= _HEADS else None
    names = ["query", "key"]
    if rank > _HEADS:
        is_position = heads is not None and kind_of(heads) == "position" and heads.size > 1
        names = ["batch", *[""] * (rank - 4), "" if is_position else "heads", *names]
    elif rank == _HEADS:
        names = ["heads" if heads is not None and kind_of(heads) == "feature" else "batch", *names]
    shape = (
        (*(axis.size for axis in query[:-1]), taken[1][-2].size)
        if query and len(taken[1]) > 1
        else ()
    )
    return Attention(row, "fused", tuple(names), shape)
