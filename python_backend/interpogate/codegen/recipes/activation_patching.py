"""Put what the selected modules return for one input into the pass on another one."""

from __future__ import annotations

from interpogate.codegen.recipes.keeping import closure
from interpogate.codegen.recipes.situation import (
    Recipe,
    Situation,
    compared,
    forward,
    needs_result,
    result_of,
)
from interpogate.codegen.text import indented, placed
from interpogate.codegen.values import MainTensor
from interpogate.codegen.watching import Style, watched


def _write(situation: Situation, style: Style) -> list[str]:
    output: MainTensor = situation.output  # type: ignore[assignment] # refused without
    target, value = situation.target, output.of("output")
    keep, keeping = closure(
        target, "keep", lambda path: [f"clean[{path}] = {value}.detach().clone()"]
    )
    patch, patching = closure(target, "patch", lambda path: _patched(output, path))
    run = result_of(situation, forward(situation, style, "corrupted_input"))
    return [
        f"clean_input = {situation.sample}",
        f"corrupted_input = {placed(situation.sample)}  # the same shapes, something else changed",
        "clean = {}",
        *watched(style, keep, [keeping], [forward(situation, style, "clean_input")]),
        "",
        f"before = {run}",
        *watched(style, patch, [patching], [f"after = {run}"]),
        *compared(situation, style, "before", "after"),
    ]


def _patched(output: MainTensor, path: str) -> list[str]:
    value = output.of("output")
    message = '"the two inputs have different shapes"'
    return [
        f"if {value}.shape != clean[{path}].shape:",
        *indented([f"raise ValueError({message})"]),
        *output.replaced(f"clean[{path}]"),
    ]


RECIPE = Recipe(
    "activationPatching",
    "Activation patching",
    "Puts what the module returned for a clean input into the pass on a corrupted one.",
    needs_result,
    _write,
)
