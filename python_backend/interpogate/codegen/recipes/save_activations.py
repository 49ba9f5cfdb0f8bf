"""Keep what the selected modules return."""

from __future__ import annotations

from interpogate.codegen.recipes.keeping import closure
from interpogate.codegen.recipes.situation import (
    Recipe,
    Situation,
    forward,
    needs_output,
    sample_name,
)
from interpogate.codegen.text import indented
from interpogate.codegen.values import MainTensor
from interpogate.codegen.watching import Style, watched


def _write(situation: Situation, style: Style) -> list[str]:
    output: MainTensor = situation.output  # type: ignore[assignment] # refused without
    sample = sample_name(situation)
    value = f"{output.of('output')}.detach().clone()"
    definitions, registration = closure(
        situation.target, "keep", lambda path: [f"activations[{path}] = {value}"]
    )
    return [
        f"{sample} = {situation.sample}",
        "activations = {}",
        *watched(style, definitions, [registration], [forward(situation, style, sample)]),
        "for path, value in activations.items():",
        *indented(['print(path, tuple(value.shape), f"norm {value.norm():.3f}")']),
    ]


RECIPE = Recipe(
    "saveActivations",
    "Save activations",
    "Keeps what the module returns, by path.",
    needs_output,
    _write,
)
