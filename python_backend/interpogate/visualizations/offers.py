"""What can be drawn of a tensor, best first, and blocks worth having at a node."""

from __future__ import annotations

from collections.abc import Iterator

from interpogate.protocol import messages as m
from interpogate.visualizations.attention import (
    ATTENTION,
    has_attention,
    is_attention_operation,
    own_attentions,
)
from interpogate.visualizations.dimensions import Dimension, dimensions_of
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.outline import outline
from interpogate.visualizations.pictures import module_of
from interpogate.visualizations.places import Place, place_of
from interpogate.visualizations.problems import NothingToSee
from interpogate.visualizations.registry import Kind, kinds
from interpogate.visualizations.residual import RESIDUAL, stack_of


def offers(observed: Observed, request: m.OfferBlocks) -> m.BlockOffers:
    """Every kind with the roles that it would give the tensor's dimensions."""
    try:
        value = outline(observed, request.node, request.value, request.call)
        module = module_of(observed, request.node)
        dimensions, refusal = dimensions_of(observed, value, module), ""
    except NothingToSee as error:
        dimensions, refusal = (), str(error)
    found = [_offer(kind, dimensions, refusal) for kind in kinds().values()]
    found.sort(key=lambda pair: -pair[0])
    return m.BlockOffers(
        dimensions=tuple(m.BlockDimension(name=d.name, size=d.size) for d in dimensions),
        offers=tuple(offer for _, offer in found),
        suggestions=tuple(_suggestions(observed, request.node)),
    )


def _offer(
    kind: Kind, dimensions: tuple[Dimension, ...], refusal: str
) -> tuple[float, m.BlockOffer]:
    guess = kind.guess(dimensions) if not refusal else None
    refused = refusal or (guess.refusal if guess else "")
    offer = m.BlockOffer(
        kind=kind.name,
        title=kind.title,
        roles=guess.roles if guess else (),
        allowed=kind.allowed,
        options=kind.options,
        refusal=refused,
    )
    return (-1.0 if refused or guess is None else guess.fit), offer


def _suggestions(observed: Observed, node: str) -> Iterator[m.BlockSuggestion]:
    try:
        place = place_of(observed.graph, node)
    except NothingToSee:
        return
    if is_attention_operation(observed.graph, place):
        yield _suggestion("Attention weights", "attention", ATTENTION)
    if place.kind != "modules" or not place.modules:
        return
    if _all_attend(observed, place):
        yield _suggestion("Attention weights", "attention", ATTENTION)
    for number in range(1, _numbered(observed, place) + 1):
        yield _suggestion(f"Attention weights {number}", "attention", ATTENTION, str(number))
    if stack_of(observed.graph, place):
        yield _suggestion("Logit lens", "logit_lens", RESIDUAL)
        yield _suggestion("Norm of the residual stream by layer", "line", RESIDUAL)


def _all_attend(observed: Observed, place: Place) -> bool:
    return all(has_attention(observed.graph, observed.live, module) for module in place.modules)


def _numbered(observed: Observed, place: Place) -> int:
    """How many attentions one can choose of by number; 0 if there is no choice."""
    counts = {own_attentions(observed.graph, observed.live, module) for module in place.modules}
    return counts.pop() if len(counts) == 1 and min(counts) > 1 else 0


def _suggestion(title: str, kind: str, *keys: str) -> m.BlockSuggestion:
    value = m.ValueReference(side="output", keys=keys)
    return m.BlockSuggestion(title=title, kind=kind, value=value)
