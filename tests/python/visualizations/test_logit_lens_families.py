"""The lens does to each layer what the model does to its last one, whatever that is."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers
from torch import nn

from interpogate.protocol import messages as m
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.residual import main_stack
from observing import block, numbers, observe, shown

IDS = torch.tensor([[5, 3, 9, 1, 7, 2, 8]])
SMALL: dict[str, Any] = {
    "hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 48,
    "vocab_size": 50, "pad_token_id": 0,
}  # fmt: skip
GROUPED: dict[str, Any] = {**SMALL, "num_key_value_heads": 2}
T5: dict[str, Any] = {"d_model": 32, "d_kv": 8, "d_ff": 48, "num_layers": 3, "num_heads": 4}
OPT: dict[str, Any] = {
    "hidden_size": 32, "ffn_dim": 48, "num_hidden_layers": 3, "num_attention_heads": 4,
    "word_embed_proj_dim": 16, "do_layer_norm_before": False, "vocab_size": 50,
}  # fmt: skip
JAMBA: dict[str, Any] = {
    "attn_layer_period": 2, "attn_layer_offset": 1, "num_experts": 2, "mamba_d_state": 4,
    "mamba_dt_rank": 4, "use_mamba_kernels": False,
}  # fmt: skip

FAMILIES: dict[str, tuple[Any, Any, str]] = {
    "a soft cap": (
        transformers.Gemma2ForCausalLM,
        transformers.Gemma2Config(**GROUPED, head_dim=8, final_logit_softcapping=5.0),
        "model.norm, lm_head, ÷, tanh and ×",
    ),
    "a scale": (
        transformers.CohereForCausalLM,
        transformers.CohereConfig(**GROUPED, logit_scale=0.25),
        "model.norm, lm_head and ×",
    ),
    "a division": (
        transformers.GraniteForCausalLM,
        transformers.GraniteConfig(**GROUPED, logits_scaling=8.0),
        "model.norm, lm_head and ÷",
    ),
    "a scale before the head": (
        transformers.T5ForConditionalGeneration,
        transformers.T5Config(**T5, vocab_size=50),
        "decoder.final_layer_norm, × and lm_head",
    ),
    "a transform": (transformers.BertForMaskedLM, transformers.BertConfig(**SMALL), "cls"),
    "a projection": (
        transformers.OPTForCausalLM,
        transformers.OPTConfig(**OPT),
        "model.decoder.project_out and lm_head",
    ),
    "one block again and again": (
        transformers.AlbertForMaskedLM,
        transformers.AlbertConfig(**SMALL, embedding_size=16),
        "predictions",
    ),
    "blocks of two kinds": (
        transformers.JambaForCausalLM,
        transformers.JambaConfig(**{**GROUPED, "num_hidden_layers": 4}, **JAMBA),
        "model.final_layernorm and lm_head",
    ),
    "positions first": (
        transformers.XLNetLMHeadModel,
        transformers.XLNetConfig(vocab_size=50, d_model=32, n_layer=3, n_head=4, d_inner=48),
        "lm_loss",
    ),
}


def _patched(model: Any, observed: Observed, state: torch.Tensor, **inputs: Any) -> torch.Tensor:
    """The model's own logits if its last block had returned this state."""
    stack = main_stack(observed.graph)
    calls = iter(range(stack.count(stack[-1])))

    def replace(module: Any, args: Any, output: Any) -> Any:
        if next(calls) < stack.count(stack[-1]) - 1:
            return output
        return (state, *output[1:]) if isinstance(output, tuple) else state

    hook = observed.live[stack[-1]].register_forward_hook(replace)
    with torch.no_grad():
        output = model(**inputs)
    hook.remove()
    logits: torch.Tensor = output.logits if hasattr(output, "logits") else output
    return logits[0].softmax(-1).amax(-1)


def _states(observed: Observed, batch_axis: int) -> torch.Tensor:
    """The stream, `(points, tokens, features)`."""
    inner = ("index", "y") if batch_axis == 0 else ("y", "index")
    roles = ("spread", *inner, "x")
    return numbers(shown(observed, block(".", "heatmap", "residual", roles=roles)))


def _model(name: str) -> Any:
    """A model whose logits are large enough for what follows to matter."""
    kind, config, _ = FAMILIES[name]
    torch.manual_seed(0)
    model = kind(config).eval()
    for parameter in model.parameters():
        if parameter.dim() > 1:
            parameter.data.normal_(0, 0.3)
    return model


@pytest.mark.parametrize("name", FAMILIES)
def test_each_row_is_what_the_model_makes_of_that_layer(name: str) -> None:
    model = _model(name)
    inputs: dict[str, Any] = {"input_ids": IDS}
    if name == "a scale before the head":
        inputs["decoder_input_ids"] = IDS[:, :4]
    observed = observe(model, **inputs)
    found = shown(observed, block(".", "logit_lens"))
    assert found.note == f"The stream goes through {FAMILIES[name][2]}."
    axis = 1 if name == "positions first" else 0
    states = _states(observed, axis)
    expected = [_patched(model, observed, one.unsqueeze(axis), **inputs) for one in states]
    torch.testing.assert_close(numbers(found)[0], torch.stack(expected), atol=1e-4, rtol=1e-4)


class Tailed(nn.Module):
    """Blocks, and something of one's own after them."""

    def __init__(self, tail: Any) -> None:
        super().__init__()
        self.table = nn.Embedding(30, 16)
        self.layers = nn.ModuleList([nn.Sequential(nn.Linear(16, 16), nn.GELU()) for _ in range(2)])
        self.head = nn.Linear(16, 30)
        self.mix = nn.Conv1d(16, 16, 3, padding=1)
        self.tail = tail

    def forward(self, input_ids: torch.Tensor) -> Any:
        x = self.table(input_ids)
        for layer in self.layers:
            x = layer(x)
        return self.tail(self, x)


def _in_place(model: Any, x: torch.Tensor) -> Any:
    logits = model.head(x * 2)
    logits /= 3.0
    logits[..., :2] = -1.0
    return logits


TAILS: dict[str, Any] = {
    "writes in place": _in_place,
    "writes into the stream": lambda model, x: model.head(x.mul_(2)),
    "gives probabilities": lambda model, x: model.head(x).softmax(-1).log().exp().softmax(-1),
    "keeps the last position": lambda model, x: model.head(x[:, [-1], :]),
    "mixes positions": lambda model, x: model.head(model.mix(x.mT).mT),
    "flattens": lambda model, x: model.head(x.view(-1, 16)).view(1, -1, 30),
    "is in training": lambda model, x: nn.functional.dropout(model.head(x), 0.0, training=True),
}


@pytest.mark.parametrize("name", TAILS)
def test_whatever_follows_the_last_block_is_applied_to_every_layer(name: str) -> None:
    torch.manual_seed(0)
    model = Tailed(TAILS[name]).eval()
    observed = observe(model, input_ids=IDS)
    found = shown(observed, block(".", "logit_lens"))
    again = shown(observed, block(".", "logit_lens"))
    assert torch.equal(numbers(found), numbers(again))
    own = model(IDS)[0].detach()
    own = own if name == "gives probabilities" else own.softmax(-1)
    last = numbers(found)[0, -1]
    torch.testing.assert_close(last[-len(own) :], own.amax(-1), atol=1e-5, rtol=1e-4)


def test_a_position_that_needs_the_others_is_right_in_a_window_too() -> None:
    torch.manual_seed(0)
    observed = observe(Tailed(TAILS["mixes positions"]).eval(), input_ids=IDS)
    whole = numbers(shown(observed, block(".", "logit_lens")))
    window = m.BlockWindow(first_x=2, last_x=5, first_y=1, last_y=3)
    part = shown(observed, block(".", "logit_lens"), window=window)
    torch.testing.assert_close(numbers(part)[0], whole[0, 1:3, 2:5])


@pytest.mark.parametrize("kind", [transformers.BertModel, transformers.LlamaModel])
def test_a_model_without_a_head_says_that_its_embedding_is_a_guess(kind: Any) -> None:
    config = kind.config_class(**SMALL)
    found = shown(observe(kind(config).eval(), input_ids=IDS), block(".", "logit_lens"))
    assert "no head" in found.note
    assert "guess" in found.note


def test_a_norm_and_a_matrix_that_are_named_say_what_they_lack() -> None:
    options = {"norm": "model.norm", "unembedding": "lm_head"}
    observed = observe(_model("a soft cap"), input_ids=IDS)
    found = shown(observed, block(".", "logit_lens", options=options))
    assert "does NOT give the model's own logits: without ÷, tanh and ×" in found.note


def test_what_cannot_be_followed_is_said() -> None:
    def through_numpy(model: Any, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = model.head(torch.from_numpy(x.numpy() * 2))
        return logits

    found = shown(observe(Tailed(through_numpy).eval(), input_ids=IDS), block(".", "logit_lens"))
    assert "could not be observed" in found.note


def test_blocks_that_do_not_lead_to_the_logits_say_so() -> None:
    model = _model("a scale before the head")
    observed = observe(model, input_ids=IDS, decoder_input_ids=IDS[:, :4])
    found = shown(observed, block("encoder", "logit_lens"))
    assert "their lens is a guess" in found.note
