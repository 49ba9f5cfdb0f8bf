"""The logit lens finds norm and unembedding by itself, and computes what one would by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import transformers
from torch import nn

from interpogate.demo import SAMPLE_TEXT, demo_directory
from interpogate.protocol import messages as m
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.pictures import cell
from observing import block, numbers, observe, read, shown

IDS = torch.tensor([[5, 3, 9, 1, 7, 2, 8]])
SMALL: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 4}
DEMO: Any = transformers.AutoModelForCausalLM.from_pretrained(demo_directory())
TOKENIZER: Any = transformers.AutoTokenizer.from_pretrained(demo_directory())


@pytest.fixture(scope="module")
def demo() -> Observed:
    ids = TOKENIZER(SAMPLE_TEXT, return_tensors="pt")["input_ids"]
    return observe(DEMO, tokenizer=TOKENIZER, input_ids=ids, use_cache=False)


def _by_hand(model: Any, norm: nn.Module, head: Any, ids: torch.Tensor) -> torch.Tensor:
    """Probabilities `(layers, positions, vocabulary)` with transformers' own hidden states."""
    with torch.no_grad():
        states = model(input_ids=ids, output_hidden_states=True).hidden_states
        # The last of them has gone through the norm already.
        lens = [head(norm(state))[0] for state in states[:-1]]
        return torch.stack([*lens, head(states[-1])[0]]).softmax(-1)


def test_the_lens_of_the_demo_model_is_what_one_computes_by_hand(demo: Observed) -> None:
    found = shown(demo, block(".", "logit_lens", "residual"))
    expected = _by_hand(DEMO, DEMO.transformer.ln_f, DEMO.lm_head, demo.inputs["input_ids"])
    torch.testing.assert_close(numbers(found)[0], expected.amax(-1), atol=1e-5, rtol=1e-4)
    texts = [TOKENIZER.decode([token]) for token in expected.argmax(-1).flatten().tolist()]
    assert list(found.texts[0].texts) == texts
    assert found.note == "The stream goes through transformer.ln_f and lm_head."
    assert (found.scale, found.y.labels) == ("probability", ("in", "h.0", "h.1", "h.2"))
    assert found.x.labels[:3] == ("When", " Anna", " and")


def test_the_name_appears_in_the_second_layer_of_the_demo_model(demo: Observed) -> None:
    found = shown(demo, block(".", "logit_lens", "residual"))
    last = [found.texts[0].texts[row * found.x.count + found.x.count - 1] for row in range(4)]
    assert [text == " Anna" for text in last] == [False, False, True, True]


def test_the_probability_of_a_token_that_one_names(demo: Observed) -> None:
    found = shown(demo, block(".", "logit_lens", options={"token": "Anna"}))
    expected = _by_hand(DEMO, DEMO.transformer.ln_f, DEMO.lm_head, demo.inputs["input_ids"])
    tokens = [TOKENIZER(text)["input_ids"][0] for text in ("Anna", " Anna")]
    assert len(set(tokens)) == 2
    together = expected[..., tokens].sum(-1)
    torch.testing.assert_close(numbers(found)[0], together, atol=1e-5, rtol=1e-4)
    assert "with and without a space" in found.note


def test_a_window_computes_only_what_it_shows(demo: Observed) -> None:
    whole = numbers(shown(demo, block(".", "logit_lens")))
    window = m.BlockWindow(first_x=3, last_x=6, first_y=2, last_y=4)
    part = shown(demo, block(".", "logit_lens"), window=window)
    torch.testing.assert_close(numbers(part)[0], whole[0, 2:4, 3:6])
    assert (part.x.first, part.y.first, part.y.labels) == (3, 2, ("h.1", "h.2"))


def test_hovering_tells_the_likeliest_tokens(demo: Observed) -> None:
    request = m.ReadCell(model_id="", block_id=0, run_id=0, panel=0, row=3, column=13)
    found = cell(demo, block(".", "logit_lens"), request)
    assert found.text.startswith(" Anna ")
    labels = [label for label, _ in found.facts]
    assert labels[:3] == ["position", "layer", " Anna"]
    assert dict(found.facts)["layer"] == "3 · h.2"


MODELS: dict[str, tuple[Any, Any, str, str]] = {
    "Llama": (
        transformers.LlamaConfig(**SMALL, intermediate_size=48, vocab_size=50),
        transformers.LlamaForCausalLM, "model.norm", "lm_head",
    ),
    "NeoX": (
        transformers.GPTNeoXConfig(**SMALL, intermediate_size=48, vocab_size=50),
        transformers.GPTNeoXForCausalLM, "gpt_neox.final_layer_norm", "lm_head",
    ),
    "tied embeddings": (
        transformers.Qwen2Config(
            **SMALL, intermediate_size=48, vocab_size=50, num_key_value_heads=2,
            tie_word_embeddings=True,
        ),
        transformers.Qwen2ForCausalLM, "model.norm", "lm_head",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_norm_and_unembedding_are_found(name: str) -> None:
    config, kind, norm, head = MODELS[name]
    torch.manual_seed(0)
    model = kind(config).eval()
    observed = observe(model, input_ids=IDS, use_cache=False)
    found = shown(observed, block(".", "logit_lens"))
    assert found.note == f"The stream goes through {norm} and {head}."
    expected = _by_hand(model, model.get_submodule(norm), model.get_submodule(head), IDS)
    torch.testing.assert_close(numbers(found)[0], expected.amax(-1), atol=1e-5, rtol=1e-4)


class Own(nn.Module):
    """A decoder of one's own, whose unembedding is the transpose of its table."""

    def __init__(self, *, is_tied: bool) -> None:
        super().__init__()
        self.table = nn.Embedding(30, 16)
        self.layers = nn.ModuleList([nn.Sequential(nn.Linear(16, 16), nn.GELU()) for _ in range(2)])
        self.final = nn.LayerNorm(16)
        self.vocabulary = nn.Linear(16, 30) if not is_tied else None

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        x = self.table(input_ids)
        for layer in self.layers:
            x = layer(x)
        x = self.final(x)
        logits: torch.Tensor = self.vocabulary(x) if self.vocabulary else x @ self.table.weight.T
        return logits


@pytest.mark.parametrize("is_tied", [True, False])
def test_a_model_of_ones_own_has_a_lens_too(*, is_tied: bool) -> None:
    torch.manual_seed(0)
    model = Own(is_tied=is_tied).eval()
    found = shown(observe(model, input_ids=IDS), block(".", "logit_lens"))
    with torch.no_grad():
        expected = model(IDS)[0].softmax(-1)
    torch.testing.assert_close(numbers(found)[0, -1], expected.amax(-1))
    head = "table" if is_tied else "vocabulary"
    assert f"final and {head}" in found.note


def test_norm_and_unembedding_can_be_named(demo: Observed) -> None:
    options = {"norm": "none", "unembedding": "transformer.wte"}
    found = shown(demo, block(".", "logit_lens", options=options))
    with torch.no_grad():
        states = DEMO(input_ids=demo.inputs["input_ids"], output_hidden_states=True).hidden_states
        expected = (states[1][0] @ DEMO.transformer.wte.weight.T).softmax(-1).amax(-1)
    torch.testing.assert_close(numbers(found)[0, 1], expected, atol=1e-5, rtol=1e-4)
    assert "does NOT give the model's own logits" in found.note


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"norm": "transformer.nrom"}, "no module at"),
        ({"unembedding": "transformer.h.0.mlp.c_proj"}, ""),
        ({"token": "this is more than one"}, "more than one token"),
    ],
)
def test_a_wrong_setting_is_said_in_the_block(
    demo: Observed, options: dict[str, str], words: str
) -> None:
    found = read(demo, block(".", "logit_lens", options=options))
    assert found.problem is not None
    assert words in found.problem.message


def test_a_model_without_a_stack_has_no_lens() -> None:
    observed = observe(nn.Sequential(nn.Embedding(12, 4)), input=IDS)
    assert read(observed, block(".", "logit_lens", "residual")).problem is not None
