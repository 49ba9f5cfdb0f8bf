"""What the demo model's card claims, measured on held-out text.

Called by `scripts/train_demo_model.py`, which writes the figures into the card, and by the tests,
which hold the card to them. Nothing in the running product imports it. The attention is read from
transformers' eager kernel, as other kernels do not return it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModelForCausalLM, AutoTokenizer

from interpogate.demo import stories

Model: TypeAlias = Any
"""A `GPT2LMHeadModel`; transformers' own annotations are too loose to be checked against."""
FastTokenizer: TypeAlias = Any
"""Any fast tokenizer of transformers."""

HELD_OUT_SEED = 21
GIVING_COUNT = 256
LIST_COUNT = 64
LIST_LENGTH = 20
STORY_COUNT = 64
GIVING_ACCURACY = "held-out givings: the right name is the top token"
NAME_ATTENTION = "held-out givings: attention from the last token to the right name"
OTHER_NAME_ATTENTION = "held-out givings: attention of that head to the other name"
GIVER_ATTENTION = "held-out givings: attention from the last token to the giver just named"
LIST_ACCURACY = "held-out lists: words of the second copy that are the top token"
INDUCTION_ATTENTION = "held-out lists: attention to the token after the first occurrence"
PREVIOUS_ATTENTION = "held-out lists: attention to the token before"
STORY_LOSS = "held-out stories: loss in nats per token"


@dataclass(frozen=True)
class Measurement:
    """One row of the card's table: what was measured, where in the model, and the figure."""

    name: str
    place: str
    value: float


@dataclass(frozen=True)
class Observed:
    """Logits `(text, token, vocabulary)`; attention `(layer, text, head, query, key)`."""

    logits: Tensor
    attention: Tensor


def load_folder(directory: Path) -> tuple[Model, FastTokenizer]:
    """Load the folder's model, with readable attention, and its tokenizer, without a network."""
    model: Model = AutoModelForCausalLM.from_pretrained(
        directory, attn_implementation="eager", local_files_only=True
    )
    return model.eval(), AutoTokenizer.from_pretrained(directory, local_files_only=True)


@torch.no_grad()
def observe(model: Model, token_lists: list[list[int]]) -> Observed:
    """Run texts as one batch, filled up on the right, where a causal model cannot see it."""
    rows = [torch.tensor(tokens) for tokens in token_lists]
    output = model(input_ids=pad_sequence(rows, batch_first=True), output_attentions=True)
    return Observed(output.logits, torch.stack(output.attentions))


def measure(model: Model, tokenizer: FastTokenizer) -> list[Measurement]:
    """All figures of the card, on held-out text."""
    return [
        *measure_giving(model, tokenizer),
        *measure_lists(model, tokenizer),
        measure_stories(model, tokenizer),
    ]


def measure_giving(model: Model, tokenizer: FastTokenizer) -> list[Measurement]:
    """How often the receiver is the top token, and which heads look at whom from the last token."""
    prompts = stories.held_out_giving_prompts(HELD_OUT_SEED, GIVING_COUNT)
    token_lists = [tokenizer(prompt.text).input_ids for prompt in prompts]
    observed = observe(model, token_lists)
    texts, last = torch.arange(len(prompts)), torch.tensor([len(t) - 1 for t in token_lists])
    receivers = torch.tensor([tokenizer(f" {p.receiver}").input_ids for p in prompts]).flatten()
    right = _mean(observed.logits[texts, last].argmax(-1) == receivers)
    return [
        Measurement(GIVING_ACCURACY, "model", right),
        *_name_heads(observed.attention[:, texts, :, last], tokenizer, prompts),
    ]


def _name_heads(
    looks: Tensor, tokenizer: FastTokenizer, prompts: list[stories.GivingPrompt]
) -> list[Measurement]:
    """Find the heads of name moving in the last token's attention `(text, layer, head, key)`."""
    pairs = [(tokenizer(prompt.text), prompt) for prompt in prompts]
    right = [_token_at(tokens, p.text.index(p.receiver)) for tokens, p in pairs]
    other = [_token_at(tokens, p.text.index(p.giver)) for tokens, p in pairs]
    giver = [_token_at(tokens, p.text.rindex(p.giver)) for tokens, p in pairs]
    to_right, to_other = _mean_attention(looks, right), _mean_attention(looks, other)
    mover = _best_head(NAME_ATTENTION, to_right)
    return [
        mover,
        Measurement(
            OTHER_NAME_ATTENTION, mover.place, float(to_other.flatten()[to_right.argmax()])
        ),
        _best_head(GIVER_ATTENTION, _mean_attention(looks, giver)),
    ]


def _mean_attention(looks: Tensor, keys: list[int]) -> Tensor:
    """Mean over the texts of the attention to each text's key: `(layer, head)`."""
    return looks[torch.arange(len(keys)), :, :, torch.tensor(keys)].mean(0)


def measure_lists(model: Model, tokenizer: FastTokenizer) -> list[Measurement]:
    """How well the second copy of a list is foretold, and the heads that do it."""
    lists = stories.held_out_lists(HELD_OUT_SEED, LIST_COUNT, LIST_LENGTH)
    rows = [tokenizer(repeated.text).input_ids for repeated in lists]
    observed = observe(model, rows)
    second = torch.arange(LIST_LENGTH) + len(rows[0]) - LIST_LENGTH
    right = observed.logits.argmax(-1)[:, second[:-1]] == torch.tensor(rows)[:, second[1:]]
    after_first = second - LIST_LENGTH + 1
    return [
        Measurement(LIST_ACCURACY, "model", _mean(right)),
        _best_head(INDUCTION_ATTENTION, _head_means(observed, second, after_first)),
        _best_head(PREVIOUS_ATTENTION, _head_means(observed, second, second - 1)),
    ]


def measure_stories(model: Model, tokenizer: FastTokenizer) -> Measurement:
    """Mean loss in nats per token of stories about people who never meet in training."""
    texts = stories.held_out_stories(HELD_OUT_SEED, STORY_COUNT)
    token_lists = [tokenizer(text).input_ids[: model.config.n_positions] for text in texts]
    logits = observe(model, token_lists).logits
    losses = [
        cross_entropy(row[: len(tokens) - 1], torch.tensor(tokens[1:]), reduction="none")
        for row, tokens in zip(logits, token_lists, strict=True)
    ]
    return Measurement(STORY_LOSS, "model", _mean(torch.cat(losses)))


def _token_at(encoded: Any, character: int) -> int:
    return int(encoded.char_to_token(character))


def _head_means(observed: Observed, queries: Tensor, keys: Tensor) -> Tensor:
    """Mean attention from each query to its key: `(layer, head)`."""
    return observed.attention[..., queries, keys].mean(dim=(1, 3))


def _best_head(name: str, means: Tensor) -> Measurement:
    layer, head = divmod(int(means.argmax()), means.shape[1])
    return Measurement(name, f"transformer.h.{layer}.attn head {head}", float(means.max()))


def _mean(values: Tensor) -> float:
    return float(values.double().mean())
