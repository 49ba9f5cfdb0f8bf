"""Train the bundled demo model and write its folder: weights, tokenizer, configuration and card.

    python scripts/train_demo_model.py

Needs torch, transformers and tokenizers; no GPU, no network. Takes about 15 minutes with one thread
on a busy machine. All is seeded: the same versions of the libraries on the same kind of processor
should give the same weights. The card's figures come from `interpogate.demo.measurements`.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "python_backend"))

from interpogate.demo import SAMPLE_TEXT, demo_directory, stories  # noqa: E402
from interpogate.demo.measurements import (  # noqa: E402
    GIVING_COUNT,
    LIST_COUNT,
    LIST_LENGTH,
    FastTokenizer,
    Model,
    load_folder,
    measure,
)

logger = logging.getLogger("train_demo_model")

SEED = stories.TRAINING_SEED
TEXT_COUNT = stories.TRAINING_TEXT_COUNT
TOKENIZER_TEXT_COUNT = 30_000
VOCABULARY_SIZE = 1024
CONTEXT_LENGTH = 128
END_OF_TEXT = "<|endoftext|>"

WIDTH = 128
HEAD_WIDTH = 32
STEPS = 3600
FIRST_STEPS = 600
SECOND_STEPS = 1200
SHORT_ROW_LENGTH = 64
WARMUP_STEPS = 100
BATCH_SIZE = 16
PEAK_LEARNING_RATE = 1.5e-3
THREADS = 1


def train_tokenizer(texts: list[str]) -> FastTokenizer:
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
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=END_OF_TEXT,
        eos_token=END_OF_TEXT,
        model_max_length=CONTEXT_LENGTH,
        clean_up_tokenization_spaces=False,
    )


def new_model(tokenizer: FastTokenizer) -> Model:
    """Make a GPT-2 of three layers with four heads each, without dropout."""
    configuration = GPT2Config(
        vocab_size=len(tokenizer),
        n_positions=CONTEXT_LENGTH,
        n_embd=WIDTH,
        n_layer=3,
        n_head=4,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        initializer_range=0.05,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    model: Model = GPT2LMHeadModel(configuration)
    _start_positions(model)
    return model


@torch.no_grad()
def _start_positions(model: Model) -> None:
    """Start positions as waves, and head 0 of layer 0 with a lean towards the token before.

    Both are trained on like all other weights. Without this start and without loops, induction had
    not formed after 4 million tokens; with both it forms within half a million.
    """
    frequencies = 1.5 * 0.01 ** (torch.arange(WIDTH // 2) / (WIDTH // 2))
    angles = torch.arange(CONTEXT_LENGTH)[:, None] * frequencies
    model.transformer.wte.weight *= 0.6
    model.transformer.wpe.weight.copy_(0.03 * torch.cat((angles.sin(), angles.cos()), dim=1))
    _lean_to_the_token_before(model.transformer.h[0].attn.c_attn.weight, frequencies)


def _lean_to_the_token_before(weight: Tensor, frequencies: Tensor) -> None:
    """Keys: the fastest waves; queries: the same, one step earlier; `weight` is `(in, 3 * out)`."""
    count = HEAD_WIDTH // 2
    sine, cosine = torch.arange(count), torch.arange(count) + WIDTH // 2
    back_sine, back_cosine = 2 * frequencies[:count].sin(), 2 * frequencies[:count].cos()
    weight[:, :HEAD_WIDTH] = 0.0
    weight[:, WIDTH : WIDTH + HEAD_WIDTH] = 0.0
    weight[sine, WIDTH + torch.arange(count)] = 2.0
    weight[cosine, WIDTH + count + torch.arange(count)] = 2.0
    weight[sine, torch.arange(count)] = back_cosine
    weight[cosine, torch.arange(count)] = -back_sine
    weight[sine, count + torch.arange(count)] = back_sine
    weight[cosine, count + torch.arange(count)] = back_cosine


def training_rows(token_lists: list[list[int]], end_of_text: int, row_length: int) -> Tensor:
    """Pack texts into rows that start where a text starts: `(rows, row_length)`, int64."""
    tokens = iter(token_lists)
    rows = iter(lambda: _next_row(tokens, end_of_text, row_length), [])
    return torch.tensor([row for row in rows if len(row) == row_length])


def _next_row(token_lists: Iterator[list[int]], end_of_text: int, row_length: int) -> list[int]:
    row: list[int] = []
    while len(row) < row_length and (tokens := next(token_lists, None)) is not None:
        row += [*tokens, end_of_text]
    return row[:row_length]


def learning_rate_factor(step: int) -> float:
    """Linear warm-up, then linear decay to zero."""
    return min((step + 1) / WARMUP_STEPS, (STEPS - step) / (STEPS - WARMUP_STEPS))


def train(model: Model, batches: Iterator[Tensor]) -> None:
    """Fit the model to the batches, `(batch, token)` each."""
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=PEAK_LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, learning_rate_factor)
    for step, batch in enumerate(batches):
        loss = next_token_loss(model, batch)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            logger.info("step %d of %d: loss %.3f", step, STEPS, loss.item())


def next_token_loss(model: Model, rows: Tensor) -> Tensor:
    """Mean cross-entropy in nats of each token after the first; `rows` is `(batch, token)`."""
    logits = model(input_ids=rows).logits[:, :-1]
    return cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())


def training_batches(tokenizer: FastTokenizer) -> Iterator[Tensor]:
    """Loops, then chains of deeds, in short rows; then everything: `(BATCH_SIZE, token)` each."""
    first = stories.first_texts(SEED, stories.FIRST_TEXT_COUNT)
    second = stories.second_texts(SEED, stories.SECOND_TEXT_COUNT)
    texts = stories.training_texts(SEED, TEXT_COUNT)
    rest = STEPS - FIRST_STEPS - SECOND_STEPS
    return chain(
        islice(_shuffled_batches(_rows(tokenizer, first, SHORT_ROW_LENGTH)), FIRST_STEPS),
        islice(_shuffled_batches(_rows(tokenizer, second, SHORT_ROW_LENGTH)), SECOND_STEPS),
        islice(_shuffled_batches(_rows(tokenizer, texts, CONTEXT_LENGTH)), rest),
    )


def _rows(tokenizer: FastTokenizer, texts: Iterable[str], row_length: int) -> Tensor:
    return training_rows(tokenizer(list(texts)).input_ids, tokenizer.eos_token_id, row_length)


def _shuffled_batches(rows: Tensor) -> Iterator[Tensor]:
    while True:
        yield from torch.split(rows[torch.randperm(len(rows))], BATCH_SIZE)


def save_folder(model: Model, tokenizer: FastTokenizer, directory: Path) -> None:
    """Write weights as float16, and a configuration that has them loaded as float32."""
    model.half().save_pretrained(directory)
    model.config.dtype = torch.float32
    model.config.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    _name_a_class_that_transformers_4_knows(directory / "tokenizer_config.json")
    (directory / "model.safetensors").chmod(0o644)  # written for the owner only


def _name_a_class_that_transformers_4_knows(path: Path) -> None:
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings["tokenizer_class"] = "PreTrainedTokenizerFast"
    path.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


CARD = """---
license: mit
language: en
library_name: transformers
pipeline_tag: text-generation
---

# The demo model of Interpogate

A very small GPT-2 ({parameters} parameters, {layers} layers of {heads} heads, {width} wide, context
{context} tokens) with its own byte-level BPE tokenizer ({vocabulary} tokens). It exists so that
attention can be looked at: it learned to go on with a list that it has seen once (induction), and
to find the name of the person who is given something (name moving).

## What it learned, measured

All figures are for text that is not in the training text, measured on a CPU in float32 from the
files in this folder. `tests/python/demo/test_demo_model.py` measures them again.

| measured | where | value |
| --- | --- | --- |
{rows}

- A *giving* ({giving_count} of them) is a text such as
  "{giving}".
  The two names never meet in a training story or giving, and the template is new too.
- A *list* ({list_count} of them) is `List:`, {list_length} distinct random words, and the same
  words again. The second copy is judged from its second word on, as its first cannot be known.
- Where a head is named, it is the one of all {all_heads} with the highest mean attention; other
  heads of the same layer may do the same.

## How it was made

    python scripts/train_demo_model.py

Seed {seed}, {steps} steps of {batch} rows, AdamW, on a CPU. `interpogate.demo.stories` generates
all text from word lists and templates of this project. Training starts with {first_steps} steps
on loops of a few words and {second_steps} steps on chains of deeds; the rest is drawn from
{text_count} texts, of which about 40 % are givings, 15 % lists, 10 % loops and 35 % stories. The
tokenizer is trained on the first {tokenizer_count} of these.

Not everything started at random: position embeddings start as sine waves, and one head of the
first layer starts with a lean towards the token before. Both are trained on from there. An attempt
without this start and without loops had no induction after 4 million tokens.

Weights are stored as float16 and load as float32.

## Limits

- It knows {words} names, places, things and the like, in simple sentences. Other words fall apart
  into pieces that it has hardly seen, and it knows nothing of the world.
- In free stories it mixes people up: "Emma and Emma were friends".
- Names, words and templates are those of training; only their combinations are new.
- Text beyond {context} tokens cannot be run.

Licence: MIT, like the rest of the repository; no outside text or weights were used.
"""


def write_card(directory: Path) -> None:
    """Measure the folder's files and state the figures in its README.md."""
    model, tokenizer = load_folder(directory)
    rows = (f"| {m.name} | {m.place} | {m.value:.3f} |" for m in measure(model, tokenizer))
    card = CARD.format(
        parameters=f"{model.num_parameters():,}",
        layers=model.config.n_layer,
        heads=model.config.n_head,
        all_heads=model.config.n_layer * model.config.n_head,
        width=WIDTH,
        context=CONTEXT_LENGTH,
        vocabulary=len(tokenizer),
        rows="\n".join(rows),
        giving=SAMPLE_TEXT,
        giving_count=GIVING_COUNT,
        list_count=LIST_COUNT,
        list_length=LIST_LENGTH,
        seed=SEED,
        steps=f"{STEPS:,}",
        first_steps=FIRST_STEPS,
        second_steps=f"{SECOND_STEPS:,}",
        batch=BATCH_SIZE,
        text_count=f"{TEXT_COUNT:,}",
        tokenizer_count=f"{TOKENIZER_TEXT_COUNT:,}",
        words=len(stories.LIST_WORDS),
    )
    (directory / "README.md").write_text(card, encoding="utf-8")


def main() -> None:
    """Train, save, and measure what was saved."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(description="Train the bundled demo model.")
    parser.add_argument("--directory", type=Path, default=demo_directory())
    directory: Path = parser.parse_args().directory
    torch.manual_seed(SEED)
    torch.set_num_threads(THREADS)
    tokenizer = train_tokenizer(list(stories.training_texts(SEED, TOKENIZER_TEXT_COUNT)))
    model = new_model(tokenizer)
    train(model, training_batches(tokenizer))
    save_folder(model, tokenizer, directory)
    write_card(directory)


if __name__ == "__main__":
    main()
