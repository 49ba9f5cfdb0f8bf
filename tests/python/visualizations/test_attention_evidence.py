"""Attention is offered where the data flow shows it, and its axes are called what they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import transformers
from torch import nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from interpogate.protocol import messages as m
from interpogate.trace.keeping import Watch
from interpogate.visualizations.attention import attention_value, has_attention
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.offers import offers
from interpogate.visualizations.places import place_of
from observing import block, numbers, observe, read, shown

IDS = torch.tensor([[5, 3, 9, 1, 7, 2, 8], [4, 4, 6, 1, 3, 2, 2]])
SMALL: dict[str, Any] = {
    "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 48,
    "vocab_size": 50,
}  # fmt: skip


def _model(kind: Any, config: Any) -> Any:
    torch.manual_seed(0)
    return kind(config).eval()


class Projected(nn.Module):
    """Queries, keys and values of width 8 from a sequence, and what is made of them."""

    def __init__(self, compute: Callable[..., Any]) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(8, 8) for _ in range(3))
        self.slots = nn.Parameter(torch.randn(4, 8))
        self.compute = compute
        self.weights: torch.Tensor | None = None

    def forward(self, x: torch.Tensor) -> Any:
        return self.compute(self, x, self.q(x), self.k(x), self.v(x))


def _heads(*tensors: Any) -> list[Any]:
    """`(batch, tokens, heads, features)`."""
    return [one.unflatten(-1, (2, 4)) for one in tensors]


def _query_before_heads(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    q, k, v = _heads(q, k, v)
    weights = torch.einsum("bqhd,bkhd->bqhk", q, k).softmax(-1)
    own.weights = weights.transpose(1, 2)
    return torch.einsum("bqhk,bkhd->bqhd", weights, v)


def _keys_before_queries(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    q, k, v = (one.transpose(1, 2) for one in _heads(q, k, v))
    weights = (k @ q.mT).softmax(-2).mT
    own.weights = weights
    return weights @ v


def _heads_in_the_batch(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    q, k, v = (one.transpose(1, 2).reshape(-1, x.shape[1], 4) for one in _heads(q, k, v))
    weights = torch.bmm(q, k.transpose(1, 2)).softmax(-1)
    own.weights = weights.view(-1, 2, *weights.shape[1:])
    return torch.bmm(weights, v)


def _heads_outside_the_batch(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    q, k, v = (one.permute(2, 0, 1, 3).reshape(-1, x.shape[1], 4) for one in _heads(q, k, v))
    weights = torch.baddbmm(torch.zeros(1), q, k.mT).softmax(-1)
    own.weights = weights.view(2, -1, *weights.shape[1:]).transpose(0, 1)
    return torch.bmm(weights, v)


def _keys_shared_by_all_heads(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    weights = torch.einsum("bshd,btd->bsht", *_heads(q), k[..., :4]).softmax(-1)
    own.weights = weights.transpose(1, 2)
    return torch.einsum("bsht,btd->bshd", weights, v[..., :4])


def _keys_shared_by_groups(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    q = q.unflatten(-1, (2, 2, 2))
    k, v = (one[..., :4].unflatten(-1, (2, 2)) for one in (k, v))
    weights = torch.einsum("bqgrd,bkgd->bgrqk", q, k).softmax(-1)
    own.weights = weights.flatten(1, 2)
    return torch.einsum("bgrqk,bkgd->bqgrd", weights, v)


def _sink_before_the_keys(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    q, k, v = (one.transpose(1, 2) for one in _heads(q, k, v))
    scores = q @ k.mT
    sink = own.slots[:2, 0].view(1, 2, 1, 1).expand(*scores.shape[:-1], 1)
    own.weights = torch.cat([sink, scores], dim=-1).softmax(-1)[..., 1:]
    return own.weights @ v


def _mask_and_cap(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    q, k, v = (one.transpose(1, 2) for one in _heads(q, k, v))
    scores = torch.tanh(q @ k.mT / 5.0) * 5.0
    scores[..., 0, 1:] = -torch.inf
    own.weights = F.dropout(scores.softmax(-1, dtype=torch.float32), 0.1, training=False)
    return own.weights @ v


def _one_query(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    q, k, v = (one.transpose(1, 2) for one in _heads(q[:, -1:], k, v))
    own.weights = (q @ k.mT).softmax(-1)
    return own.weights @ v


LAYOUTS = (
    _query_before_heads, _keys_before_queries, _heads_in_the_batch, _heads_outside_the_batch,
    _keys_shared_by_all_heads, _keys_shared_by_groups, _sink_before_the_keys, _mask_and_cap,
    _one_query,
)  # fmt: skip


@pytest.mark.parametrize("compute", LAYOUTS, ids=lambda one: one.__name__.strip("_"))
@pytest.mark.parametrize("batch", [1, 3])
def test_heads_queries_and_keys_are_what_they_are_called(
    compute: Callable[..., Any], batch: int
) -> None:
    torch.manual_seed(0)
    model = Projected(compute).eval()
    observed = observe(model, x=torch.randn(batch, 5, 8))
    found = shown(observed, block(".", "attention", "attention"))
    assert has_attention(observed.graph, observed.live, 0)
    assert (found.panels.name, found.y.name, found.x.name) == ("heads", "query", "key")
    assert model.weights is not None
    torch.testing.assert_close(numbers(found), model.weights[0])


def _probabilities(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    return torch.softmax(q, -1)


def _mixture(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    return torch.einsum("bte,bted->btd", q[..., :3].softmax(-1), torch.stack([q, k, v], 2))


def _mixture_by_a_matrix(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    gates = (x @ own.slots.T[:, :3]).softmax(-1)
    return torch.einsum("bte,bted->btd", gates, torch.stack([q, k, v], 2))


def _codebook(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    return (x @ own.slots.T).softmax(-1) @ own.slots


def _gate_over_tokens(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    return q[..., :1].softmax(1).mT @ v


def _classes_of_pixels(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    return torch.stack([q, k, v], 1).softmax(1)


def _similarity(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    return (q @ k.mT).softmax(-1)


def _linear_attention(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    return q.softmax(-1) @ (k.softmax(-2).mT @ v)


def _over_queries(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    q, k, v = _heads(q, k, v)
    weights = torch.einsum("bqhd,bkhd->bqhk", q, k).softmax(1)
    return torch.einsum("bqhk,bkhd->bqhd", weights, v)


def _by_hand(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
    q, k, v = (one.transpose(1, 2) for one in _heads(q, k, v))
    scores = (q @ k.mT).exp()
    return scores / scores.sum(-1, keepdim=True)


NO_ATTENTION = (
    _probabilities, _mixture, _mixture_by_a_matrix, _codebook, _gate_over_tokens,
    _classes_of_pixels, _similarity, _linear_attention, _over_queries, _by_hand,
)  # fmt: skip


@pytest.mark.parametrize("compute", NO_ATTENTION, ids=lambda one: one.__name__.strip("_"))
def test_a_softmax_that_weighs_no_values_by_queries_and_keys_is_no_attention(
    compute: Callable[..., Any],
) -> None:
    observed = observe(Projected(compute).eval(), x=torch.randn(1, 5, 8))
    assert not has_attention(observed.graph, observed.live, 0)
    assert not _suggested(observed, ".")
    problem = read(observed, block(".", "attention", "attention")).problem
    assert problem is not None
    assert "no attention" in problem.message


def test_windows_are_not_called_a_batch() -> None:
    def windows(own: Any, x: Any, q: Any, k: Any, v: Any) -> Any:
        q, k, v = (one.reshape(4, 2, 2, 4).transpose(1, 2) for one in (q, k, v))
        own.weights = F.scaled_dot_product_attention(q, k, v)
        return own.weights

    observed = observe(Projected(windows).eval(), x=torch.randn(1, 8, 8))
    value = attention_value(observed, place_of(observed.graph, "."), 1)
    assert value.names == ("", "heads", "query", "key")


CONFIGS: dict[str, tuple[Any, Any, str]] = {
    "a sink": (
        transformers.GptOssForCausalLM,
        transformers.GptOssConfig(
            **SMALL, head_dim=8, num_key_value_heads=2, num_local_experts=4, num_experts_per_tok=2
        ),
        "model.layers.0.self_attn",
    ),
    "heads last": (
        transformers.XLNetLMHeadModel,
        transformers.XLNetConfig(vocab_size=50, d_model=32, n_layer=1, n_head=4, d_inner=48),
        "transformer.layer.0.rel_attn",
    ),
    "heads in the batch": (
        transformers.DebertaV2Model,
        transformers.DebertaV2Config(**SMALL, relative_attention=True, pos_att_type=["p2c", "c2p"]),
        "encoder.layer.0.attention.self",
    ),
    "relative positions": (
        transformers.FunnelModel,
        transformers.FunnelConfig(
            vocab_size=50, block_sizes=[1], num_decoder_layers=1, d_model=32, n_head=4, d_head=8,
            d_inner=48,
        ),
        "encoder.blocks.0.0.attention",
    ),
    "a soft cap": (
        transformers.Gemma2ForCausalLM,
        transformers.Gemma2Config(**SMALL, head_dim=8, num_key_value_heads=2),
        "model.layers.0.self_attn",
    ),
    "latent keys": (
        transformers.DeepseekV3ForCausalLM,
        transformers.DeepseekV3Config(
            **SMALL, num_key_value_heads=4, kv_lora_rank=8, q_lora_rank=8, qk_rope_head_dim=4,
            v_head_dim=8, qk_nope_head_dim=8, first_k_dense_replace=1,
        ),
        "model.layers.0.self_attn",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGS)
def test_weights_are_those_that_transformers_returns(name: str) -> None:
    kind, config, path = CONFIGS[name]
    model = _model(kind, config)
    observed = observe(model, input_ids=IDS)
    model.set_attn_implementation("eager")
    with torch.no_grad():
        expected = model(input_ids=IDS, output_attentions=True).attentions[0][0]
    found = shown(observed, block(path, "attention", "attention"))
    torch.testing.assert_close(numbers(found), expected, atol=1e-5, rtol=1e-4)
    assert (found.panels.name, found.y.name, found.x.name) == ("heads", "query", "key")


def test_sliding_windows_without_a_key_axis_are_left_out() -> None:
    config = transformers.LongformerConfig(**SMALL, attention_window=4, pad_token_id=0)
    observed = observe(_model(transformers.LongformerModel, config), input_ids=IDS)
    path = "encoder.layer.0.attention.self"
    assert not _suggested(observed, path)
    assert read(observed, block(path, "attention", "attention")).problem is not None


class Differential(nn.Module):
    """Values are weighed by the difference of two attentions."""

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Linear(8, 40)
        self.weights: tuple[torch.Tensor, ...] = ()

    def forward(self, x: torch.Tensor) -> Any:
        parts = self.project(x).unflatten(-1, (5, 2, 4)).permute(2, 0, 3, 1, 4)
        first, second = ((q @ k.mT).softmax(-1) for q, k in ((parts[0], parts[1]), parts[2:4]))
        self.weights = first, second
        return (first - 0.5 * second) @ parts[4]


def test_one_of_several_attentions_in_a_module_is_chosen_by_number() -> None:
    model = Differential().eval()
    observed = observe(model, x=torch.randn(1, 5, 8))
    assert _suggested(observed, ".") == [
        ("Attention weights 1", ("attention", "1")),
        ("Attention weights 2", ("attention", "2")),
    ]
    for number, weights in enumerate(model.weights, 1):
        found = shown(observed, block(".", "attention", "attention", str(number)))
        torch.testing.assert_close(numbers(found), weights[0])
        assert found.title.startswith(f"attention.{number} ")
        offered = offers(observed, _offer(".", "attention", str(number)))
        assert [one.size for one in offered.dimensions] == [1, 2, 5, 5]


@pytest.mark.parametrize(
    ("keys", "words"),
    [((), "2 attentions"), (("3",), "no attention 3"), (("first",), "no attention first")],
)
def test_a_number_that_no_attention_has_is_refused(keys: tuple[str, ...], words: str) -> None:
    observed = observe(Differential().eval(), x=torch.randn(1, 5, 8))
    problem = read(observed, block(".", "attention", "attention", *keys)).problem
    assert problem is not None
    assert words in problem.message


def test_both_attentions_of_diffllama_can_be_chosen() -> None:
    config = transformers.DiffLlamaConfig(**SMALL, num_key_value_heads=2)
    observed = observe(_model(transformers.DiffLlamaForCausalLM, config), input_ids=IDS)
    path = "model.layers.0.self_attn"
    assert [title for title, _ in _suggested(observed, path)] == [
        "Attention weights 1", "Attention weights 2",
    ]  # fmt: skip
    for number in ("1", "2"):
        found = shown(observed, block(path, "attention", "attention", number))
        torch.testing.assert_close(numbers(found).sum(-1), torch.ones(4, 7))


def test_attentions_of_modules_inside_are_chosen_there() -> None:
    config = transformers.LlamaConfig(**{**SMALL, "num_hidden_layers": 2})
    observed = observe(_model(transformers.LlamaForCausalLM, config), input_ids=IDS)
    assert not _suggested(observed, "model")
    assert _suggested(observed, "model.layers.1.self_attn")


def test_a_softmax_of_attention_has_its_weights_too() -> None:
    torch.manual_seed(0)
    model = Projected(_query_before_heads).eval()
    observed = observe(model, x=torch.randn(1, 5, 8), watches=frozenset({Watch(0, "attention")}))
    node = next(one for one in observed.graph.view("all").nodes if "softmax" in one)
    assert _suggested(observed, node)
    found = shown(observed, block(node, "attention", "attention"))
    assert model.weights is not None
    torch.testing.assert_close(numbers(found), model.weights[0])


def _suggested(observed: Observed, node: str) -> list[tuple[str, tuple[str, ...]]]:
    found = offers(observed, _offer(node)).suggestions
    return [(one.title, one.value.keys) for one in found if one.kind == "attention"]


def _offer(node: str, *keys: str) -> m.OfferBlocks:
    return m.OfferBlocks(model_id="", node=node, value=m.ValueReference(side="output", keys=keys))
