"""Tokens of a text, and the most likely next ones after a position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from interpogate.errors import NoPrediction


@dataclass(frozen=True)
class TokenList:
    """Tokens as columns: ids, the text each stands for, and as the vocabulary writes them."""

    ids: tuple[int, ...]
    texts: tuple[str, ...]
    raw: tuple[str, ...]


@dataclass(frozen=True)
class NextTokens:
    """Most likely tokens first, with softmax probabilities (0 to 1) and logits."""

    tokens: TokenList
    probabilities: tuple[float, ...]
    logits: tuple[float, ...]


def token_list(tokenizer: Any, ids: Sequence[int]) -> TokenList:
    """Name the tokens of a vocabulary."""
    known = [int(token) for token in ids]
    raw = tokenizer.convert_ids_to_tokens(known)
    texts = tuple(tokenizer.decode([token]) for token in known)
    return TokenList(tuple(known), texts, tuple("" if r is None else str(r) for r in raw))


def next_token_logits(model: Any, output: Any) -> torch.Tensor | None:
    """Logits `(position, vocabulary)` of the first sequence, or None if they predict no next token.

    Encoders and masked language models have none; encoder-decoder models predict another text.
    """
    config = getattr(model, "config", None)
    if getattr(config, "is_encoder_decoder", False):
        return None
    return sequence_logits(model, output)


def sequence_logits(model: Any, output: Any) -> torch.Tensor | None:
    """Logits `(position, vocabulary)` of the first sequence that the model writes, if it does."""
    logits = getattr(output, "logits", None)
    if getattr(model, "config", None) is None:
        return None
    can_generate = bool(getattr(model, "can_generate", lambda: False)())
    if not can_generate or not isinstance(logits, torch.Tensor) or logits.dim() != 3:  # noqa: PLR2004
        return None
    return logits[0].detach()


def next_tokens(tokenizer: Any, logits: torch.Tensor, position: int, count: int) -> NextTokens:
    """The `count` likeliest tokens after `position` of `(position, vocabulary)` logits.

    Raises `NoPrediction` for a position outside the text.
    """
    if not 0 <= position < logits.shape[0]:
        raise NoPrediction(
            f"There is no position {position}: the text has {logits.shape[0]} tokens."
        )
    row = logits[position].float()
    top = torch.topk(row, min(max(count, 1), 100, row.shape[0]))
    probabilities = torch.softmax(row, dim=0)[top.indices]
    return NextTokens(
        token_list(tokenizer, top.indices.tolist()),
        tuple(probabilities.tolist()),
        tuple(top.values.tolist()),
    )
