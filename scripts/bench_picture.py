"""Measures the notebook picture: how large it is and how long it takes, for GPT-2 at 128 tokens.

`python scripts/bench_picture.py` prints JSON: the first picture of a fresh process, and the median
of five more, each of a new run, in seconds of the processor, which a loaded machine does not
change. Random weights and a tokenizer of numbers change neither figure much. Called by `npm run
bench`.
"""

from __future__ import annotations

import json
import statistics
import sys
from time import process_time
from typing import Any

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from interpogate import Interpogate

TOKENS = 128
REPEATS = 5


class Numbers:
    """A tokenizer whose tokens are named by their numbers."""

    def __call__(self, _: str, **__: Any) -> dict[str, torch.Tensor]:
        """The same tokens for any text."""
        return {"input_ids": torch.arange(TOKENS)[None]}

    def decode(self, ids: Any, **_: Any) -> str:
        """What a token stands for."""
        return f" word{ids}"

    def convert_ids_to_tokens(self, ids: list[int], **_: Any) -> list[str]:
        """Tokens as a vocabulary writes them."""
        return [f"word{number}" for number in ids]


def main() -> None:
    """Print one object."""
    torch.manual_seed(0)
    interp = Interpogate(GPT2LMHeadModel(GPT2Config()).train(mode=False), Numbers())
    pictures = [picture(interp) for _ in range(REPEATS + 1)]
    seconds = [one for one, _ in pictures]
    result = {
        "tokens": TOKENS,
        "firstSeconds": round(seconds[0], 3),
        "medianSeconds": round(statistics.median(seconds[1:]), 3),
        "kilobytes": round(pictures[-1][1] / 1000),
    }
    sys.stdout.write(json.dumps(result) + "\n")


def picture(interp: Interpogate) -> tuple[float, int]:
    """Seconds of the processor and bytes of the picture of one new run."""
    with torch.no_grad():
        interp.forward_text("")
    began = process_time()
    text = interp.to_html()
    return process_time() - began, len(text.encode())


if __name__ == "__main__":
    main()
