"""Whether what a recorded path starts with must be seen at its end.

An operation that selects may leave out all that one of its operands holds: of what is joined only
a part is read, a mask hides, a comparison gives the same for other values. No replay refutes a
path through one. But where an operand gives a type or a shape alone, nothing flows.
"""

from __future__ import annotations

from collections import defaultdict

from oracle.replay import RESULT, Site
from oracle.sites import Rows, Sites

# One operand gives values, the others a type or a shape.
_LIKE_ANOTHER = frozenset("type_as view_as expand_as reshape_as to type".split())
# No operand gives values.
_SHAPE_ONLY = frozenset(
    """
    zeros_like ones_like empty_like full_like rand_like randn_like randint_like
    new_zeros new_ones new_empty new_full new_tensor
    """.split()
)
# What they take may leave no trace in what they give, whatever its values.
_SELECTING = frozenset(
    """
    getitem setitem select narrow index_select gather take take_along_dim masked_select where
    masked_fill masked_scatter scatter scatter_add scatter_reduce index_add index_put index_copy
    index_fill copy eq ne lt le gt ge isin argmax argmin argsort sort topk max min amax amin any all
    cummax cummin nonzero unique unique_consecutive searchsorted bucketize one_hot logical_and
    logical_or logical_not and or xor invert clamp clip clamp_min clamp_max round floor ceil trunc
    sign floordiv floor_divide remainder fmod mod long int bool split chunk unbind
    split_with_sizes tensor_split diagonal tril triu bincount multinomial pad slice_scatter
    select_scatter isnan isinf isfinite nan_to_num repeat_interleave
    multi_head_attention_forward cross_entropy nll_loss
    """.split()
)


class Paths:
    """Ways through the recorded operations from one site to another."""

    def __init__(self, sites: Sites, rows: Rows, ends: list[tuple[str, int]]) -> None:
        self._sites = sites
        self._before: defaultdict[int, set[int]] = defaultdict(set)
        for source, target in rows:
            self._before[target].add(source)
        self._ends: defaultdict[str, set[int]] = defaultdict(set)
        for name, source in ends:
            self._ends[name].add(source)

    def must_carry(self, source: Site, target: Site) -> bool:
        """Whether every other value of the source should be seen at the target.

        So where a path selects nothing, or where each takes a shape or a type alone.
        """
        if self._exists(source, target, _SELECTING):
            return True
        return not self._exists(source, target, frozenset())

    def _exists(self, source: Site, target: Site, without: frozenset[str]) -> bool:
        """Whether there is a path of values through no operation of these names."""
        waiting, seen = self._entries(target), set[int]()
        while waiting:
            row = waiting.pop()
            if self._sites.of[row] == source:
                return True
            if row in seen or self._sites.of[row] or self._is_closed(row, without):
                continue
            seen.add(row)
            waiting |= self._before[row]
        return False

    def _is_closed(self, row: int, without: frozenset[str]) -> bool:
        name = self._sites.name(row).rstrip("_")
        is_like = name in _LIKE_ANOTHER and len(self._before[row]) > 1
        return is_like or name in _SHAPE_ONLY or name in without

    def _entries(self, target: Site) -> set[int]:
        if target[0] == RESULT:
            return set(self._ends[target[1]])
        inside = self._sites.rows[target]
        return {source for row in inside for source in self._before[row]} - inside
