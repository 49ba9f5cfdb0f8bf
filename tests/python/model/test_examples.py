"""Example inputs of the user's, in every form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from interpogate.errors import ExamplesFailed, InputsInvalid
from interpogate.model.inputs import example_candidates
from interpogate.model.load import LoadedModel, load_model
from interpogate.model.sources import ModelSource, parse_source
from interpogate.trace.modules import declared_modules
from interpogate.trace.opening import first_look

ONES = torch.ones(3, 4)
PAIR = {"image": ONES, "label": ONES}


class Plain(nn.Linear):
    def __init__(self) -> None:
        super().__init__(4, 2)


class Star(Plain):
    def forward(self, *args: Tensor) -> Tensor:
        return super().forward(args[0] + args[-1])


class OneAndStar(Plain):
    def forward(self, first: Tensor, *more: Tensor) -> Tensor:
        return super().forward(first + more[0])


class PositionOnly(Plain):
    def forward(self, x: Tensor, /, *, scale: float = 1.0) -> Tensor:
        return super().forward(x) * scale


class Named(Plain):
    def forward(this, x: Tensor, y: Tensor) -> Tensor:  # type: ignore[override] # noqa: N805
        return super().forward(x + y)


class Batch(Plain):
    def forward(self, batch: dict[str, Tensor]) -> Tensor:  # type: ignore[override]
        return super().forward(batch["image"] + batch["label"])


class Images(Plain):
    def forward(self, images: list[Tensor], scale: float = 1.0) -> Tensor:  # type: ignore[override]
        return super().forward(torch.stack(images)) * scale


@pytest.mark.parametrize(
    ("kind", "examples", "names"),
    [
        (Plain, ONES, ["input"]),
        (Plain, [ONES], ["input"]),
        (Star, ONES, ["args.0"]),
        (Star, (ONES, ONES), ["args.0", "args.1"]),
        (OneAndStar, (ONES, ONES), ["first", "more.0"]),
        (PositionOnly, (ONES,), ["x"]),
        (PositionOnly, {"x": ONES, "scale": 2.0}, ["x", "scale"]),
        (Named, (ONES, ONES), ["x", "y"]),
        (Named, lambda: {"y": ONES, "x": ONES}, ["y", "x"]),
        (Batch, PAIR, ["batch"]),
        (Batch, (PAIR,), ["batch"]),
        (Images, [ONES, ONES], ["images"]),
        (Images, ([ONES, ONES], 2.0), ["images", "scale"]),
    ],
)
def test_a_form_of_example_inputs_is_what_the_forward_takes(
    kind: type[nn.Module], examples: Any, names: list[str]
) -> None:
    loaded = LoadedModel(kind(), ModelSource("import", "m"), examples=examples)
    look = first_look(declared_modules(loaded.model), example_candidates(loaded))
    assert look.succeeded
    assert list(look.inputs) == names


@pytest.mark.parametrize(
    "line",
    [
        "class Net(Base):\n    example_inputs = torch.ones(3, 4)",
        "class Net(Base):\n    def example_inputs(self): return torch.ones(3, 4)",
        "class Net(Base):\n  @property\n  def example_input_array(self): return torch.ones(3, 4)",
        "Net = Base\nexample_inputs = torch.ones(3, 4)",
        "Net = Base\ndef example_inputs(): return (torch.ones(3, 4),)",
        "Net = Base()\nNet.register_buffer('example_input_array', torch.ones(3, 4))",
    ],
)
def test_model_class_and_file_may_bring_example_inputs(tmp_path: Path, line: str) -> None:
    base = "class Base(torch.nn.Linear):\n    def __init__(self): super().__init__(4, 2)"
    (tmp_path / "with_examples.py").write_text(f"import torch\n{base}\n{line}\n", "utf-8")
    source = parse_source("with_examples.py:Net", tmp_path)
    loaded = load_model(source, tmp_path, trust_remote_code=False)
    assert [tuple(one["input"].shape) for one in example_candidates(loaded)] == [(3, 4)]


def test_too_many_values_are_counted() -> None:
    loaded = LoadedModel(Plain(), ModelSource("import", "m"), examples=(ONES, ONES))
    with pytest.raises(InputsInvalid, match="has 2 values, forward takes 1"):
        list(example_candidates(loaded))


def test_a_property_that_raises_is_the_users() -> None:
    class Net(Plain):
        @property
        def example_inputs(self) -> Tensor:
            raise LookupError("no data")

    from interpogate.model.examples import written_examples

    loaded = LoadedModel(Net(), ModelSource("import", "m"), examples=written_examples(Net()))
    with pytest.raises(ExamplesFailed, match="LookupError: no data") as caught:
        list(example_candidates(loaded))
    assert caught.value.file == __file__
