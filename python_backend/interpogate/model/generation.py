"""Generating one token after the other: what a model needs for it, and the choice of the next one.

Called by the worker, which runs the forward passes itself so that each can be watched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from interpogate.errors import CannotGenerate, InputsInvalid
from interpogate.model.inputs import Inputs, accepted_names, context_length
from interpogate.model.tokens import can_generate
from interpogate.trace.members import attribute

MAXIMUM_TOKENS = 1000
_LARGEST_SEED = 2**53 - 1
"""What a page can name exactly."""


@dataclass(frozen=True)
class Sampling:
    """How the next token is chosen: greedy at temperature 0."""

    temperature: float = 0.0
    seed: int = 0

    def generator(self) -> torch.Generator:
        """What a run draws from, from its beginning."""
        return torch.Generator().manual_seed(self.seed)

    def choose(self, logits: torch.Tensor, generator: torch.Generator) -> int:
        """The next token of `(vocabulary,)` logits. Raises `CannotGenerate` for NaN and +Inf."""
        if not bool((logits < torch.inf).all()):
            raise CannotGenerate(
                "No next token can be chosen: the logits hold NaN or Inf.",
                hint="The statistics of the nodes show where the first NaN or Inf comes from.",
            )
        if self.temperature == 0:
            return int(logits.argmax())
        shares = torch.softmax(logits.float().cpu() / self.temperature, dim=0)
        return int(torch.multinomial(shares, 1, generator=generator))


def check_request(model: Any, token_count: int, sampling: Sampling, prompt: int) -> None:
    """Raises `CannotGenerate` or `InputsInvalid` with the reason in a sentence."""
    if not can_generate(model):
        raise CannotGenerate("This model cannot generate: it predicts no next tokens.")
    if not 1 <= token_count <= MAXIMUM_TOKENS:
        raise InputsInvalid(
            f"{token_count} tokens cannot be generated at once.",
            hint=f"Give a number from 1 to {MAXIMUM_TOKENS}.",
        )
    if not 0 <= sampling.temperature <= 100:  # noqa: PLR2004 (NaN fails too)
        raise InputsInvalid(
            "The temperature must be between 0 and 100.", hint="0 takes the likeliest token."
        )
    if not 0 <= sampling.seed <= _LARGEST_SEED:
        raise InputsInvalid("The seed must be a whole number from 0 to 2⁵³ - 1.", hint="Such as 0.")
    limit = context_length(model)
    if limit is not None and prompt > limit:
        raise InputsInvalid(f"The text has {prompt} tokens, the model takes at most {limit}.")


def is_encoder_decoder(model: Any) -> bool:
    """Whether it reads one text and writes another one."""
    return bool(attribute(attribute(model, "config"), "is_encoder_decoder", False))


def end_ids(model: Any) -> frozenset[int]:
    """Tokens that end a text."""
    for owner in (attribute(model, "generation_config"), attribute(model, "config")):
        found = attribute(owner, "eos_token_id")
        if isinstance(found, int):
            return frozenset((found,))
        if found:
            return frozenset(int(token) for token in found)
    return frozenset()


def start_id(model: Any) -> int:
    """What an encoder-decoder model's own text begins with."""
    for owner in (attribute(model, "generation_config"), attribute(model, "config")):
        for name in ("decoder_start_token_id", "bos_token_id", "pad_token_id"):
            found = attribute(owner, name)
            if isinstance(found, int):
                return found
    return 0


def with_decoder_start(model: nn.Module, inputs: Inputs) -> Inputs:
    """The inputs of an encoder-decoder model with the first token of its own text."""
    if not is_encoder_decoder(model) or "decoder_input_ids" not in accepted_names(model):
        return inputs
    ids = inputs["input_ids"]
    start = torch.full((ids.shape[0], 1), start_id(model), dtype=ids.dtype, device=ids.device)
    return {"decoder_input_ids": start, **inputs}


def grown(model: Any, inputs: Inputs, token: int) -> Inputs:
    """The inputs with one more token at the end of the text that the model writes."""
    name = "decoder_input_ids" if is_encoder_decoder(model) else "input_ids"
    longer = {name: _with_last(inputs[name], token)}
    if name == "input_ids":
        for beside in ("attention_mask", "token_type_ids"):
            if isinstance(inputs.get(beside), torch.Tensor):
                longer[beside] = _with_last(inputs[beside], int(inputs[beside][0, -1]))
    return {**inputs, **longer}


def _with_last(rows: torch.Tensor, value: int) -> torch.Tensor:
    last = torch.full((rows.shape[0], 1), value, dtype=rows.dtype, device=rows.device)
    return torch.cat((rows, last), dim=1)


def stop_reason(model: Any, made: Sequence[int], wanted: int, length: int) -> str:
    """Why generating is over after these tokens, in a sentence; empty if it goes on or is done."""
    if made[-1] in end_ids(model) and len(made) < wanted:
        return f"The model ended its text after {len(made)} of {wanted} tokens."
    limit = context_length(model)
    if limit is not None and length >= limit and len(made) < wanted:
        return (
            f"The model takes at most {limit} tokens: generating ended after "
            f"{len(made)} of {wanted}."
        )
    return ""
