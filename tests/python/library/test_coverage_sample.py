"""A sample of `docs/coverage.md`: types that differ much, watched and unwatched alike."""

from __future__ import annotations

from typing import Any

import pytest

from coverage_cases import torch_cases, transformers_case
from coverage_check import fake_refusal, problems

transformers = pytest.importorskip("transformers")

TYPES = (
    "gpt2", "bert", "vit", "detr", "whisper", "t5", "mixtral", "mamba", "clip", "llama",
    "swin", "wav2vec2", "deepseek_v3",
)  # fmt: skip
# These compute on fake tensors too, so that their graph is there before the first run.
ON_FAKE = {"gpt2", "bert", "vit", "detr", "whisper", "t5", "mamba", "clip", "llama", "swin"}
CLASSES = ("nn.LSTM", "nn.TransformerEncoderLayer", "nn.MultiheadAttention", "nn.Conv2d")


@pytest.mark.parametrize("name", TYPES)
def test_a_model_of_transformers_runs_watched_as_unwatched_and_tells_all(name: str) -> None:
    case = transformers_case(name)
    assert problems(case) == []
    assert not fake_refusal(case) or name not in ON_FAKE


@pytest.mark.parametrize("name", CLASSES)
def test_a_module_of_torch_runs_watched_as_unwatched_and_tells_all(name: str) -> None:
    pytest.importorskip("expecttest", reason="torch's own samples need it")
    cases = list(torch_cases(name))
    assert cases
    assert [problem for case in cases for problem in problems(case)] == []


def test_a_difference_of_one_bit_is_a_problem() -> None:
    case = transformers_case("bert")
    first = [True]

    def disturb(module: Any, args: Any, output: Any) -> Any:
        if first.pop() if first else False:
            return None
        return type(output)(last_hidden_state=output.last_hidden_state + 1e-3)

    handle = case.model.register_forward_hook(disturb)
    found = problems(case)
    handle.remove()
    assert found == ["not bit-identical"]
