"""Add a direction, the difference of two inputs, to what the selected modules return."""

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
from interpogate.codegen.text import indented, placed
from interpogate.codegen.values import MainTensor
from interpogate.codegen.watching import Style, watched


def _write(situation: Situation, style: Style) -> list[str]:
    output: MainTensor = situation.output  # type: ignore[assignment] # refused without
    target, sample = situation.target, sample_name(situation)
    value = output.of("output")
    last = f"{value}.reshape(-1, {value}.shape[-1])[-1]"
    keep, keeping = closure(
        target, "keep", lambda path: [f"ends.setdefault({path}, []).append({last}.clone())"]
    )
    steer, steering = closure(
        target, "steer", lambda path: output.replaced(f"{value} + strength * directions[{path}]")
    )
    run = forward(situation, style, sample)
    return [
        f"toward = {placed(situation.sample)}",
        f"away = {placed(situation.sample)}",
        f"strength = {placed('4.0')}",
        "ends = {}",
        *watched(style, keep, [keeping], [f"for {sample} in [toward, away]:", *indented([run])]),
        "directions = {path: ends[path][0] - ends[path][1] for path in ends}",
        "",
        f"{sample} = {situation.sample}",
        f"before = {result_of(situation, run)}",
        *watched(style, steer, [steering], [f"after = {result_of(situation, run)}"]),
        *compared(situation, style, "before", "after"),
    ]


RECIPE = Recipe(
    "steeringVector",
    "Steering vector",
    "Adds the difference of two inputs, taken at the last position, to what the module returns.",
    needs_result,
    _write,
)
