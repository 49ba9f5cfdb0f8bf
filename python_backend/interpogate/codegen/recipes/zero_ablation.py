"""Replace what the selected modules return by zeros."""

from __future__ import annotations

from interpogate.codegen.paths import loop_over
from interpogate.codegen.recipes.situation import (
    Recipe,
    Situation,
    compared,
    forward,
    needs_result,
    result_of,
    sample_name,
)
from interpogate.codegen.values import MainTensor
from interpogate.codegen.watching import Registration, Style, by_keyword, callback, watched


def _write(situation: Situation, style: Style) -> list[str]:
    output: MainTensor = situation.output  # type: ignore[assignment] # refused without
    target, sample = situation.target, sample_name(situation)
    body = output.replaced(f"torch.zeros_like({output.of('output')})")
    registration = Registration(
        "post", loop_over(target.paths), "post_hook", with_kwargs=by_keyword(target.call)
    )
    run = result_of(situation, forward(situation, style, sample))
    return [
        f"{sample} = {situation.sample}",
        f"before = {run}",
        *watched(style, callback(target, "post", body), [registration], [f"after = {run}"]),
        *compared(situation, style, "before", "after"),
    ]


RECIPE = Recipe(
    "zeroAblation",
    "Zero-ablation",
    "Replaces what the module returns by zeros and compares the prediction before and after.",
    needs_result,
    _write,
)
