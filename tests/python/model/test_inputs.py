"""Inputs: read, filled, invented."""

from __future__ import annotations

from types import SimpleNamespace

import networks
import pytest
import torch
from torch import Tensor, nn

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


class Diffusion(nn.Module):
    """As the usual U-Net: an image and how far it is noised, by an embedding of whole numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.times = nn.Embedding(10, 8)
        self.mlp = nn.Sequential(nn.Linear(8, 16), nn.SiLU(), nn.Linear(16, 4))
        self.conv = nn.Conv2d(1, 4, 3, padding=1)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        made: Tensor = self.conv(x) + self.mlp(self.times(t))[:, :, None, None]
        return made


class Nodes(nn.Module):
    """A graph convolution with a layer of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(6, 3)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        source, target = edge_index
        made: Tensor = self.linear(x)
        return torch.zeros_like(made).index_add(0, target, made[source])


class Translator(nn.Module):
    """Sequence first, as in torch's tutorial."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 16)
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)

    def forward(self, src: Tensor, src_mask: Tensor) -> Tensor:
        made: Tensor = self.encoder(self.embedding(src), src_mask)
        return made


class Conditioned(nn.Module):
    """The signature and configuration of diffusers' UNet2DConditionModel."""

    def __init__(self) -> None:
        super().__init__()
        self.config = SimpleNamespace(in_channels=4, sample_size=16, cross_attention_dim=12)
        self.conv, self.text = nn.Conv2d(4, 4, 1), nn.Linear(12, 4)

    def forward(self, sample: Tensor, timestep: Tensor, encoder_hidden_states: Tensor) -> Tensor:
        text = self.text(encoder_hidden_states).mean(1)[:, :, None, None]
        made: Tensor = self.conv(sample) + text + timestep[:, None, None, None]
        assert sample.shape[2] == 16
        return made


class Sized(nn.Module):
    """Says itself how large its images are."""

    def __init__(self) -> None:
        super().__init__()
        self.image_size, self.channels = 24, 1
        self.linear = nn.Linear(24 * 24, 2)

    def forward(self, img: Tensor) -> Tensor:
        made: Tensor = self.linear(img.flatten(1))
        return made


@pytest.mark.parametrize(
    ("model", "shapes"),
    [
        (Diffusion(), {"x": (1, 1, 32, 32), "t": (1,)}),
        (Nodes(), {"x": (11, 6), "edge_index": (2, 22)}),
        (Translator(), {"src": (11, 1), "src_mask": (11, 11)}),
        (
            Conditioned(),
            {"sample": (1, 4, 16, 16), "timestep": (1,), "encoder_hidden_states": (1, 11, 12)},
        ),
        (Sized(), {"img": (1, 1, 24, 24)}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_arguments_with_usual_names_are_what_they_usually_are(
    model: nn.Module, shapes: dict[str, tuple[int, ...]]
) -> None:
    loaded = LoadedModel(model.eval(), ModelSource("import", "somewhere"))
    look = first_look(declared_modules(model), example_candidates(loaded))
    assert look.succeeded
    assert {name: tuple(value.shape) for name, value in look.inputs.items()} == shapes
