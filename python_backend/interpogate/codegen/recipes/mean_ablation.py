"""Replace what the selected modules return by its mean over reference inputs."""

from __future__ import annotations

from interpogate.codegen.recipes.keeping import closure
from interpogate.codegen.recipes.situation import (
    Recipe,
    Situation,
    compared,
    forward,
    needs_result,
    result_of,
    sample_name,
)
from interpogate.codegen.text import indented
from interpogate.codegen.values import MainTensor
from interpogate.codegen.watching import Style, watched

_WITH_TOKENS = 3  # batch, tokens, features


def _write(situation: Situation, style: Style) -> list[str]:
    output: MainTensor = situation.output  # type: ignore[assignment] # refused without
    target, sample = situation.target, sample_name(situation)
    value = output.of("output")
    dimensions = "(0, 1)" if len(output.tensor.shape) == _WITH_TOKENS else "0"
    mean = f"{value}.mean(dim={dimensions}, keepdim=True)"
    measure, measuring = closure(
        target, "measure", lambda path: [f"means.setdefault({path}, []).append({mean})"]
    )
    ablate, ablating = closure(
        target,
        "ablate",
        lambda path: output.replaced(
            f"torch.stack(means[{path}]).mean(0).expand_as({value}).clone()"
        ),
    )
    run = forward(situation, style, sample)
    passes = [f"for {sample} in references:", *indented([run])]
    return [
        f"references = [{situation.sample}]",
        "means = {}",
        *watched(style, measure, [measuring], passes),
        "",
        f"{sample} = references[0]",
        f"before = {result_of(situation, run)}",
        *watched(style, ablate, [ablating], [f"after = {result_of(situation, run)}"]),
        *compared(situation, style, "before", "after"),
    ]


RECIPE = Recipe(
    "meanAblation",
    "Mean-ablation",
    "Replaces what the module returns by its mean over reference inputs and compares.",
    needs_result,
    _write,
)
