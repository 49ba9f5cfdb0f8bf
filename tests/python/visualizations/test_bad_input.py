"""Whatever is wrong with a block is said in that block, in one sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from interpogate.protocol import messages as m
from interpogate.trace.keeping import RunTensors
from interpogate.visualizations.node_statistics import node_statistics
from interpogate.visualizations.observed import Observed
from observing import block, observe, read


class Odd(nn.Module):
    """Returns a tensor, nothing, a number and an empty tensor; never calls one of its layers."""

    def __init__(self) -> None:
        super().__init__()
        self.idle = nn.Linear(3, 3)
        self.busy = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> tuple[Any, ...]:
        return self.busy(x), None, 3, x[:0], {"deep": [x]}


OBSERVED = observe(Odd(), x=torch.randn(2, 3, 4))


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (block("gone", "heatmap"), "The model has no node gone any more."),
        (block("idle", "heatmap"), "idle did not run in this forward pass."),
        (block(".", "heatmap", "1"), "The output 1 is no tensor."),
        (block(".", "heatmap", "2"), "The output 2 is no tensor."),
        (block(".", "heatmap", "9"), "The output 9 is no tensor."),
        (block(".", "heatmap"), "The output is no tensor."),
        (block(".", "heatmap", "3"), "The tensor is empty."),
        (block(".", "heatmap", "nope", side="parameter"), "has no parameter or buffer 'nope'."),
        (block("busy", "heatmap", call=2), "busy ran 1 times: there is no call 2."),
        (block("busy", "pie"), "There is no kind of block 'pie'."),
        (block("busy", "heatmap", roles=("x", "x", "y")), "Only one dimension can be x, but"),
        (block("busy", "heatmap", roles=("x", "y")), "roles for 2 dimensions, the tensor has 3."),
        (block("busy", "heatmap", roles=("x", "index", "index")), "No dimension is 'y'."),
        (block("busy", "slice", roles=("x", "y", "spread")), "This kind has no role 'spread'."),
        (
            block("busy", "heatmap", roles=("index", "y", "x"), indices=(7, 0, 0)),
            "batch has 2 entries: there is no index 7.",
        ),
        (block("busy", "heatmap", options={"cells": "odd"}), "cells cannot be 'odd'"),
        (block("busy", "histogram", options={"bins": "many"}), "Bins cannot be 'many'"),
        (block("busy", "attention", "attention"), "It computes no attention that is known."),
        (block("busy", "image"), "It takes height and width"),
        (block("busy", "logit_lens", "residual"), "There is no stack of equal blocks in it."),
    ],
)
def test_a_block_says_what_is_wrong_with_it(wanted: m.Block, message: str) -> None:
    found = read(OBSERVED, wanted)
    assert found.problem is not None
    assert message in found.problem.message
    assert found.problem.hint
    assert found.arrays == ()


def test_a_value_deep_inside_is_found() -> None:
    assert read(OBSERVED, block(".", "heatmap", "4", "deep", "0")).problem is None


def test_before_any_run_a_block_asks_for_one() -> None:
    graph = replace(OBSERVED.graph, origin="fake", run_id=0)
    bare = Observed(graph, OBSERVED.live, None)
    found = read(bare, block("busy", "heatmap"))
    assert found.problem is not None
    assert (found.problem.message, found.problem.hint) == (
        "There is no run yet.",
        "Run the model.",
    )


def test_a_tensor_that_is_gone_and_cannot_be_had_again_says_so() -> None:
    bare = replace(OBSERVED, tensors=RunTensors(), rerun=None)
    found = read(bare, block("busy", "heatmap"))
    assert found.problem is not None
    assert found.problem.message == "The tensor was not kept."


def test_a_model_on_the_meta_device_has_no_values() -> None:
    observed = observe(Odd().to("meta"), x=torch.randn(2, 3, 4, device="meta"))
    for wanted in (block("busy", "heatmap"), block("busy", "bar", "bias", side="parameter")):
        found = read(observed, wanted)
        assert found.problem is not None
        assert "meta" in found.problem.message


def test_a_model_that_raised_shows_what_it_came_to() -> None:
    class Failing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(4, 4), nn.Linear(5, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.second(self.first(x))
            return found

    from interpogate import Interpogate, InterpogateError

    interp = Interpogate(Failing())
    for node in ("first", "second"):
        interp.add_visualization(node, "heatmap")
    with pytest.raises(InterpogateError):
        interp.forward(torch.randn(2, 4))
    drawn = interp._last.picture.drawn
    assert drawn is not None
    assert drawn.pictures[1].problem is None
    problem = drawn.pictures[2].problem
    assert problem is not None
    assert problem.message == "It did not return."


def test_statistics_stand_beside_every_row_that_has_a_tensor() -> None:
    found = node_statistics(OBSERVED, ".")
    counts = [one.count if one else None for one in found.outputs]
    assert counts == [None, 24, None, None, 0, None, None, 24]
    assert [one.count if one else None for one in found.inputs] == [24]
    busy = node_statistics(OBSERVED, "busy")
    assert [one.count if one else None for one in busy.parameters] == [16, 4]
    assert node_statistics(OBSERVED, "idle").outputs == ()


def test_statistics_of_what_is_gone_say_why() -> None:
    found = node_statistics(replace(OBSERVED, tensors=RunTensors()), "busy")
    assert found.outputs == (None,)
    assert found.note == "The tensor was not kept."
    assert "no node" in node_statistics(OBSERVED, "gone").note


@pytest.mark.parametrize("key", ["²", "nope"])
def test_a_key_that_is_no_number_means_the_first_tensor_of_an_operation(key: str) -> None:
    class Twice(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * 2

    wanted = block(".::call:mul#0", "heatmap", key)
    assert read(observe(Twice(), x=torch.ones(2, 3)), wanted).problem is None
