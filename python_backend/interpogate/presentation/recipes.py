"""Recipes for a selection: which ones fit, and their code.

What the model is like (layers, attention) is read from the recording and
the modules; a recipe that lacks something says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interpogate.codegen.recipes import RECIPES, Situation, write_recipe
from interpogate.codegen.values import MainTensor, main_tensor
from interpogate.codegen.watching import HookTarget, Style
from interpogate.graph.graph import Graph
from interpogate.graph.modules import Module
from interpogate.presentation.selection import hook_target, sample, selected_modules
from interpogate.presentation.subject import Subject
from interpogate.presentation.summary import predicts_tokens
from interpogate.protocol import messages as m
from interpogate.trace.members import attribute
from interpogate.visualizations.residual import main_stack


def list_recipes(subject: Subject, node: str, also: Sequence[str]) -> m.Recipes:
    """Every recipe with why it does not fit the nodes. Raises `PathNotFound`."""
    found = situation(subject, (node, *also))
    offers = (
        m.RecipeOffer(
            recipe=recipe.name, title=recipe.title, does=recipe.does, refusal=recipe.refusal(found)
        )
        for recipe in RECIPES
    )
    return m.Recipes(offers=tuple(offers))


def recipe_code(
    subject: Subject, recipe: str, node: str, also: Sequence[str], style: Style
) -> m.HookCode:
    """The code of a recipe. Raises `PathNotFound`, `RecipeNotFound`, `RecipeUnfit`."""
    found = situation(subject, (node, *also))
    written = write_recipe(recipe, found, style)
    return m.HookCode(
        path=found.target.module.path,
        text=written.text,
        snippet=written.snippet,
        imports=written.imports,
    )


def situation(subject: Subject, nodes: Sequence[str]) -> Situation:
    """What recipes need to know of the selection and its model."""
    modules = selected_modules(subject.graph, nodes)
    target = hook_target(subject, modules)
    stack = _stack(subject.graph)
    layers = _target(subject, _layers(modules) or stack)
    last = _target(subject, stack[-1:])
    attention = _target(subject, _attention(subject, modules))
    root = subject.graph.recording.calls_of(0)
    return Situation(
        target=target,
        sample=sample(subject),
        is_text=subject.text is not None,
        output=_output(target),
        result=main_tensor(root[0].outputs) if root else None,
        predicts_tokens=_predicts_tokens(subject),
        layers=layers,
        layer_output=_output(layers),
        last_layer=last,
        last_output=_output(last),
        attention=attention,
    )


def _target(subject: Subject, modules: Sequence[Module]) -> HookTarget | None:
    return hook_target(subject, modules) if modules else None


def _output(target: HookTarget | None) -> MainTensor | None:
    return main_tensor(target.call.outputs) if target and target.call else None


def _layers(selected: Sequence[Module]) -> tuple[Module, ...]:
    """The selection itself where it is several equal blocks."""
    is_several = len(selected) > 1 and len({module.class_name for module in selected}) == 1
    return tuple(selected) if is_several else ()


def _stack(graph: Graph) -> tuple[Module, ...]:
    """The blocks after which the model makes its result, each once."""
    return tuple(graph.tree.modules[index] for index in dict.fromkeys(main_stack(graph)))


def _attention(subject: Subject, selected: Sequence[Module]) -> tuple[Module, ...]:
    """Attention modules in the selection, outermost ones, whose model can change its kernel."""
    root: Any = subject.live[0]
    implementation = attribute(attribute(root, "config"), "_attn_implementation")
    if not callable(attribute(root, "set_attn_implementation")) or implementation is None:
        return ()
    tree = subject.graph.tree
    inside = [tree.modules[i] for one in selected for i in range(one.index, one.last + 1)]
    found = [one for one in inside if _is_attention(subject, one)]
    return tuple(sorted(dict.fromkeys(found), key=lambda module: module.index))


def _is_attention(subject: Subject, module: Module) -> bool:
    """It returns a pair, the second of which is the weights or, for now, None."""
    calls = subject.graph.recording.calls_of(module.index)
    rows = [value for value in calls[0].outputs if value.depth == 1] if calls else []
    is_pair = len(rows) >= 2 and rows[0].kind == "tensor" and rows[1].kind in ("none", "tensor")  # noqa: PLR2004
    return is_pair and "attention" in module.class_name.lower()


def _predicts_tokens(subject: Subject) -> bool:
    """Whether the model has output embeddings and says that it predicts tokens."""
    live: Any = subject.live[0]
    try:
        found = live.get_output_embeddings()
    except (AttributeError, NotImplementedError):
        return False
    return any(module is found for module in subject.live) and predicts_tokens(live)
