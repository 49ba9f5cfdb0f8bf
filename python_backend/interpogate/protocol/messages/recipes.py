"""Recipes: experiments that are inserted as code."""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.protocol.messages.terms import HookStyle


@dataclass(frozen=True, kw_only=True)
class ListRecipes:
    """Asks which recipes fit a selection."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id; a group stands for all its members."""
    also: tuple[str, ...] = ()
    """Further node ids."""


@dataclass(frozen=True, kw_only=True)
class RecipeOffer:
    """One recipe."""

    recipe: str
    """Stable name, such as `zeroAblation`."""
    title: str
    """What the user reads."""
    does: str
    """One sentence: what one sees when the code has run."""
    refusal: str
    """Why it does not fit the selection; empty if it does."""


@dataclass(frozen=True, kw_only=True)
class Recipes:
    """Answer to `ListRecipes`."""

    offers: tuple[RecipeOffer, ...]
    """Every recipe, in the order of a menu."""


@dataclass(frozen=True, kw_only=True)
class WriteRecipe:
    """Asks for the code of a recipe."""

    model_id: str
    """Name of the open model."""
    recipe: str
    """Name of the recipe."""
    node: str
    """Node id; a group stands for all its members."""
    also: tuple[str, ...] = ()
    """Further node ids."""
    style: HookStyle = "interpogate"
    """`pytorch` needs no package: hooks on `model`, texts by `tokenizer`."""
    with_model: bool = False
    """Whether the code loads the model first, for a file of its own."""
