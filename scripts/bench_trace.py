"""Measures what watching costs: module hooks, data flow, tensors kept for an attention block.

`python scripts/bench_trace.py` prints JSON. GPT-2 size with random weights, one thread; the
variants take turns in every round, so that a slow moment of the machine hits all of them; figures
are medians of the ratios of neighbouring runs. Called by `npm run bench`.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from time import perf_counter

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from interpogate.trace.keeping import Keeper, TensorMemory
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder
from interpogate.visualizations.attention import attention_watches
from interpogate.visualizations.places import Place

TOKENS = (16, 128)
ROUNDS = {16: 40, 128: 15}
ATTENTION = "transformer.h.0.attn"


def main() -> None:
    """Print one object per number of tokens."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config()).train(mode=False)
    rows = [measure(model, tokens) for tokens in TOKENS]
    sys.stdout.write(json.dumps(rows) + "\n")


def measure(model: GPT2LMHeadModel, tokens: int) -> dict[str, float]:
    """Ratios for one length of input."""
    modules = declared_modules(model)
    ids = torch.arange(tokens)[None]

    def bare() -> None:
        model(ids, use_cache=False)

    def shapes() -> None:
        with Recorder(modules, dataflow=False).watching():
            bare()

    def dataflow() -> None:
        with Recorder(modules).watching():
            bare()

    def block() -> None:
        keeper = Keeper(memory, memory.begin(1), watches=attention_watches(first))
        with Recorder(modules, keeper=keeper).watching():
            bare()

    memory, first = TensorMemory(), Place("modules", "", (modules.tree.at(ATTENTION).index,))
    with torch.no_grad():
        times = alternate((bare, shapes, dataflow, block), ROUNDS[tokens])
    plain, with_shapes, with_flow, with_block = times
    return {
        "tokens": tokens,
        "bareMilliseconds": round(statistics.median(plain) * 1000, 2),
        "shapeTraceRatio": round(ratio(with_shapes, plain), 3),
        "dataflowTraceRatio": round(ratio(with_flow, plain), 3),
        "attentionBlockRatio": round(ratio(with_block, plain), 3),
    }


def alternate(variants: tuple[Callable[[], None], ...], rounds: int) -> list[list[float]]:
    """Seconds of every variant in every round, after two rounds that do not count."""
    times: list[list[float]] = [[] for _ in variants]
    for round_number in range(rounds + 2):
        for variant, own in zip(variants, times, strict=True):
            began = perf_counter()
            variant()
            if round_number >= 2:  # noqa: PLR2004 (warm-up)
                own.append(perf_counter() - began)
    return times


def ratio(times: list[float], base: list[float]) -> float:
    """Median of the ratios round by round."""
    return statistics.median(one / other for one, other in zip(times, base, strict=True))


if __name__ == "__main__":
    main()
