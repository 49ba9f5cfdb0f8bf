"""Names of the user that hide methods of `nn.Module` hide no part of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from interpogate import Interpogate
from interpogate.model.inputs import example_candidates
from interpogate.model.load import LoadedModel
from interpogate.model.placement import placed
from interpogate.model.sources import ModelSource
from interpogate.presentation.summary import summary
from interpogate.trace.members import (
    all_modules,
    all_names,
    all_parameters,
    evaluating,
    named_modules,
)
from interpogate.trace.modules import declared_modules
from interpogate.trace.opening import first_look

HIDING = (
    "modules", "named_modules", "children", "named_children", "parameters", "named_parameters",
    "buffers", "named_buffers", "train", "eval", "to", "state_dict", "get_submodule", "config",
    "extra_repr", "register_forward_hook", "register_forward_pre_hook", "apply", "can_generate",
    "main_input_name", "get_input_embeddings", "example_input_array",
)  # fmt: skip


class Part(nn.Module):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(4)
        vars(self)[name] = [1, 2]

    def forward(self, x: Tensor) -> Tensor:
        normal: Tensor = self.norm(x)
        return normal


class Hiding(nn.Module):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.part = Part(name)
        self.linear = nn.Linear(4, 2)
        vars(self)[name] = None if name == "example_input_array" else [1, 2]

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.linear(self.part(x))
        return result


@pytest.mark.parametrize("name", HIDING)
def test_a_hiding_name_changes_nothing(name: str, tmp_path: Path) -> None:
    loaded = LoadedModel(evaluating(Hiding(name)), ModelSource("import", "m"))
    assert not any(module.training for module in all_modules(loaded.model))
    placed(loaded, dtype="float64")
    assert {tensor.dtype for tensor in all_parameters(loaded.model)} == {torch.float64}
    modules = declared_modules(loaded.model)
    look = first_look(modules, example_candidates(loaded))
    assert look.succeeded
    assert look.inputs["x"].dtype is torch.float64
    assert summary(loaded, modules, ()).dtype == "float64"
    interp = Interpogate(loaded.model)
    interp.forward(**look.inputs)
    assert ("part.norm", "linear") in {(edge.source, edge.target) for edge in interp.graph.edges}
    assert interp.to_html(tmp_path / "page.html")
    assert "<svg" in interp.to_svg()


def test_modules_and_names_are_torchs_own() -> None:
    shared = nn.Linear(2, 2)
    model = nn.Sequential(shared, nn.Sequential(nn.ReLU(), shared), nn.ModuleDict({"a": shared}))
    assert list(named_modules(model)) == list(model.named_modules())
    assert list(all_names(model)) == list(model.named_modules(remove_duplicate=False))


def test_a_module_that_holds_itself_ends() -> None:
    model: Any = nn.Sequential(nn.ReLU())
    model[0].parent = model
    assert [name for name, _ in all_names(model)] == ["", "0"]


def test_a_lookup_that_raises_something_else_is_no_failure() -> None:
    class Odd(nn.Linear):
        def __getattr__(self, name: str) -> Any:
            if name in {"weight", "bias"}:
                return super().__getattr__(name)
            raise KeyError(name)

    interp = Interpogate(Odd(2, 2))
    interp.forward(torch.ones(1, 2))
    assert "<svg" in interp.to_svg()
