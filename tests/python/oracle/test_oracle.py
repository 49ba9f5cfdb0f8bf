"""The oracle of data flow itself: what it sees, what it lets pass, and that it can fail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from leaves import (
    AsksForType,
    Branches,
    Chain,
    Cuts,
    Deep,
    Hidden,
    Moves,
    Samples,
    Tied,
    Writes,
)
from torch import nn

from oracle.replay import INPUT, LEAF, RESULT, Site
from oracle.shown import Views
from oracle.verdict import verdict

A, B, C = ((LEAF, (place, 0)) for place in (1, 2, 3))
X = (INPUT, "x")
X_INPUT = torch.randn(2, 4, generator=torch.Generator().manual_seed(0))


def _without(source: Site, target: Site) -> Callable[[Views], Views]:
    def alter(views: Views) -> Views:
        views.all[target].discard(source)
        return views

    return alter


def _with(source: Site, target: Site) -> Callable[[Views], Views]:
    def alter(views: Views) -> Views:
        views.all.setdefault(target, set()).add(source)
        return views

    return alter


def test_what_is_shown_right_has_no_difference() -> None:
    found = verdict(Chain(), X_INPUT)
    assert found.differences == []
    assert found.flows == 5


@pytest.mark.parametrize(
    ("source", "target", "flow"),
    [(A, B, "a -> b"), (X, A, "input:x -> a"), (B, (RESULT, "output.0"), "b -> result:output.0")],
)
def test_a_flow_that_is_not_shown_is_lost(source: Site, target: Site, flow: str) -> None:
    found = verdict(Chain(), X_INPUT, alter=_without(source, target))
    assert found.differences == [f"lost in all: {flow}"]


@pytest.mark.parametrize(("source", "target", "flow"), [(A, C, "a -> c"), (X, B, "input:x -> b")])
def test_a_flow_that_is_shown_and_not_there_is_false(source: Site, target: Site, flow: str) -> None:
    found = verdict(Chain(), X_INPUT, alter=_with(source, target))
    assert found.differences == [f"false in all: {flow}"]


@pytest.mark.parametrize("layer", [3, 17])
def test_among_many_leaves_a_lost_and_a_false_flow_are_found(layer: int) -> None:
    source, target = (LEAF, (2 + layer, 0)), (LEAF, (3 + layer, 0))
    other = (LEAF, (29 + layer, 0))
    for alter in (_without(source, other), _with(source, target)):
        found = verdict(Deep(), X_INPUT, alter=alter)
        assert len(found.differences) == 1
        assert found.replays < 52


def test_an_edge_that_the_picture_lacks_is_lost() -> None:
    def alter(views: Views) -> Views:
        views.picture._before.clear()
        return views

    found = verdict(Chain(), X_INPUT, alter=alter)
    assert "lost in edges: a -> b" in found.differences
    assert not found.lost["all"]


def test_a_module_that_asks_for_a_type_alone_takes_no_data() -> None:
    assert verdict(AsksForType(), X_INPUT).differences == []


def test_branches_and_loops_stay_as_they_were_when_values_change() -> None:
    found = verdict(Branches(), X_INPUT)
    assert found.problem == ""
    assert found.differences == []
    assert found.flows == 4


def test_random_numbers_are_the_same_in_each_replay() -> None:
    found = verdict(Samples().train(), X_INPUT)
    assert found.unstable == 0
    assert found.differences == []


def test_what_a_leaf_writes_into_its_input_comes_from_it() -> None:
    found = verdict(Writes(), X_INPUT)
    assert found.differences == []
    assert found.flows == 4


def test_what_a_selection_leaves_out_is_neither_confirmed_nor_refuted() -> None:
    found = verdict(Cuts(), X_INPUT)
    assert found.differences == []
    assert found.unconfirmed == ["b -> c"]


def test_nan_shows_what_a_zero_hides() -> None:
    found = verdict(Hidden(), X_INPUT)
    assert found.differences == []
    assert found.flows == 4


def test_a_parameter_in_two_places_is_no_flow_between_them() -> None:
    found = verdict(Tied(), torch.tensor([[1, 3]]))
    assert found.differences == []
    assert found.flows == 3


def test_what_cannot_be_replayed_says_so() -> None:
    assert verdict(Moves(), X_INPUT).problem


def test_the_model_is_left_as_it_was() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)).train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    verdict(model, X_INPUT)
    after = model.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())
    assert not any(m._forward_hooks or "forward" in vars(m) for m in model.modules())
