"""A model is moved to the device and precision asked for, and its example inputs with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from interpogate.errors import LoadFailed
from interpogate.model.inputs import example_candidates
from interpogate.model.load import LoadedModel
from interpogate.model.placement import placed
from interpogate.model.sources import parse_source

SOURCE = parse_source("demo", Path.cwd())


def _linear(examples: Any = None) -> LoadedModel:
    return LoadedModel(nn.Linear(3, 2), SOURCE, examples=examples)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_the_model_and_invented_inputs_become_as_precise(dtype: str) -> None:
    loaded = placed(_linear(), dtype=dtype)
    wanted = getattr(torch, dtype)
    assert loaded.model.weight.dtype is wanted
    assert next(example_candidates(loaded))["input"].dtype is wanted


@pytest.mark.parametrize(
    "examples",
    [torch.ones(1, 3), (torch.ones(1, 3),), {"input": torch.ones(1, 3)}, lambda: torch.ones(1, 3)],
)
def test_the_examples_of_the_file_follow(examples: Any) -> None:
    loaded = placed(_linear(examples), dtype="float64", device="cpu")
    inputs = next(example_candidates(loaded))
    assert loaded.model(**inputs).dtype is torch.float64


def test_whole_numbers_stay_whole() -> None:
    loaded = LoadedModel(nn.Embedding(4, 2), SOURCE, examples=torch.zeros(1, 3, dtype=torch.long))
    inputs = next(example_candidates(placed(loaded, dtype="float64")))
    assert inputs["input"].dtype is torch.long


def test_without_wishes_nothing_changes() -> None:
    loaded = _linear()
    assert placed(loaded) is loaded


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"device": "nowhere"}, "cannot be put on nowhere"),
        ({"device": "xpu:7"}, "cannot be put on xpu:7"),
        ({"dtype": "int8"}, "cannot become int8"),
        ({"dtype": "Tensor"}, "no dtype Tensor"),
    ],
)
def test_what_is_not_there_is_said(wish: dict[str, str], words: str) -> None:
    with pytest.raises(LoadFailed, match=words):
        placed(_linear(), **wish)
