"""Operations whose result depends, entry by entry, on what stands in the same place."""

from __future__ import annotations

from collections.abc import Sequence

from interpogate.graph.axes import Layout, fresh, is_parameter

Shape = tuple[int, ...]

ELEMENTWISE = frozenset(
    """
    add sub mul div true_divide truediv floor_divide rsub where masked_fill tanh clamp clip
    clamp_min clamp_max minimum maximum min max float to type half bfloat16 double type_as
    contiguous clone detach nan_to_num dropout alpha_dropout feature_dropout neg pow abs exp sqrt
    square sigmoid relu gelu silu softplus leaky_relu addcmul addcdiv lerp tril triu masked_scatter
    index_put setitem copy cpu cuda data requires_grad fill_diagonal log erf sin cos hardtanh
    softsign identity
    """.split()
)
LIKE_ANOTHER = ("type_as", "to", "clone", "contiguous")
"""A second tensor gives these a type only."""


def by_element(taken: Sequence[Layout], shape: Shape, root: tuple[int, int]) -> Layout | None:
    """Axes of an operation that broadcasts; those of the operand that is known best."""
    fitting = [one for one in taken if _broadcasts(one, shape)]
    if not fitting:
        return None
    best = max(fitting, key=lambda one: _knowledge(one, shape))
    others = [one for one in fitting if one is not best]
    found = []
    for back in range(len(shape), 0, -1):
        size = shape[-back]
        candidates = [one[-back] for one in (best, *others) if len(one) >= back]
        axis = next((one for one in candidates if one.size == size), None)
        found.append(axis or fresh((*root,), [size])[0])
    return tuple(found)


def _broadcasts(layout: Layout, shape: Shape) -> bool:
    if len(layout) > len(shape):
        return False
    ends = zip(reversed(layout), reversed(shape), strict=False)
    return all(axis.size in (1, size) for axis, size in ends)


def _knowledge(layout: Layout, shape: Shape) -> tuple[int, bool, int]:
    pairs = list(zip(reversed(layout), reversed(shape), strict=False))
    known = sum(any(atom.product >= 0 for atom in axis.atoms) for axis, _ in pairs)
    return known, not is_parameter(layout), sum(axis.size == size for axis, size in pairs)
