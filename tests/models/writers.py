"""Tiny language models with random weights and the demo model's tokenizer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from transformers import (
    AutoTokenizer,
    GPT2Config,
    GPT2LMHeadModel,
    T5Config,
    T5ForConditionalGeneration,
)

from interpogate.demo import demo_directory


def _tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(str(demo_directory()))


def short_context() -> Any:
    """Takes twelve tokens at most, and never ends a text by itself."""
    tokenizer = _tokenizer()
    sizes = {"n_positions": 12, "n_embd": 16, "n_layer": 1, "n_head": 2}
    config = GPT2Config(vocab_size=len(tokenizer), eos_token_id=None, bos_token_id=None, **sizes)
    return SimpleNamespace(model=GPT2LMHeadModel(config), tokenizer=tokenizer)


def ends_at_once() -> Any:
    """Its end of text is its likeliest token after anything."""
    tokenizer = _tokenizer()
    sizes = {"n_positions": 64, "n_embd": 16, "n_layer": 1, "n_head": 2}
    config = GPT2Config(vocab_size=len(tokenizer), eos_token_id=5, bos_token_id=5, **sizes)
    model = GPT2LMHeadModel(config)
    with torch.no_grad():
        model.lm_head.weight = torch.nn.Parameter(torch.zeros_like(model.lm_head.weight))
        model.transformer.ln_f.bias.fill_(1)
        model.lm_head.weight[5] = 1
    return SimpleNamespace(model=model, tokenizer=tokenizer)


def encoder_decoder() -> Any:
    """Reads one text and writes another."""
    tokenizer = _tokenizer()
    sizes = {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 1, "num_heads": 2}
    ends = {"pad_token_id": 0, "eos_token_id": None, "decoder_start_token_id": 0}
    model = T5ForConditionalGeneration(T5Config(vocab_size=len(tokenizer), **sizes, **ends))
    return SimpleNamespace(model=model, tokenizer=tokenizer)


def not_a_number() -> Any:
    """Its logits are NaN."""
    found = short_context()
    torch.nn.init.constant_(found.model.transformer.ln_f.bias, float("nan"))
    return found
