"""Blocks as messages: what can be drawn of a tensor, what a block shows, one exact value.

What goes wrong with a block is said in its own picture. Called by the worker and the library.
"""

from __future__ import annotations

from torch import nn

from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension, dimensions_of
from interpogate.visualizations.drawing import NO_AXIS, array
from interpogate.visualizations.lookup import value_of
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.places import place_of
from interpogate.visualizations.problems import NoTensor, NothingToSee
from interpogate.visualizations.reading import Reading
from interpogate.visualizations.registry import Kind, kind_named
from interpogate.visualizations.roles import Roles, check_roles
from interpogate.visualizations.statistics import statistics_of
from interpogate.visualizations.value import Value


def picture(observed: Observed, block: m.Block, request: m.ReadBlock) -> m.BlockPicture:
    """What a block shows; never raises because of the block."""
    try:
        value, reading, kind = _reading(observed, block, request)
        drawing = kind.draw(reading)
        statistics, thin = statistics_of(value)
    except NothingToSee as error:
        return _empty(observed, block, request, error)
    notes = [value.note, *drawing.notes, *reading.notes, thin]
    return m.BlockPicture(
        model_id=request.model_id,
        block_id=block.block_id,
        run_id=0 if value.is_parameter else observed.graph.run_id,
        kind=kind.name,
        title=value.title,
        note=" ".join(dict.fromkeys(note for note in notes if note)),
        problem=None,
        panels=drawing.panels,
        x=drawing.x,
        y=drawing.y,
        scale=drawing.scale,
        low=drawing.low,
        high=drawing.high,
        arrays=tuple(array(name, values) for name, values in drawing.arrays.items()),
        texts=tuple(m.BlockTexts(name=n, texts=texts) for n, texts in drawing.texts.items()),
        statistics=statistics,
    )


def _reading(
    observed: Observed, block: m.Block, request: m.ReadBlock
) -> tuple[Value, Reading, Kind]:
    kind = kind_named(block.kind)
    value, dimensions, roles = _suited(observed, block, kind)
    check_roles(roles, dimensions, allowed=kind.allowed, needs=kind.needs, many=kind.many)
    defaults = {option.name: option.value for option in kind.options}
    reading = Reading(
        observed=observed,
        value=value,
        dimensions=dimensions,
        roles=roles,
        indices=block.indices,
        options={**defaults, **dict(block.options)},
        call=block.call,
        width=request.width,
        height=request.height,
        panel=request.panel,
        window=request.window,
    )
    return value, reading, kind


def cell(observed: Observed, block: m.Block, request: m.ReadCell) -> m.BlockCell:
    """The exact value under the pointer. Raises `NothingToSee`."""
    whole = m.ReadBlock(model_id=request.model_id, block_id=request.block_id)
    _, reading, kind = _reading(observed, block, whole)
    return kind.cell(reading, request.panel, request.row, request.column)


_Suited = tuple[Value, tuple[Dimension, ...], Roles]


def _suited(observed: Observed, block: m.Block, kind: Kind) -> _Suited:
    """The value named with its roles, or what the kind draws where that one does not suit."""
    try:
        return _with_roles(observed, block, block.value, kind)
    except (NoTensor, _Unsuited) as error:
        if not kind.fallback or block.value.side != "output":
            raise
        unsuited = error
    other = m.ValueReference(side="output", keys=(kind.fallback,))
    try:
        return _with_roles(observed, block, other, kind)
    except NoTensor:
        raise unsuited from None


def _with_roles(
    observed: Observed, block: m.Block, reference: m.ValueReference, kind: Kind
) -> _Suited:
    value = value_of(observed, block.node, reference, block.call)
    if 0 in value.shape:
        raise NothingToSee("The tensor is empty.")
    dimensions = dimensions_of(observed, value, module_of(observed, block.node))
    if block.roles:
        return value, dimensions, block.roles
    guess = kind.guess(dimensions)
    if guess.refusal:
        raise _Unsuited(guess.refusal, hint="Choose another kind.")
    return value, dimensions, guess.roles


class _Unsuited(NothingToSee):
    """The kind cannot draw a tensor of this shape."""


def module_of(observed: Observed, node: str) -> nn.Module:
    """The (first) module that a node belongs to."""
    return observed.live[place_of(observed.graph, node).modules[0]]


def _empty(
    observed: Observed, block: m.Block, request: m.ReadBlock, error: NothingToSee
) -> m.BlockPicture:
    problem = m.Problem(code=error.code, message=str(error), hint=error.own_hint, node=block.node)
    return m.BlockPicture(
        model_id=request.model_id,
        block_id=block.block_id,
        run_id=observed.graph.run_id,
        kind=block.kind,
        title=".".join((block.value.side, *block.value.keys)),
        note="",
        problem=problem,
        panels=NO_AXIS,
        x=NO_AXIS,
        y=NO_AXIS,
        scale="sequential",
        low=0.0,
        high=0.0,
        arrays=(),
        texts=(),
        statistics=None,
    )
