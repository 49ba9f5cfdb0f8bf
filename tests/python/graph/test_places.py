"""One instance called in several places stands at each of them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import networks
import pytest
import sharing
import torch
from torch import nn

from interpogate.graph.essential import Detail
from interpogate.graph.graph import Graph
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder

ROW = torch.ones(1, 4)


def traced(model: nn.Module, *args: Any) -> Graph:
    modules = declared_modules(model)
    recorder = Recorder(modules)
    with torch.no_grad(), recorder.watching():
        model(*args)
    return Graph(modules.tree, recorder.recording(), "run", 1)


def edges(graph: Graph, container: str = ".", detail: Detail = "essential") -> set[tuple[str, str]]:
    """Edges by ids, in which the container's own is left out."""
    prefix = f"{container}::"
    pairs = graph.view(detail).levels[container].edges
    return {(one.removeprefix(prefix), other.removeprefix(prefix)) for one, other in pairs}


def test_an_activation_of_several_blocks_stands_in_each_under_its_name_there() -> None:
    graph = traced(sharing.SharedActivation(), torch.ones(1, 3, 2, 2))
    assert edges(graph) == {("input:x", "first"), ("first", "second"), ("second", "output:")}
    inside = {("input#0", "second.conv"), ("second.conv", "second.act"), ("second.act", "output#0")}
    assert edges(graph, "second") == inside
    node = graph.view("essential").nodes["second.act"]
    assert (node.kind, node.name, node.type_name, node.path, node.calls) == (
        *("module", "act", "SiLU", "second.act"),
        1,
    )


def test_equal_blocks_with_one_activation_fold() -> None:
    graph = traced(sharing.EqualBlocks(), torch.ones(1, 4, 2, 2))
    nodes = graph.view("essential").nodes
    assert [node.repeats for node in nodes.values() if node.kind == "group"] == [3]
    assert nodes["blocks.1.act"].path == "blocks.1.act"


def test_a_pool_in_a_loop_stands_between_the_stages() -> None:
    flow = edges(traced(sharing.OnePool(), torch.ones(1, 3, 8, 8)))
    way = ["input:x", "downs.0", "pool", "downs.1", "pool#2", "downs.2", "pool#3"]
    assert set(pairwise(way)) <= flow
    assert {source for source, target in flow if target.startswith("pool")} == set(way[1::2])


def test_an_activation_on_two_lines_is_two_nodes_of_one_name() -> None:
    graph = traced(sharing.Twice(), ROW)
    way = ["input:x", "one", "relu", "two", "relu#2", "output:"]
    assert edges(graph) == set(pairwise(way))
    nodes = graph.view("essential").nodes
    assert {nodes[one].name for one in ("relu", "relu#2")} == {"relu"}
    assert {nodes[one].path for one in ("relu", "relu#2")} == {"relu"}


def test_a_shared_encoder_has_an_inside_at_each_place_with_its_own_parameters() -> None:
    graph = traced(sharing.Siamese(), ROW, ROW * 2)
    assert {("input:left", "encoder"), ("input:right", "encoder#2")} <= edges(graph)
    for place in ("encoder", "encoder#2"):
        assert edges(graph, place) == {
            ("input#0", f"{place}.linear"),
            (f"{place}.linear", "call:mul#0"),
            ("parameter:scale", "call:mul#0"),
            ("call:mul#0", "output#0"),
        }


def test_a_home_that_nothing_is_called_at_is_left_out_and_leads_to_the_first_place() -> None:
    graph = traced(sharing.SharedTable(), torch.tensor([[1, 2]]))
    nodes = graph.view("essential").nodes
    assert "shared" not in nodes
    assert {"encoder.table", "decoder.table"} <= set(nodes)
    assert graph.locate("shared") == ("encoder.table", (".", "encoder"))
    assert graph.locate("decoder.table") == ("decoder.table", (".", "decoder"))
    assert graph.locate("encoder") == ("encoder", (".",))


def test_a_layer_that_feeds_itself_is_one_node() -> None:
    graph = traced(sharing.SameLayer(listed=False), ROW)
    assert edges(graph, "layers") == {
        ("input#0", "layers.0"),
        ("layers.0", "layers.0"),
        ("layers.0", "output#0"),
    }


def test_one_layer_under_many_names_of_a_list_is_a_fold_of_all() -> None:
    graph = traced(sharing.SameLayer(listed=True), ROW)
    fold = graph.view("essential").nodes["layers"]
    assert (fold.kind, fold.repeats) == ("group", 3)
    assert ("layers.0", "layers.1") in edges(graph, "layers")
    assert ("layers.1", "layers.2") in edges(graph, "layers")


def test_a_layer_whose_calls_are_apart_in_the_flow_is_apart() -> None:
    flow = edges(traced(sharing.Residuals(3), ROW))
    assert {("call:add#0", "layer#2"), ("call:add#1", "layer#3")} <= flow
    assert not {("call:add#0", "layer"), ("call:add#1", "layer")} & flow


def test_a_very_long_loop_stays_one_node() -> None:
    graph = traced(sharing.Residuals(100), ROW)
    assert graph.view("essential").nodes["layer"].calls == 100


def test_a_dropout_in_the_loop_of_a_cell_stays_in_the_loop() -> None:
    flow = edges(traced(sharing.DroppingCell(), torch.ones(1, 5, 4)))
    assert {("cell", "drop"), ("drop", "cell")} <= flow
    assert not [pair for pair in flow if "#2" in "".join(pair)]


@pytest.mark.parametrize("joined", [True, False])
def test_a_head_of_several_levels_is_apart_only_if_one_would_mix_them(joined: bool) -> None:
    flow = edges(traced(sharing.Pyramid(joined=joined), ROW))
    second = "head" if joined else "head#2"
    assert {("one", "head"), ("two", second)} <= flow
    assert joined or {("head", "three"), ("head#2", "four")} <= flow


def test_what_a_module_is_given_to_call_stands_inside_of_it() -> None:
    graph = traced(sharing.Wrapping(), torch.ones(2, 1, 4))
    assert edges(graph) == {("input:x", "around"), ("around", "output:")}
    assert {("around.norm", "attention"), ("attention", "call:add#0")} <= edges(graph, "around")
    assert graph.locate("attention") == ("attention", (".", "around"))
    inside = graph.view("essential").levels["attention"].nodes
    assert "attention::parameter:in_proj_weight" in inside


def test_a_module_that_calls_itself_stands_once() -> None:
    graph = traced(sharing.Recursive(), ROW)
    assert [node for node in graph.view("essential").nodes if "::" not in node] == [".", "linear"]


def test_sharing_inside_of_sharing_has_a_bound() -> None:
    graph = traced(sharing.SharedInside(14), ROW)
    assert len(graph.places.rows) < 21_000
    assert edges(traced(sharing.SharedInside(2), ROW), "pair.inner#2") == {
        ("input#0", "pair.inner#2.inner"),
        ("pair.inner#2.inner", "call:add#0"),
        ("call:add#0", "pair.inner#2.inner#2"),
        ("pair.inner#2.inner#2", "output#0"),
    }


def test_parameters_of_a_shared_module_count_in_each_module_that_holds_it() -> None:
    tree = declared_modules(sharing.SharedTable()).tree
    counts = {path: tree.at(path).parameter_count for path in ("encoder", "decoder", ".")}
    assert counts == {"encoder": 56, "decoder": 41, ".": 61}


def test_a_model_without_shared_instances_stands_at_home_only() -> None:
    graph = traced(networks.Residual(), torch.ones(2, 8))
    assert [place.id for place in graph.places.rows] == [one.path for one in graph.tree.modules]


@pytest.mark.parametrize("detail", ["essential", "all"])
def test_places_are_the_same_in_either_detail(detail: Detail) -> None:
    graph = traced(sharing.OnePool(), torch.ones(1, 3, 8, 8))
    nodes = graph.view(detail).nodes.values()
    assert [node.id for node in nodes if node.name == "pool"] == ["pool", "pool#2", "pool#3"]
