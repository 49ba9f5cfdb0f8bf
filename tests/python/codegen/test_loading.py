"""Code that loads the model first: it can be imported, or it is not written."""

from __future__ import annotations

import ast
from typing import Any

import pytest
import torch
from torch import nn

from interpogate.demo import demo_directory
from interpogate.model.inputs import InputShape
from interpogate.model.load import LoadedModel, load_model
from interpogate.model.sources import ModelSource, parse_source
from interpogate.presentation.selection import forward_call
from interpogate.presentation.standing_alone import standing_alone
from interpogate.presentation.subject import Subject
from interpogate.protocol import messages as m

CODE = m.HookCode(path=".", text="pass\n", snippet="pass\n", imports=())


def _of_file(name: str, expression: str = "Net()") -> LoadedModel:
    return LoadedModel(nn.Linear(1, 1), ModelSource("file", name, "Net"), expression=expression)


def test_a_pretrained_model_is_loaded_by_its_class() -> None:
    folder = demo_directory()
    loaded = load_model(parse_source(str(folder), folder), folder, trust_remote_code=False)
    text = standing_alone(CODE, loaded, "interpogate").text
    assert "GPT2LMHeadModel.from_pretrained(" in text
    ast.parse(text)


def test_a_class_that_only_the_models_own_code_has_is_not_imported() -> None:
    own = type("TinyModel", (nn.Module,), {"__module__": "transformers_modules.tiny.modeling_tiny"})
    loaded = LoadedModel(own(), ModelSource("pretrained", "somebody/tiny"))
    assert standing_alone(CODE, loaded, "interpogate") == CODE


@pytest.mark.parametrize("name", ["class.py", "my-net.py", "a b.py", "x;import os.py"])
def test_a_file_that_no_import_can_name_is_not_imported(name: str) -> None:
    assert standing_alone(CODE, _of_file(name), "pytorch") == CODE
    assert "from nets import Net" in standing_alone(CODE, _of_file("nets.py"), "pytorch").text


@pytest.mark.parametrize("name", ["x y", "class", "x=print(1), y", "1"])
def test_arguments_that_are_no_names_are_given_as_a_dict(name: str) -> None:
    class Takes(nn.Module):
        def forward(self, **inputs: torch.Tensor) -> Any:
            return inputs

    subject: Any = Subject(
        graph=None,  # type: ignore[arg-type] # not asked here
        live=(Takes(),),
        token_count=0,
        text=None,
        inputs=(InputShape(name, "float32", (2,)),),
        vocabulary_size=10,
    )
    code, needs_torch = forward_call(subject)
    taken = eval(code, {"forward": Takes(), "torch": torch})  # noqa: S307 (this is what is tested)
    assert list(taken) == [name]
    assert needs_torch
