"""Every kind on real tensors: what it shows is what torch computes."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from interpogate.protocol import messages as m
from interpogate.visualizations.offers import offers
from interpogate.visualizations.pictures import cell
from observing import block, numbers, observe, read, shown


class Stack(nn.Module):
    """Three equal blocks on `(batch, tokens, features)`, and a layer onto a vocabulary."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(20, 8)
        self.h = nn.ModuleList([nn.Sequential(nn.Linear(8, 8), nn.Tanh()) for _ in range(3)])
        self.out = nn.Linear(8, 20)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        x = self.table(input_ids)
        for layer in self.h:
            x = x + layer(x)
        found: torch.Tensor = self.out(x)
        return found


IDS = torch.tensor([[3, 1, 4, 1, 5]])
torch.manual_seed(0)
STACK = Stack().eval()
OBSERVED = observe(STACK, input_ids=IDS)
with torch.no_grad():
    EMBEDDED = STACK.table(IDS)


def _cell(wanted: m.Block, panel: int, row: int, column: int) -> m.BlockCell:
    request = m.ReadCell(model_id="", block_id=0, run_id=0, panel=panel, row=row, column=column)
    return cell(OBSERVED, wanted, request)


def test_a_heat_map_has_tokens_down_and_features_across() -> None:
    found = shown(OBSERVED, block("table", "heatmap"))
    assert torch.equal(numbers(found)[0], EMBEDDED[0])
    assert (found.y.name, found.x.name) == ("tokens", "features")
    extent = float(EMBEDDED.abs().max())
    assert (found.scale, found.low, found.high) == ("diverging", -extent, extent)
    assert found.title == "output · float32[1, 5, 8]"


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("average", EMBEDDED[0].mean(0)),
        ("max", EMBEDDED[0].amax(0)),
        ("norm", EMBEDDED[0].norm(dim=0)),
        ("index", EMBEDDED[0][0]),
    ],
)
def test_bars_combine_the_other_dimensions(role: m.DimensionRole, expected: torch.Tensor) -> None:
    found = shown(OBSERVED, block("table", "bar", roles=("index", role, "x")))
    torch.testing.assert_close(numbers(found)[0, 0], expected)


def test_bars_can_be_spread_over_a_dimension() -> None:
    found = shown(OBSERVED, block("table", "bar", roles=("index", "spread", "x")))
    assert torch.equal(numbers(found)[:, 0], EMBEDDED[0])
    assert found.panels.count == 5


def test_a_line_shows_the_norm_of_the_residual_stream_by_layer() -> None:
    found = shown(OBSERVED, block("h", "line"))
    outputs, x = [], EMBEDDED
    with torch.no_grad():
        for layer in STACK.h:
            outputs.append(layer(x))
            x = x + outputs[-1]
    expected = torch.stack(outputs)[:, 0].norm(dim=-1).mean(-1)
    torch.testing.assert_close(numbers(found)[0, 0], expected)
    assert (found.x.name, found.x.labels) == ("layers", ("h.0", "h.1", "h.2"))


def test_lines_can_be_several() -> None:
    found = shown(OBSERVED, block("table", "line", roles=("index", "y", "x")))
    assert torch.equal(numbers(found)[0], EMBEDDED[0])
    assert (found.low, found.high) == (float(EMBEDDED.min()), float(EMBEDDED.max()))


def test_a_histogram_counts_every_finite_value_once() -> None:
    found = shown(OBSERVED, block("table", "histogram", options={"bins": "7"}))
    counts, edges = numbers(found), numbers(found, "edges")
    assert counts.shape == (1, 1, 7)
    assert counts.sum() == EMBEDDED.numel()
    expected = torch.histc(EMBEDDED, 7, float(EMBEDDED.min()), float(EMBEDDED.max()))
    assert torch.equal(counts[0, 0], expected)
    assert edges[0] == EMBEDDED.min()
    assert edges[-1] == EMBEDDED.max()
    assert found.statistics is not None
    assert found.statistics.mean == pytest.approx(float(EMBEDDED.mean()), abs=1e-7)
    assert found.statistics.deviation == pytest.approx(float(EMBEDDED.std(correction=0)), 1e-6)


def test_a_slice_moves_with_its_indices() -> None:
    wanted = block("h", "slice", indices=(2, 0, 0, 0))
    whole = numbers(shown(OBSERVED, block("h", "heatmap")))
    assert torch.equal(numbers(shown(OBSERVED, wanted))[0], whole[2])


def test_a_parameter_needs_no_run() -> None:
    found = shown(OBSERVED, block("out", "heatmap", "weight", side="parameter"))
    assert torch.equal(numbers(found)[0], STACK.out.weight.detach())
    assert (found.y.name, found.x.name, found.run_id) == ("outputs", "inputs", 0)


def test_an_operation_shows_what_it_made() -> None:
    found = shown(OBSERVED, block(".::call:add#1", "heatmap", "0"))
    with torch.no_grad():
        x = EMBEDDED
        for layer in STACK.h[:2]:
            x = x + layer(x)
    assert torch.equal(numbers(found)[0], x[0])
    assert "second run" in found.note


def test_an_operation_shows_what_it_took() -> None:
    found = shown(OBSERVED, block(".::call:add#0", "heatmap", "0", side="input"))
    assert torch.equal(numbers(found)[0], EMBEDDED[0])


def test_inputs_and_outputs_of_the_model_have_nodes_of_their_own() -> None:
    taken = shown(OBSERVED, block(".::input:input_ids", "bar", "0"))
    assert torch.equal(numbers(taken)[0, 0], IDS[0].float())
    with torch.no_grad():
        expected = STACK(IDS)
    returned = shown(OBSERVED, block(".::output:", "heatmap", "0"))
    assert torch.equal(numbers(returned)[0], expected[0])


def test_a_hovered_value_has_the_digits_that_torch_prints() -> None:
    found = _cell(block("table", "heatmap"), 0, 2, 3)
    value = EMBEDDED[0, 2, 3]
    assert f"tensor({found.text})" == str(value)
    assert ("exact", str(value.item())) in found.facts
    assert ("tokens", "2") in found.facts


def test_a_hovered_average_says_what_was_averaged() -> None:
    found = _cell(block("table", "bar", roles=("index", "average", "x")), 0, 0, 3)
    assert f"tensor({found.text})" == str(EMBEDDED[0, :, 3].mean())
    assert ("tokens", "average of 5") in found.facts


def test_a_hovered_parameter_of_half_precision_is_printed_in_its_own() -> None:
    layer = nn.Linear(3, 2).bfloat16()
    observed = observe(nn.Sequential(layer), input=torch.ones(1, 3).bfloat16())
    wanted = block("0", "heatmap", "weight", side="parameter")
    request = m.ReadCell(model_id="", block_id=0, run_id=0, panel=0, row=1, column=2)
    text = cell(observed, wanted, request).text
    assert str(layer.weight[1, 2].detach()) == f"tensor({text}, dtype=torch.bfloat16)"


def test_feature_maps_are_spread_over_channels() -> None:
    model, x = nn.Sequential(nn.Conv2d(3, 4, 3)), torch.randn(2, 3, 8, 9)
    observed = observe(model, input=x)
    found = shown(observed, block("0", "image"))
    with torch.no_grad():
        expected = model(x)[0]
    torch.testing.assert_close(numbers(found), expected)
    assert (found.panels.name, found.y.name, found.x.name) == ("channels", "height", "width")


def test_an_input_image_is_shown_in_colour() -> None:
    x = torch.rand(1, 3, 4, 5)
    observed = observe(nn.Sequential(nn.Conv2d(3, 4, 3)), input=x)
    found = shown(observed, block("0", "image", "input", side="input"))
    expected = ((x[0] - x.min()) / (x.max() - x.min()) * 255).round().permute(1, 2, 0)
    assert torch.equal(numbers(found, "rgb")[0].float(), expected)
    apart = block("0", "image", "input", side="input", options={"colour": "apart"})
    assert torch.equal(numbers(shown(observed, apart)), x[0])


class Detector(nn.Module):
    """Returns boxes as DETR does."""

    def forward(self, pixel_values: torch.Tensor) -> dict[str, torch.Tensor]:
        scores = torch.tensor([[[9.0, 0, 0], [0, 0, 9.0], [0, 5.0, 0]]]) + pixel_values.mean() * 0
        boxes = torch.tensor([[[0.5, 0.5, 0.2, 0.4], [0.1, 0.1, 0.1, 0.1], [0.25, 0.5, 0.5, 1.0]]])
        return {"logits": scores, "pred_boxes": boxes}


def test_boxes_that_the_model_found_lie_over_its_input() -> None:
    observed = observe(Detector(), pixel_values=torch.rand(1, 3, 10, 20))
    found = shown(observed, block(".::input:pixel_values", "image", "0"))
    expected = torch.tensor([[8.0, 3, 12, 7], [0, 0, 10, 10]])
    torch.testing.assert_close(numbers(found, "boxes"), expected)
    assert [texts.texts for texts in found.texts] == [("0 1.00", "1 0.99")]


def test_offers_come_best_first_and_say_why_others_cannot() -> None:
    request = m.OfferBlocks(
        model_id="", node="table", value=m.ValueReference(side="output", keys=())
    )
    found = offers(OBSERVED, request)
    assert [one.name for one in found.dimensions] == ["batch", "tokens", "features"]
    assert found.offers[0].kind == "heatmap"
    assert found.offers[0].roles == ("index", "y", "x")
    refused = {offer.kind for offer in found.offers if offer.refusal}
    assert refused == {"attention", "image"}
    assert {offer.kind for offer in found.offers} >= {"slice", "logit_lens", "line", "bar"}


def test_offers_need_no_values() -> None:
    request = m.OfferBlocks(
        model_id="", node=".", value=m.ValueReference(side="output", keys=("residual",))
    )
    before = observe(STACK.to("cpu"), input_ids=IDS)
    bare = type(before)(before.graph, before.live, None, inputs=before.inputs)
    found = offers(bare, request)
    assert [one.size for one in found.dimensions] == [4, 1, 5, 8]
    assert [one.kind for one in found.suggestions] == ["logit_lens", "line"]


def test_a_folded_group_of_different_shapes_is_refused() -> None:
    class Cone(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.h = nn.ModuleList([nn.Sequential(nn.Linear(4, 4)) for _ in range(2)])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for layer in self.h:
                x = layer(x)[:1]
            return x

    found = read(observe(Cone(), x=torch.randn(2, 4)), block("h", "heatmap"))
    assert found.problem is not None
    assert "differ in shape" in found.problem.message
