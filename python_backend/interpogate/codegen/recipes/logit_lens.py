"""Read each layer's hidden state through all that follows the model's last layer."""

from __future__ import annotations

from interpogate.codegen.recipes.keeping import closure
from interpogate.codegen.recipes.situation import (
    Recipe,
    Situation,
    forward,
    result_of,
    sample_name,
    tokenizer,
)
from interpogate.codegen.text import indented
from interpogate.codegen.values import MainTensor
from interpogate.codegen.watching import HookTarget, Style, watched


def _refusal(situation: Situation) -> str:
    if not situation.is_text or not situation.predicts_tokens or situation.result is None:
        return "The logit lens needs a text and a model that predicts tokens."
    if situation.layers is None or situation.layer_output is None:
        return "No repeated layers with a hidden state are known: run the model first."
    if situation.last_layer is None or situation.last_output is None:
        return "The layer that the prediction is made after is not known: run the model first."
    if situation.last_output.tensor.shape != situation.layer_output.tensor.shape:
        return "The selection returns no hidden state of the model's last layer's shape."
    return ""


def _write(situation: Situation, style: Style) -> list[str]:
    layers: HookTarget = situation.layers  # type: ignore[assignment] # refused without
    output: MainTensor = situation.layer_output  # type: ignore[assignment] # refused without
    sample = sample_name(situation)
    value = f"{output.of('output')}.detach().clone()"
    keep, keeping = closure(layers, "keep", lambda path: [f"hidden[{path}] = {value}"])
    return [
        f"{sample} = {situation.sample}",
        "hidden = {}",
        *watched(style, keep, [keeping], [forward(situation, style, sample)]),
        "",
        "# What follows the last layer (norm, head, scale, soft cap) is applied to each state.",
        "for path, state in hidden.items():",
        *indented([
            *_patched(situation, style, sample),
            "probabilities = logits[0].softmax(-1)",
            "top = probabilities[-1].max(-1)  # after the last token",
            f"word = {tokenizer(style)}.decode(top.indices)",
            'print(path, repr(word), f"{top.values:.3f}")',
        ]),
    ]  # fmt: skip


def _patched(situation: Situation, style: Style, sample: str) -> list[str]:
    """Lines that run the model as if its last layer had returned `state`."""
    last: HookTarget = situation.last_layer  # type: ignore[assignment] # refused without
    output: MainTensor = situation.last_output  # type: ignore[assignment] # refused without
    replace, replacing = closure(last, "replace", lambda _: output.replaced("state"))
    run = result_of(situation, forward(situation, style, sample))
    return watched(style, replace, [replacing], [f"logits = {run}"])


RECIPE = Recipe(
    "logitLens",
    "Logit lens",
    "Prints the most likely next token as each layer would have it.",
    _refusal,
    _write,
)
