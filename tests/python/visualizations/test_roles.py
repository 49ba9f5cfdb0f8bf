"""What dimensions are called, and what each kind makes of them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers
from torch import nn

from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension, dimensions_of, patch_grid
from interpogate.visualizations.find import find_value
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.registry import kinds
from observing import block, numbers, observe, shown

IDS = torch.tensor([[5, 3, 9, 1, 7, 2, 8]])
SMALL: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}


class Wide(nn.Module):
    """Returns tensors of telling shapes; the model has 12 heads and 50 words."""

    def __init__(self) -> None:
        super().__init__()
        self.config = type("Config", (), {"num_attention_heads": 12, "vocab_size": 50})()

    def forward(self, input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        count = input_ids.shape[1]
        return {
            "hidden": torch.zeros(1, count, 32) + 1,
            "weights": torch.zeros(1, 12, count, count) + 1,
            "bare_weights": torch.zeros(12, count, count) + 1,
            "by_head": torch.zeros(1, 12, count, 8) + 1,
            "by_token": torch.zeros(1, count, 12, 8) + 1,
            "logits": torch.zeros(1, count, 50) + 1,
            "map": torch.zeros(1, 5, 20, 21) + 1,
            "pooled": torch.zeros(1, 32) + 1,
        }


OBSERVED = observe(Wide(), input_ids=IDS)


def _dimensions(observed: Observed, *keys: str, node: str = ".") -> tuple[Dimension, ...]:
    value = find_value(observed, node, m.ValueReference(side="output", keys=keys))
    return dimensions_of(observed, value, observed.live[0])


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("hidden", "batch tokens features"),
        ("weights", "batch heads query key"),
        ("bare_weights", "heads query key"),
        ("by_head", "batch heads tokens features"),
        ("by_token", "batch tokens heads features"),
        ("logits", "batch tokens vocabulary"),
        ("map", "batch channels height width"),
        ("pooled", "batch features"),
    ],
)
def test_dimensions_are_named_by_their_sizes(key: str, names: str) -> None:
    assert " ".join(one.name for one in _dimensions(OBSERVED, key)) == names


@pytest.mark.parametrize(
    ("key", "kind", "roles"),
    [
        ("weights", "attention", "index spread y x"),
        ("weights", "heatmap", "index spread y x"),
        ("hidden", "heatmap", "index y x"),
        ("hidden", "line", "index x norm"),
        ("hidden", "bar", "index average x"),
        ("by_head", "line", "index y x norm"),
        ("map", "image", "index spread y x"),
        ("map", "slice", "index index y x"),
        ("logits", "histogram", "x x x"),
    ],
)
def test_each_kind_guesses_roles(key: str, kind: str, roles: str) -> None:
    guess = kinds()[kind].guess(_dimensions(OBSERVED, key))
    assert " ".join(guess.roles) == roles


def test_every_guess_can_be_drawn() -> None:
    for key in "hidden weights bare_weights by_head by_token logits map pooled".split():
        for kind in kinds().values():
            if not kind.guess(_dimensions(OBSERVED, key)).refusal and kind.name != "logit_lens":
                shown(OBSERVED, block(".", kind.name, key), width=20, height=20)


def test_two_lengths_of_text_are_told_apart() -> None:
    torch.manual_seed(0)
    config = transformers.T5Config(d_model=32, d_kv=8, d_ff=48, num_layers=1, num_heads=4)
    model: Any = transformers.T5Model(config)
    observed = observe(model, input_ids=IDS, decoder_input_ids=IDS[:, :3])
    names = [one.name for one in _dimensions(observed, "last_hidden_state")]
    assert names == ["batch", "tokens", "features"]


def test_a_batch_is_told_from_tokens() -> None:
    observed = observe(Wide(), input_ids=IDS.repeat(7, 1))
    assert [one.name for one in _dimensions(observed, "hidden")][1:] == ["tokens", "features"]


def test_patches_of_an_image_are_a_grid_under_the_attention_map() -> None:
    torch.manual_seed(0)
    config = transformers.ViTConfig(**SMALL, intermediate_size=48, image_size=32, patch_size=8)
    model: Any = transformers.ViTModel(config)
    observed = observe(model.eval(), pixel_values=torch.randn(1, 3, 32, 32))
    assert patch_grid(17, observed) == (4, 4, 1)
    hidden = _dimensions(observed, "last_hidden_state")
    assert [one.name for one in hidden] == ["batch", "patches", "features"]
    wanted = block("layers.0.attention", "image", "attention")
    found = shown(observed, wanted)
    weights = numbers(shown(observed, block("layers.0.attention", "attention", "attention")))
    cells = weights[:, 0, 1:].reshape(4, 4, 4)
    expected = (cells - cells.min()) / (cells.max() - cells.min())
    torch.testing.assert_close(numbers(found, "overlay"), expected)
    assert numbers(found, "rgb").shape == (4, 32, 32, 3)
    assert (found.y.count, found.x.count, found.panels.count) == (4, 4, 4)


def test_every_kind_says_what_it_is() -> None:
    titles = {kind.title for kind in kinds().values()}
    assert titles == {
        "Attention", "Bar graph", "Heat map", "Histogram", "Image", "Line", "Logit lens", "Slice",
    }  # fmt: skip
    assert all(set(kind.needs) <= set(kind.allowed) for kind in kinds().values())
