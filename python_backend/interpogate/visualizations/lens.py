"""From a residual stream to logits: by what the model itself did, or by a norm and a matrix.

Says what it is made of, and what it lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from interpogate.trace.keeping import Watch
from interpogate.trace.tail import Tail
from interpogate.visualizations.logit_tail import LogitTail, logit_tail, parts_of
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.problems import NotKept
from interpogate.visualizations.residual import main_stack
from interpogate.visualizations.unembedding import Unembedding, find_unembedding
from interpogate.visualizations.value import Value

_GUESS = "The model has no head: its input embedding is used in its place, which is a guess."
_OTHER_BLOCKS = "The logits do not come from these blocks alone, so that their lens is a guess."

_UNSEEN = "What follows the last layer could not be observed: these two are a guess by their names."
_PARTIAL = (
    "A tensor of the run is added after the last layer: only the last row is the model's own."
)


@dataclass(frozen=True)
class Lens:
    """Logits of a residual stream."""

    logits: Callable[[torch.Tensor], torch.Tensor]
    """`(positions, vocabulary)` of `(positions, features)`."""
    vocabulary: int
    width: int
    """Features that it takes; 0 if that is not known."""
    path: str
    """What it ends in."""
    notes: tuple[str, ...]
    whole: Callable[[torch.Tensor], torch.Tensor] | None = None
    """Logits of a whole stream, where positions cannot be computed apart."""


def find_lens(observed: Observed, value: Value, token_axis: int, *, norm: str, matrix: str) -> Lens:
    """The lens for a stream; a norm and a matrix may be named. Raises `NothingToSee`."""
    tail = _tail(observed)
    found = logit_tail(observed, tail, token_axis) if tail is not None else None
    others = set(value.stack) - set(main_stack(observed.graph))
    notes = (_OTHER_BLOCKS,) if others else ()
    if found is not None and not norm and not matrix:
        is_whole = not found.takes_positions
        if not is_whole or (found.takes_whole and not others):
            parts = parts_of(observed, found)
            notes = (*notes, _PARTIAL) if found.has_other_stream else notes
            return Lens(
                found.logits, found.vocabulary, found.width, parts[-1] if parts else "the head",
                (_through(parts), *notes), found.whole if is_whole else None,
            )  # fmt: skip
    used = find_unembedding(observed, norm, matrix)
    return _by_parts(observed, used, found, notes)


def _by_parts(
    observed: Observed, used: Unembedding, found: LogitTail | None, notes: tuple[str, ...]
) -> Lens:
    parts = [part for part in (used.norm_path, used.matrix_path) if part]
    lack = _lack(used, parts_of(observed, found), found) if found is not None else _UNSEEN
    said = (_through(parts), _GUESS if used.is_guess else lack, *notes)
    return Lens(
        used.logits,
        used.vocabulary,
        used.width,
        used.matrix_path,
        tuple(one for one in said if one),
    )


def _tail(observed: Observed) -> Tail | None:
    """What followed the last block, from a second run if need be."""
    stack = main_stack(observed.graph)
    if observed.tensors is None or not stack:
        return None
    if observed.tensors.tail is not None or observed.rerun is None:
        return observed.tensors.tail
    try:
        return observed.rerun(frozenset({Watch(stack[-1], "tail")})).tail
    except NotKept:
        return None


def _through(parts: Sequence[str]) -> str:
    return f"The stream goes through {_listed(parts)}." if parts else ""


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _lack(used: Unembedding, parts: Sequence[str], found: LogitTail) -> str:
    """A sentence if the end of the stream does not lead to the model's own logits."""
    rows, own = found.last_rows()
    if used.width in (0, found.width) and found.is_near(used.logits(rows), own):
        return ""
    other = [part for part in parts if part not in (used.norm_path, used.matrix_path)]
    reason = f"without {_listed(other)}" if other else "something stands between"
    return f"The last layer does NOT give the model's own logits: {reason}."
