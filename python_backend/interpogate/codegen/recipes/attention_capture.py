"""Keep the attention weights, which the fast kernels do not return."""

from __future__ import annotations

from interpogate.codegen.recipes.keeping import closure
from interpogate.codegen.recipes.situation import (
    Recipe,
    Situation,
    forward,
    sample_name,
)
from interpogate.codegen.text import indented
from interpogate.codegen.watching import HookTarget, Style, watched


def _refusal(situation: Situation) -> str:
    if situation.attention is None:
        return "The selection holds no attention of transformers whose kernel can be chosen."
    return ""


def _write(situation: Situation, style: Style) -> list[str]:
    attention: HookTarget = situation.attention  # type: ignore[assignment] # refused without
    sample, model = sample_name(situation), "interp.model" if style == "interpogate" else "model"
    keep, keeping = closure(
        attention, "keep", lambda path: [f"weights[{path}] = output[1].detach().clone()"]
    )
    inner = watched(style, keep, [keeping], [forward(situation, style, sample)])
    return [
        f"{sample} = {situation.sample}",
        "weights = {}",
        f"kernel = {model}.config._attn_implementation",
        f'{model}.set_attn_implementation("eager")  # the faster kernels return no weights',
        "try:",
        *indented(inner),
        "finally:",
        *indented([f"{model}.set_attn_implementation(kernel)"]),
        "for path, value in weights.items():",
        *indented(['print(path, "batch, heads, queries, keys:", tuple(value.shape))']),
    ]


RECIPE = Recipe(
    "attentionCapture",
    "Attention capture",
    "Keeps the attention weights of each head by path.",
    _refusal,
    _write,
)
