"""Inputs: read, filled, invented."""

from __future__ import annotations

import networks
import pytest
import torch
from torch import nn

from interpogate.errors import InputsInvalid
from interpogate.model.inputs import example_candidates, filled, parse_inputs
from interpogate.model.load import LoadedModel
from interpogate.model.sources import ModelSource
from interpogate.trace.modules import declared_modules
from interpogate.trace.opening import first_look


def test_inputs_are_read_line_by_line_and_written_back() -> None:
    text = "x = float32[1, 3, 32, 32]\nmask = bool[2]\nscale = float64[]"
    assert "\n".join(map(str, parse_inputs(text))) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There are no inputs."),
        ("x = 3", "'x = 3' is not of the form"),
        ("x = float33[1]", "'float33' is no dtype."),
        ("x = float32[99999, 99999]", "more than fit here"),
        ("x = float32[a]", "is not of the form"),
    ],
)
def test_inputs_that_cannot_be_read_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputsInvalid, match=message.replace("[", r"\[")):
        parse_inputs(text)


def test_filled_tensors_are_the_same_each_time_and_fit_the_vocabulary() -> None:
    model = networks.TiedWeights()
    shapes = parse_inputs("ids = int64[2, 50]\nmask = int64[2, 50]\nx = float16[3]")
    first, second = filled(shapes, model), filled(shapes, model)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert int(first["ids"].max()) < 10
    assert bool((first["mask"] == 1).all())
    assert first["x"].dtype == torch.float16


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (nn.Linear(5, 2), (1, 5)),
        (nn.Conv2d(3, 4, 3), (1, 3, 32, 32)),
        (networks.Residual(), (1, 11, 8)),
        (networks.TiedWeights(), (1, 11)),
        (networks.Recurrent(), (1, 11, 6)),
        (nn.LSTM(7, 3), (1, 11, 7)),
        (nn.Sequential(nn.Conv1d(2, 4, 65), nn.Flatten()), (1, 2, 256)),
    ],
)
def test_inputs_that_fit_are_invented(model: nn.Module, shape: tuple[int, ...]) -> None:
    loaded = LoadedModel(model, ModelSource("import", "somewhere"))
    look = first_look(declared_modules(model), example_candidates(loaded))
    assert look.succeeded
    assert tuple(next(iter(look.inputs.values())).shape) == shape


@pytest.mark.parametrize(
    "examples",
    [torch.ones(7, 8), (torch.ones(7, 8),), {"x": torch.ones(7, 8)}, lambda: torch.ones(7, 8)],
)
def test_what_the_file_says_as_example_inputs_is_taken(examples: object) -> None:
    loaded = LoadedModel(networks.Residual(), ModelSource("import", "m"), examples=examples)
    candidates = list(example_candidates(loaded))
    assert [tuple(inputs["x"].shape) for inputs in candidates] == [(7, 8)]
