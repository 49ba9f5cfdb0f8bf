"""The tensor that a block is of: from the run, from a second run, or computed anew."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from interpogate.protocol import messages as m
from interpogate.trace.keeping import Watch
from interpogate.visualizations.attention import (
    ATTENTION,
    attention_value,
    attention_watches,
)
from interpogate.visualizations.find import find_value, keyed, watches_of
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.places import Place, place_of
from interpogate.visualizations.problems import NothingToSee, NotKept
from interpogate.visualizations.residual import RESIDUAL, residual_value, residual_watches
from interpogate.visualizations.value import Value

_RERUN = "Taken from a second run on the same inputs, since the first did not keep it."


# As the kinds' own files have it; a watch too many costs little.
_FALLBACKS = {"attention": ATTENTION, "logit_lens": RESIDUAL}


def value_of(observed: Observed, node: str, value: m.ValueReference, call: int = 1) -> Value:
    """The tensor named, from a second run if need be. Raises `NothingToSee`."""
    try:
        return _look_up(observed, node, value, call)
    except NotKept as error:
        if observed.rerun is None or not error.watches:
            raise
        named = derived_name(observed, node, value)
        wanted = error.watches | _watches(observed, node, value, named)
        tensors = observed.rerun(wanted)
    found = _from_second_run(replace(observed, tensors=tensors), node, value, call, wanted)
    return replace(found, note=f"{found.note} {_RERUN}".strip())


def _from_second_run(
    observed: Observed, node: str, value: m.ValueReference, call: int, wanted: frozenset[Watch]
) -> Value:
    """What the second run shows may tell that more is needed, once."""
    try:
        return _look_up(observed, node, value, call)
    except NotKept as error:
        if observed.rerun is None or error.watches <= wanted:
            raise
        tensors = observed.rerun(wanted | error.watches)
    return _look_up(replace(observed, tensors=tensors), node, value, call)


def watches_of_blocks(observed: Observed, blocks: Iterable[m.Block]) -> frozenset[Watch]:
    """What the next run must keep for these blocks; a block without a place needs nothing."""
    found: set[Watch] = set()
    for block in blocks:
        with suppress(NothingToSee):
            named = derived_name(observed, block.node, block.value)
            named = named or _FALLBACKS.get(block.kind, "")
            found |= _watches(observed, block.node, block.value, named)
    return frozenset(found)


def _look_up(observed: Observed, node: str, value: m.ValueReference, call: int) -> Value:
    derived = derived_name(observed, node, value)
    if derived == ATTENTION:
        number = value.keys[1] if len(value.keys) > 1 else ""
        return attention_value(observed, place_of(observed.graph, node), call, number)
    if derived == RESIDUAL:
        return residual_value(observed, place_of(observed.graph, node), call)
    return find_value(observed, node, value, call)


def _watches(
    observed: Observed, node: str, value: m.ValueReference, derived: str
) -> frozenset[Watch]:
    place = place_of(observed.graph, node)
    if derived == ATTENTION:
        return attention_watches(place)
    if derived == RESIDUAL:
        return residual_watches(observed.graph, place)
    return watches_of(observed, node, value)


def derived_name(observed: Observed, node: str, value: m.ValueReference) -> str:
    """`attention` or `residual` if that is meant, and no row of the output has the name."""
    is_derived = value.keys[:1] == (ATTENTION,) or value.keys == (RESIDUAL,)
    if value.side != "output" or not is_derived or len(value.keys) > 2:  # noqa: PLR2004 (a number)
        return ""
    place = place_of(observed.graph, node)
    return "" if _has_row(observed, place, value.keys) else value.keys[0]


def _has_row(observed: Observed, place: Place, keys: tuple[str, ...]) -> bool:
    calls = observed.graph.recording.calls_of(place.modules[0])
    return (
        any(own == keys and row.tensor for row, own in keyed(calls[0].outputs)) if calls else False
    )
