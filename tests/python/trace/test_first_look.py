"""The look at opening: fake tensors where they work, real ones where they do not."""

from __future__ import annotations

import networks
import pytest
import torch
from torch import nn

from interpogate.trace.modules import declared_modules
from interpogate.trace.opening import FirstLook, first_look


def look(model: nn.Module, *candidates: torch.Tensor) -> FirstLook:
    return first_look(declared_modules(model), [{"x": candidate} for candidate in candidates])


def test_a_model_is_traced_on_fake_tensors_without_touching_it() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4)).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = first_look(declared_modules(model), [{"input": torch.ones(2, 4)}])
    assert (found.origin, found.succeeded) == ("fake", True)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_the_first_inputs_that_fit_are_taken() -> None:
    found = look(networks.Residual(), torch.ones(1, 3), torch.ones(1, 8))
    assert found.succeeded
    assert found.inputs["x"].shape == (1, 8)


def test_a_model_that_looks_at_values_is_run_for_real() -> None:
    found = look(networks.LooksAtValues(), torch.ones(1, 4))
    assert (found.origin, found.succeeded) == ("example", True)


def test_a_tensor_of_which_there_is_no_fake_costs_the_fakes_only() -> None:
    class Quantized(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            table = torch.quantize_per_tensor(torch.ones(3), 1, 0, torch.qint8)
            self.register_buffer("table", table)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + self.table.dequantize()  # type: ignore[operator]

    found = look(Quantized(), torch.ones(3))
    assert (found.origin, found.succeeded) == ("example", True)


def test_a_model_that_always_fails_shows_how_far_it_came() -> None:
    found = look(networks.FailsMidway(), torch.ones(1, 3), torch.ones(1, 4))
    assert not found.succeeded
    assert found.recording.failure is not None
    assert "mat1 and mat2" in found.recording.failure.message
    assert found.inputs["x"].shape == (1, 4)


def test_the_random_state_is_as_before() -> None:
    model = networks.LooksAtValues()
    model.layer = nn.Sequential(nn.Linear(4, 4), nn.Dropout())  # type: ignore[assignment]
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    assert look(model.train(), torch.ones(1, 4)).origin == "example"
    assert torch.equal(torch.rand(1), expected)


def test_a_mixture_of_experts_is_traced_on_fake_tensors_in_any_precision() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.MixtralConfig(
        hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, vocab_size=20, num_local_experts=2,
    )  # fmt: skip
    model = transformers.MixtralModel(config).eval()
    before = model.config._experts_implementation
    found = first_look(declared_modules(model), [{"input_ids": torch.tensor([[1, 2, 3]])}])
    assert (found.origin, found.succeeded) == ("fake", True)
    assert model.config._experts_implementation == before


class Wide(nn.Module):
    """Very many tiny modules, one of them with a buffer that its forward changes."""

    def __init__(self, *, width: int = 4) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(600))
        self.norm = nn.BatchNorm1d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            x = layer(x)
        normed: torch.Tensor = self.norm(x)
        return normed


def test_very_many_tiny_modules_are_looked_at_with_values_and_stay_as_they_are() -> None:
    model = Wide().train()
    before = {name: (id(t), t.clone()) for name, t in model.state_dict(keep_vars=True).items()}
    found = look(model, torch.ones(2, 4))
    assert (found.origin, found.succeeded) == ("example", True)
    after = model.state_dict(keep_vars=True)
    for name, (identity, value) in before.items():
        assert id(after[name]) == identity
        assert torch.equal(after[name], value)
    names = {one.name for one in found.recording.operations if one.kind == "parameter"}
    assert {"weight", "bias", "running_mean"} <= names


def test_many_modules_that_are_not_tiny_are_traced_without_values() -> None:
    assert look(Wide(width=128), torch.ones(2, 128)).origin == "fake"


def test_many_tiny_modules_that_fit_no_input_say_why() -> None:
    found = look(Wide(), torch.ones(2, 3))
    assert found.recording.failure is not None
    assert "shape" in found.recording.failure.message


def test_a_lazy_model_keeps_its_right_to_choose_its_shapes() -> None:
    model = nn.Sequential(nn.LazyLinear(4), nn.LazyBatchNorm1d())
    found = first_look(declared_modules(model), [{"input": torch.ones(2, 3)}])
    assert not found.succeeded
    assert found.inputs["input"].shape == (2, 3)
    assert model(torch.ones(2, 6)).shape == (2, 4)
