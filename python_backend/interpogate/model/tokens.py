"""Tokens of a text, and the most likely next ones after a position."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from interpogate.errors import InputsInvalid, InterpogateError, NoPrediction, TokenizerFailed
from interpogate.trace.members import attribute
from interpogate.trace.source import failure_source


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


def encoded_text(tokenizer: Any, text: str, **options: Any) -> Any:
    """What the tokenizer makes of a text. Raises `InputsInvalid` and `TokenizerFailed`."""
    with tokenizing(text):
        return tokenizer(text, **options)


def decoded_text(tokenizer: Any, ids: Sequence[int]) -> str:
    """The text of tokens. Raises `TokenizerFailed`."""
    with tokenizing():
        return str(tokenizer.decode(list(ids), skip_special_tokens=True))


@contextmanager
def tokenizing(text: str = "") -> Iterator[None]:
    """What a tokenizer raises in the block becomes `TokenizerFailed`.

    Raises `InputsInvalid` for a text with half of a character, which tokenizers do not take.
    """
    position = next((n for n, char in enumerate(text) if "\ud800" <= char <= "\udfff"), None)
    if position is not None:
        raise InputsInvalid(
            f"Character {position + 1} of the text is only half of one (a lone surrogate).",
            hint="Type that character again.",
        )
    try:
        yield
    except InterpogateError:
        raise
    except BaseException as error:
        place, reason = failure_source(error.__traceback__), " ".join(str(error).split())[:300]
        raise TokenizerFailed(
            f"The tokenizer failed: {type(error).__name__}: {reason}",
            file=place.file if place else None,
            line=place.line if place else 0,
        ) from error


def token_list(tokenizer: Any, ids: Sequence[int]) -> TokenList:
    """Name the tokens of a vocabulary. Raises `TokenizerFailed`."""
    known = [int(token) for token in ids]
    with tokenizing():
        raw = tokenizer.convert_ids_to_tokens(known)
        texts = tuple(tokenizer.decode([token]) for token in known)
    return TokenList(tuple(known), texts, tuple("" if r is None else str(r) for r in raw))


def can_generate(model: Any) -> bool:
    """Whether it is a language model with a head for next tokens."""
    if attribute(model, "config") is None:
        return False
    says = attribute(model, "can_generate")
    try:
        return callable(says) and bool(says())
    except BaseException:  # noqa: BLE001 (a method of the user's that is called so by accident)
        return False


def next_token_logits(model: Any, output: Any) -> torch.Tensor | None:
    """Logits `(position, vocabulary)` of the first sequence, or None if they predict no next token.

    Encoders and masked language models have none; encoder-decoder models predict another text.
    """
    config = attribute(model, "config")
    if getattr(config, "is_encoder_decoder", False):
        return None
    return sequence_logits(model, output)


def sequence_logits(model: Any, output: Any) -> torch.Tensor | None:
    """Logits `(position, vocabulary)` of the first sequence that the model writes, if it does."""
    logits = getattr(output, "logits", None)
    if not can_generate(model) or not isinstance(logits, torch.Tensor) or logits.dim() != 3:  # noqa: PLR2004
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
