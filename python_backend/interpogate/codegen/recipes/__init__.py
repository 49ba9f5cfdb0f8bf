"""Experiments as code: each recipe is one file here and one row of the table.

Called by `presentation.code`; the code runs as inserted where `interp` (or `model` and `tokenizer`)
exists.
"""

from __future__ import annotations

import ast

from interpogate.codegen.recipes import (
    activation_patching,
    attention_capture,
    logit_lens,
    mean_ablation,
    save_activations,
    steering_vector,
    zero_ablation,
)
from interpogate.codegen.recipes.situation import Recipe, Situation
from interpogate.codegen.text import CodeText, plain, snippet
from interpogate.codegen.watching import Style, imports
from interpogate.errors import RecipeNotFound, RecipeUnfit

__all__ = ["RECIPES", "Recipe", "Situation", "write_recipe"]

RECIPES: tuple[Recipe, ...] = (
    save_activations.RECIPE,
    logit_lens.RECIPE,
    attention_capture.RECIPE,
    zero_ablation.RECIPE,
    mean_ablation.RECIPE,
    activation_patching.RECIPE,
    steering_vector.RECIPE,
)


def write_recipe(name: str, situation: Situation, style: Style) -> CodeText:
    """The code of a recipe. Raises `RecipeNotFound`, `RecipeUnfit`."""
    recipe = next((recipe for recipe in RECIPES if recipe.name == name), None)
    if recipe is None:
        raise RecipeNotFound(f"There is no recipe {name!r}.")
    refusal = recipe.refusal(situation)
    if refusal:
        raise RecipeUnfit(refusal)
    body = "\n".join(recipe.write(situation, style)) + "\n"
    text = plain(body)
    ast.parse(text)
    return CodeText(text, snippet(body), imports(style, needs_torch="torch." in text))
