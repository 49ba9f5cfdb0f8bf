"""Attention weights are those of the eager kernel, whatever kernel ran."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers
from torch import nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from interpogate.visualizations.observed import Observed
from observing import block, numbers, observe, read, shown

IDS = torch.tensor([[5, 3, 9, 1, 7, 2, 8]])
RECOMPUTED = "recomputed from the observed queries and keys; they give the observed output"
SMALL: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}


def _gpt2() -> Any:
    return transformers.GPT2Config(n_embd=32, n_layer=2, n_head=4, vocab_size=50)


def _llama() -> Any:
    return transformers.LlamaConfig(
        **SMALL, num_key_value_heads=2, intermediate_size=48, vocab_size=50
    )


def _bert() -> Any:
    return transformers.BertConfig(**SMALL, intermediate_size=48, vocab_size=50)


def _vit() -> Any:
    return transformers.ViTConfig(**SMALL, intermediate_size=48, image_size=32, patch_size=8)


def _t5() -> Any:
    return transformers.T5Config(
        d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, vocab_size=50
    )


def _model(kind: Any, config: Any) -> Any:
    torch.manual_seed(0)
    return kind(config).eval()


def _both(config: Any, kind: Any, **inputs: Any) -> tuple[Observed, Any]:
    """What was observed under sdpa, and the output of the same weights under eager."""
    model = _model(kind, config)
    assert model.config._attn_implementation == "sdpa"
    observed = observe(model, **inputs)
    model.set_attn_implementation("eager")
    with torch.no_grad():
        output = model(**inputs, output_attentions=True)
    model.set_attn_implementation("sdpa")
    return observed, output


TEXT_MODELS = {
    "GPT-2": (_gpt2(), transformers.GPT2LMHeadModel, "transformer.h.1.attn"),
    "Llama with grouped queries": (
        _llama(), transformers.LlamaForCausalLM, "model.layers.1.self_attn"
    ),
    "BERT": (_bert(), transformers.BertModel, "encoder.layer.1.attention.self"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEXT_MODELS)
def test_weights_under_sdpa_are_those_of_the_eager_kernel(name: str) -> None:
    config, kind, path = TEXT_MODELS[name]
    mask = torch.ones_like(IDS)
    mask[0, 0] = 0
    observed, output = _both(config, kind, input_ids=IDS, attention_mask=mask)
    found = shown(observed, block(path, "attention", "attention"))
    seen = numbers(found)
    seen[:, 0] = output.attentions[1][0][:, 0]  # padding: every kernel has its own opinion
    torch.testing.assert_close(seen, output.attentions[1][0], atol=1e-5, rtol=1e-4)
    assert RECOMPUTED in found.note
    assert found.scale == "probability"
    assert (found.low, found.high) == (0, 1)


def test_a_vision_transformer_has_weights_between_patches() -> None:
    pixels = torch.randn(1, 3, 32, 32)
    observed, output = _both(_vit(), transformers.ViTModel, pixel_values=pixels)
    path = "layers.0.attention"
    found = shown(observed, block(path, "attention", "attention"))
    torch.testing.assert_close(numbers(found), output.attentions[0][0], atol=1e-5, rtol=1e-4)
    assert (found.y.name, found.x.name, found.panels.name) == ("query", "key", "heads")


def test_cross_attention_of_t5_looks_from_the_answer_to_the_text() -> None:
    inputs = {"input_ids": IDS, "decoder_input_ids": IDS[:, :3]}
    observed, output = _both(_t5(), transformers.T5ForConditionalGeneration, **inputs)
    path = "decoder.block.1.layer.1.EncDecAttention"
    found = shown(observed, block(path, "attention", "attention"))
    torch.testing.assert_close(numbers(found), output.cross_attentions[1][0], atol=1e-5, rtol=1e-4)
    assert (found.y.size, found.x.size) == (3, 7)


def test_weights_that_the_eager_kernel_returns_are_taken_as_they_are() -> None:
    torch.manual_seed(0)
    model = _model(transformers.GPT2LMHeadModel, _gpt2())
    model.set_attn_implementation("eager")
    observed = observe(model, input_ids=IDS)
    found = shown(observed, block("transformer.h.0.attn", "attention", "attention"))
    returned = shown(observed, block("transformer.h.0.attn", "attention", "1"))
    assert found.note == ""
    assert torch.equal(numbers(found), numbers(returned))


def test_an_output_that_holds_no_weights_is_replaced_by_the_recomputed_ones() -> None:
    observed = observe(_model(transformers.GPT2LMHeadModel, _gpt2()), input_ids=IDS)
    found = shown(observed, block("transformer.h.0.attn", "attention", "1"))
    assert found.title.startswith("attention")
    assert RECOMPUTED in found.note


def test_all_layers_of_a_folded_stack_are_shown_together() -> None:
    observed, output = _both(_gpt2(), transformers.GPT2LMHeadModel, input_ids=IDS)
    found = shown(observed, block("transformer.h", "attention", "attention"))
    expected = torch.stack([layer[0].mean(0) for layer in output.attentions])
    torch.testing.assert_close(numbers(found), expected, atol=1e-5, rtol=1e-4)
    assert found.panels.labels == ("h.0", "h.1")


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("fast", [True, False])
def test_multihead_attention_without_weights_gets_them(*, batch_first: bool, fast: bool) -> None:
    torch.manual_seed(0)

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(16, 4, batch_first=batch_first)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            output: torch.Tensor = self.attention(x, x, x, need_weights=False)[0]
            return output

    model, x = Model().eval(), torch.randn(2, 5, 16)
    torch.backends.mha.set_fastpath_enabled(fast)
    try:
        observed = observe(model, x=x)
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    with torch.no_grad():
        _, weights = model.attention(x, x, x, average_attn_weights=False)
    found = shown(observed, block("attention", "attention", "attention"))
    torch.testing.assert_close(numbers(found), weights[0])
    assert "recomputed from the observed inputs" in found.note


def test_attention_in_training_is_shown_without_dropout_and_draws_no_random_numbers() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(16, 4, dropout=0.9, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            output: torch.Tensor = self.attention(x, x, x, need_weights=False)[0]
            return output

    model, x = Model().train(), torch.randn(1, 5, 16)
    observed = observe(model, x=x)
    before = torch.get_rng_state()
    found = shown(observed, block("attention", "attention", "attention"))
    assert torch.equal(torch.get_rng_state(), before)
    assert "without dropout" in found.note
    torch.testing.assert_close(numbers(found).sum(-1), torch.ones(4, 5))
    assert model.attention.training


def test_a_fused_encoder_layer_of_torch_shows_its_attention_too() -> None:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True, norm_first=True).eval()
    x = torch.randn(1, 5, 16)
    observed = observe(nn.Sequential(layer).eval(), input=x)
    assert observed.graph.recording.sealed
    with torch.no_grad():
        taken = layer.norm1(x)
        _, weights = layer.self_attn(taken, taken, taken, average_attn_weights=False)
    torch.testing.assert_close(
        numbers(shown(observed, block("0", "attention", "attention"))), weights[0]
    )


class _Fused(nn.Module):
    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options

    def forward(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        return F.scaled_dot_product_attention(q, k, v, **self.options)


def _by_hand(q: torch.Tensor, k: torch.Tensor, hidden: torch.Tensor, scale: float) -> torch.Tensor:
    scores = q @ k.transpose(-1, -2) * scale
    return scores.masked_fill(hidden, -torch.inf).softmax(-1).nan_to_num(0.0)


ATTENTION_OPTIONS: dict[str, dict[str, Any]] = {
    "causal": {"is_causal": True},
    "bool mask": {"attn_mask": torch.tensor([[True, False, True, True, False, True]])},
    "float mask": {"attn_mask": torch.tensor([[0.0, -torch.inf, 0, 0, -torch.inf, 0]])},
    "scale": {"scale": 0.1},
    "nothing to see": {"attn_mask": torch.zeros(4, 6, dtype=torch.bool)},
}


@pytest.mark.parametrize("name", ATTENTION_OPTIONS)
def test_an_attention_operation_shows_its_weights(name: str) -> None:
    options = ATTENTION_OPTIONS[name]
    q, k, v = torch.randn(1, 2, 4, 8), torch.randn(1, 2, 6, 8), torch.randn(1, 2, 6, 8)
    observed = observe(_Fused(**options), q=q, k=k, v=v)
    mask = options.get("attn_mask")
    hidden = torch.zeros(4, 6, dtype=torch.bool)
    if mask is not None:
        hidden = (~mask if mask.dtype == torch.bool else mask == -torch.inf).expand(4, 6)
    if options.get("is_causal"):
        hidden = torch.ones(4, 6, dtype=torch.bool).triu(1)
    expected = _by_hand(q, k, hidden, options.get("scale", 8**-0.5))
    node = ".::call:scaled_dot_product_attention#0"
    found = shown(observed, block(node, "attention", "attention"))
    torch.testing.assert_close(numbers(found), expected[0], atol=1e-6, rtol=1e-5)
    assert "they give the observed output" in found.note


def test_heads_that_share_keys_are_told_apart() -> None:
    q, k, v = torch.randn(1, 4, 3, 8), torch.randn(1, 2, 3, 8), torch.randn(1, 2, 3, 8)
    observed = observe(_Fused(enable_gqa=True), q=q, k=k, v=v)
    none = torch.zeros(3, 3, dtype=torch.bool)
    expected = _by_hand(q, k.repeat_interleave(2, dim=1), none, 8**-0.5)
    found = shown(observed, block(".", "attention", "attention"))
    torch.testing.assert_close(numbers(found), expected[0], atol=1e-6, rtol=1e-5)


def test_queries_changed_in_place_afterwards_are_seen_as_they_were() -> None:
    class Model(nn.Module):
        def forward(self, q: torch.Tensor) -> torch.Tensor:
            q = q * 1
            output = F.scaled_dot_product_attention(q, q, q)
            q.zero_()
            return output

    q = torch.randn(1, 2, 4, 8)
    found = read(observe(Model(), q=q), block(".", "attention", "attention"))
    assert found.problem is not None
    assert "in place" in found.problem.message


def _strange_kernel(
    module: nn.Module, query: Any, key: Any, value: Any, mask: Any, **more: Any
) -> tuple[torch.Tensor, None]:
    scores = query @ key.transpose(-1, -2) * more["scaling"]
    size = scores.shape[-1]
    weights = scores.exp() * torch.ones(size, size).tril()
    weights = weights / weights.sum(-1, keepdim=True)
    return (weights @ value).transpose(1, 2).contiguous(), None


def test_a_kernel_of_another_library_is_asked_by_a_second_run_with_the_eager_one() -> None:
    torch.manual_seed(0)
    ALL_ATTENTION_FUNCTIONS.register("strange", _strange_kernel)
    model = _model(transformers.GPT2LMHeadModel, _gpt2())
    with torch.no_grad():
        model.set_attn_implementation("eager")
        expected = model(input_ids=IDS, output_attentions=True).attentions[1]
    model.config._attn_implementation = "strange"
    observed = observe(model, input_ids=IDS)
    found = shown(observed, block("transformer.h.1.attn", "attention", "attention"))
    torch.testing.assert_close(numbers(found), expected[0], atol=1e-5, rtol=1e-4)
    assert "a second run with the eager kernel; they give the observed output" in found.note
    assert model.config._attn_implementation == "strange"


def test_several_attentions_in_one_module_are_not_mixed_up() -> None:
    observed = observe(_model(transformers.GPT2LMHeadModel, _gpt2()), input_ids=IDS)
    found = read(observed, block("transformer", "attention", "attention"))
    assert found.problem is not None
    assert "2 attentions" in found.problem.message


def test_what_computes_no_attention_says_so() -> None:
    observed = observe(nn.Sequential(nn.Linear(4, 4)), input=torch.randn(1, 4))
    found = read(observed, block("0", "attention", "attention"))
    assert found.problem is not None
    assert "no attention" in found.problem.message
