"""Train the bundled demo model and write its folder: weights, tokenizer, configuration and card.

    python scripts/train_demo_model.py

Needs torch, transformers and tokenizers; no GPU, no network. Takes about TODO minutes on two cores.
All is seeded: the same versions of the libraries on the same kind of processor give the same
files, up to rounding. The measurements that the card states are functions of this file, which
`tests/python/demo/test_demo_model.py` calls again.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
)

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "python_backend"))

from interpogate.demo import demo_directory, stories  # noqa: E402 (works before installation)

logger = logging.getLogger("train_demo_model")

SEED = 20
TEXT_COUNT = 100_000
HELD_OUT_SEED = 21
VOCABULARY_SIZE = 1024
CONTEXT_LENGTH = 128
END_OF_TEXT = "<|endoftext|>"

STEPS = 2000
WARMUP_STEPS = 100
BATCH_SIZE = 16
ROW_LENGTH = CONTEXT_LENGTH
PEAK_LEARNING_RATE = 3e-3
THREADS = 2

LIST_LENGTH = 20
GIVING_ACCURACY = "held-out givings: the right name is the top token"
NAME_ATTENTION = "held-out givings: attention from the last token to the right name"
LIST_ACCURACY = "held-out lists: words of the second copy that are the top token"
INDUCTION_ATTENTION = "held-out lists: attention to the token after the first occurrence"
PREVIOUS_ATTENTION = "held-out lists: attention to the token before"
STORY_LOSS = "held-out stories: loss in nats per token"


def train_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    """Byte-level BPE: any text can be encoded, and decoding gives the same text back."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TEXT,
        model_max_length=CONTEXT_LENGTH,
        clean_up_tokenization_spaces=False,
    )


def new_model(tokenizer: PreTrainedTokenizerFast) -> GPT2LMHeadModel:
    """A GPT-2 of four layers with four heads each, untrained, without dropout."""
    configuration = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=CONTEXT_LENGTH,
        n_embd=128,
        n_layer=4,
        n_head=4,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return GPT2LMHeadModel(configuration)


def training_rows(token_lists: list[list[int]], end_of_text: int) -> Tensor:
    """Pack texts into rows that start where a text starts: `(rows, ROW_LENGTH)`, int64."""
    tokens = iter(token_lists)
    rows = iter(lambda: _next_row(tokens, end_of_text), [])
    return torch.tensor([row for row in rows if len(row) == ROW_LENGTH])


def _next_row(token_lists: Iterator[list[int]], end_of_text: int) -> list[int]:
    row: list[int] = []
    while len(row) < ROW_LENGTH and (tokens := next(token_lists, None)) is not None:
        row += [*tokens, end_of_text]
    return row[:ROW_LENGTH]


def learning_rate_factor(step: int) -> float:
    """Linear warm-up, then linear decay to zero."""
    return min((step + 1) / WARMUP_STEPS, (STEPS - step) / (STEPS - WARMUP_STEPS))


def train(model: GPT2LMHeadModel, rows: Tensor) -> None:
    """Fit the model to random batches of the rows; the learning rate warms up and decays."""
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=PEAK_LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, learning_rate_factor)
    for step, batch in enumerate(islice(_batches(rows), STEPS)):
        loss = next_token_loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            logger.info("step %d of %d: loss %.3f", step, STEPS, loss.item())


def next_token_loss(model: GPT2LMHeadModel, rows: Tensor) -> Tensor:
    """Mean cross-entropy in nats of each token after the first; `rows` is `(batch, token)`."""
    logits = model(input_ids=rows).logits[:, :-1]
    return cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())


def _batches(rows: Tensor) -> Iterator[Tensor]:
    while True:
        yield from rows[torch.randperm(len(rows))].split(BATCH_SIZE)


@dataclass(frozen=True)
class Measurement:
    """One row of the card's table: what was measured, where in the model, and the figure."""

    name: str
    place: str
    value: float


@dataclass(frozen=True)
class Observed:
    """What a run gave: `logits (text, token, vocabulary)`, `attention (layer, text, head, query, key)`."""

    logits: Tensor
    attention: Tensor


def load_folder(directory: Path) -> tuple[GPT2LMHeadModel, PreTrainedTokenizerFast]:
    """The folder's model, with readable attention, and its tokenizer; nothing is downloaded."""
    model = AutoModelForCausalLM.from_pretrained(
        directory, attn_implementation="eager", local_files_only=True
    )
    return model.eval(), AutoTokenizer.from_pretrained(directory, local_files_only=True)


@torch.no_grad()
def observe(model: GPT2LMHeadModel, token_lists: list[list[int]]) -> Observed:
    """Run texts as one batch, filled up on the right, where a causal model cannot see it."""
    rows = [torch.tensor(tokens) for tokens in token_lists]
    output = model(input_ids=pad_sequence(rows, batch_first=True), output_attentions=True)
    return Observed(output.logits, torch.stack(output.attentions))


def measure(model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast) -> list[Measurement]:
    """All figures of the card, on held-out text."""
    return [
        *measure_giving(model, tokenizer),
        *measure_lists(model, tokenizer),
        measure_stories(model, tokenizer),
    ]


def measure_giving(
    model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast
) -> list[Measurement]:
    """How often the receiver is the top token, and the head that looks at the receiver most."""
    prompts = stories.held_out_giving_prompts(HELD_OUT_SEED, 256)
    token_lists = [tokenizer(prompt.text).input_ids for prompt in prompts]
    observed = observe(model, token_lists)
    texts, last = torch.arange(len(prompts)), torch.tensor([len(t) - 1 for t in token_lists])
    receivers = torch.tensor([tokenizer(f" {p.receiver}").input_ids for p in prompts]).flatten()
    looks = observed.attention[:, texts, :, last]
    named = torch.tensor(
        [_first_position(tokenizer, prompt.text, prompt.receiver) for prompt in prompts]
    )
    top = observed.logits[texts, last].argmax(-1)
    return [
        Measurement(GIVING_ACCURACY, "model", _mean(top == receivers)),
        _best_head(NAME_ATTENTION, looks[texts, :, :, named].mean(0)),
    ]


def measure_lists(model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast) -> list[Measurement]:
    """How well the second copy of a list is foretold, and the heads that do it."""
    lists = stories.held_out_lists(HELD_OUT_SEED, 64, LIST_LENGTH)
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


def measure_stories(
    model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast
) -> Measurement:
    """Mean loss in nats per token of stories about people who never meet in training."""
    texts = stories.held_out_stories(HELD_OUT_SEED, 64)
    token_lists = [tokenizer(text).input_ids[:CONTEXT_LENGTH] for text in texts]
    logits = observe(model, token_lists).logits
    losses = [
        cross_entropy(row[: len(tokens) - 1], torch.tensor(tokens[1:]), reduction="none")
        for row, tokens in zip(logits, token_lists, strict=True)
    ]
    return Measurement(STORY_LOSS, "model", _mean(torch.cat(losses)))


def _first_position(tokenizer: PreTrainedTokenizerFast, text: str, name: str) -> int:
    return tokenizer(text).char_to_token(text.index(name) + len(name) - 1)


def _head_means(observed: Observed, queries: Tensor, keys: Tensor) -> Tensor:
    """Mean attention from each query to its key: `(layer, head)`."""
    return observed.attention[..., queries, keys].mean(dim=(1, 3))


def _best_head(name: str, means: Tensor) -> Measurement:
    layer, head = divmod(int(means.argmax()), means.shape[1])
    return Measurement(name, f"transformer.h.{layer}.attn head {head}", float(means.max()))


def _mean(values: Tensor) -> float:
    return float(values.double().mean())


def save_folder(
    model: GPT2LMHeadModel, tokenizer: PreTrainedTokenizerFast, directory: Path
) -> None:
    """Write weights as float16, and a configuration that has them loaded as float32."""
    model.half().save_pretrained(directory)
    model.config.dtype = torch.float32
    model.config.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
