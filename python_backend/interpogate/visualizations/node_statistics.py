"""Statistics of everything that a node took, returned and owns, row by row of its details."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from interpogate.graph.values import Structure
from interpogate.protocol import messages as m
from interpogate.visualizations.find import find_at, keyed
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.places import Place, place_of
from interpogate.visualizations.problems import NothingToSee
from interpogate.visualizations.statistics import statistics_of

_ENTRIES = 1 << 25
"""Entries that are read for one node, all rows together."""

Found = list[m.TensorStatistics | None]


def node_statistics(observed: Observed, node: str, call: int = 1) -> m.NodeStatistics:
    """Of one call, from 1; a group stands for its first member, as its details do.

    Never runs the model.
    """
    try:
        place = _of_one(place_of(observed.graph, node), call)
    except NothingToSee as error:
        return m.NodeStatistics(inputs=(), outputs=(), parameters=(), note=str(error))
    rows = {side: list(_rows(observed, place, side)) for side in ("input", "output", "parameter")}
    limit = _ENTRIES // max(sum(len(one) for one in rows.values()), 1)
    notes: dict[str, None] = {}
    found = {
        side: [_statistics(observed, place, one, limit, notes) for one in own]
        for side, own in rows.items()
    }
    return m.NodeStatistics(
        inputs=tuple(found["input"]),
        outputs=tuple(found["output"]),
        parameters=tuple(found["parameter"]),
        note=" ".join(notes),
    )


def _of_one(place: Place, call: int) -> Place:
    """The first module of a place, or the operation, in one call only."""
    calls = tuple(own[call - 1 : call] or own[:1] for own in place.calls[:1])
    rows = place.rows[call - 1 : call] or place.rows[:1]
    return replace(place, modules=place.modules[:1], is_group=False, calls=calls, rows=rows)


def _rows(observed: Observed, place: Place, side: m.ValueSide) -> Iterator[m.ValueReference | None]:
    """What each row of the details stands for; None for what is no tensor."""
    if place.kind != "modules":
        yield from _other_rows(observed, place, side)
    elif side == "parameter":
        parameters = observed.graph.tree.modules[place.modules[0]].parameters
        yield from (m.ValueReference(side=side, keys=(one.name,)) for one in parameters)
    else:
        calls = observed.graph.recording.calls_of(place.modules[0])
        number = place.numbers(1)[0]
        structure: Structure = () if not calls else calls[number - 1].inputs
        structure = calls[number - 1].outputs if calls and side == "output" else structure
        for row, keys in keyed(structure):
            yield m.ValueReference(side=side, keys=keys) if row.tensor else None


def _other_rows(
    observed: Observed, place: Place, side: m.ValueSide
) -> Iterator[m.ValueReference | None]:
    recording = observed.graph.recording
    if side == "parameter":
        return
    if place.kind in ("argument", "result", "parameter"):
        if side == "output":
            yield m.ValueReference(side=side, keys=())
        return
    row = place.rows[0]
    taken = sum(flow.target == row for flow in recording.flows)
    count = taken if side == "input" else len(recording.operations[row].outputs)
    yield from (m.ValueReference(side=side, keys=(str(number),)) for number in range(count))


def _statistics(
    observed: Observed,
    place: Place,
    value: m.ValueReference | None,
    limit: int,
    notes: dict[str, None],
) -> m.TensorStatistics | None:
    if value is None:
        return None
    try:
        statistics, note = statistics_of(find_at(observed, place, value), limit)
    except NothingToSee as error:
        notes[str(error)] = None
        return None
    if note:
        notes[note] = None
    return statistics
