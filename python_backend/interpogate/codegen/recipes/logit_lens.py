"""Read each layer's hidden state through the model's own unembedding."""

from __future__ import annotations

from interpogate.codegen.recipes.keeping import closure
from interpogate.codegen.recipes.situation import (
    Recipe,
    Situation,
    forward,
    module,
    sample_name,
    tokenizer,
)
from interpogate.codegen.text import indented, quoted
from interpogate.codegen.values import MainTensor
from interpogate.codegen.watching import HookTarget, Style, watched


def _refusal(situation: Situation) -> str:
    if not situation.is_text or not situation.unembedding:
        return "The logit lens needs a text and a model that predicts tokens."
    if situation.layers is None or situation.layer_output is None:
        return "No repeated layers with a hidden state are known: run the model first."
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
        *_lens(situation, style),
        "for path, state in hidden.items():",
        *indented([
            "probabilities = unembedding(norm(state))[0].softmax(-1)",
            "top = probabilities[-1].max(-1)  # after the last token",
            f"word = {tokenizer(style)}.decode(top.indices)",
            'print(path, repr(word), f"{top.values:.3f}")',
        ]),
    ]  # fmt: skip


def _lens(situation: Situation, style: Style) -> list[str]:
    norm = module(style, quoted(situation.norm)) if situation.norm else "lambda state: state"
    return [
        f"norm = {norm}",
        f"unembedding = {module(style, quoted(situation.unembedding))}",
    ]


RECIPE = Recipe(
    "logitLens",
    "Logit lens",
    "Prints the most likely next token as each layer would have it.",
    _refusal,
    _write,
)
