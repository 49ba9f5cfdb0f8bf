"""`graph.edges` with instances that are called in several places."""

from __future__ import annotations

from itertools import pairwise

import pytest
import sharing
import torch

from interpogate import Interpogate


def pairs(interp: Interpogate) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in interp.graph.edges}


def test_blocks_that_share_an_activation_follow_each_other() -> None:
    interp = Interpogate(sharing.SharedActivation())
    interp.forward(torch.ones(1, 3, 2, 2))
    way = [".::input:x", "first.conv", "first.act", "second.conv", "second.act", ".::output:"]
    assert pairs(interp) == set(pairwise(way))


def test_every_end_of_an_edge_can_be_looked_up_among_the_modules() -> None:
    interp = Interpogate(sharing.OnePool())
    interp.forward(torch.ones(1, 3, 8, 8))
    ends = {end for pair in pairs(interp) for end in pair if "::" not in end}
    assert {interp.graph.modules[end].path for end in ends} == {
        *("downs.0", "downs.1", "downs.2"),
        "pool",
    }
    assert interp.graph.modules["pool#2"].call_count == 3
    assert "pool#9" not in interp.graph.modules


def test_a_parameter_of_a_shared_module_has_an_edge_at_each_place() -> None:
    interp = Interpogate(sharing.Siamese())
    interp.forward(torch.ones(1, 4), torch.ones(1, 4))
    for place in ("encoder", "encoder#2"):
        assert (f"{place}::parameter:scale", f"{place}::call:mul#0") in pairs(interp)
    places = {(one.partition(":")[0], other.partition(":")[0]) for one, other in pairs(interp)}
    assert not {("encoder", "encoder#2"), ("encoder.linear", "encoder#2")} & places


def test_hooks_by_any_name_run_at_every_call() -> None:
    interp = Interpogate(sharing.OnePool())
    seen: list[tuple[int, ...]] = []
    with interp.hook() as hook:
        hook.post("pool", lambda _module, _args, output: seen.append(tuple(output.shape)))
        interp.forward(torch.ones(1, 3, 8, 8))
    assert [shape[-1] for shape in seen] == [4, 2, 1]


@pytest.mark.parametrize("model", [sharing.OnePool, sharing.SharedActivation])
def test_every_place_is_located_by_its_id(model: type[torch.nn.Module]) -> None:
    interp = Interpogate(model())
    interp.forward(torch.ones(1, 3, 8, 8))
    graph = interp.graph
    for place in graph.places.rows:
        if place.is_shown and place.calls:
            assert graph.locate(place.id)[0] == place.id
