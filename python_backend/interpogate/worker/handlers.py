"""One function for each worker method of the protocol: a message in, a message out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from interpogate.errors import NoTokenizer
from interpogate.graph.search import find_places
from interpogate.model.tokens import encoded_text, token_list
from interpogate.presentation import levels, values
from interpogate.presentation.code import hook_code
from interpogate.presentation.details import inspect_node
from interpogate.presentation.module_table import module_shapes, module_table
from interpogate.presentation.observed_code import found_modules, observed_code
from interpogate.presentation.recipes import list_recipes, recipe_code
from interpogate.presentation.standing_alone import standing_alone
from interpogate.protocol import messages as m
from interpogate.worker import blocks
from interpogate.worker.forward import cancel_run, start_run
from interpogate.worker.run_states import (
    find_tokens,
    list_runs,
    read_prediction,
    read_strip,
    run_state,
    select_run,
)
from interpogate.worker.session import Session
from interpogate.worker.uploading import upload_input


def _read_graph(session: Session, request: m.ReadGraph) -> m.Levels:
    graph, version = session.graph, session.state.graph_version
    view, count = graph.view(request.detail), session.subject.token_count
    known = [view.levels[container] for container in request.containers if container in view.levels]
    found = tuple(levels.level(graph, view, inside, count) for inside in known if inside.nodes)
    return m.Levels(graph_version=version, levels=found)


def _locate(session: Session, request: m.LocatePath) -> m.Location:
    node, containers = session.graph.locate(request.path)
    return m.Location(node=node, containers=containers)


def _children(session: Session, request: m.ReadModules) -> m.Modules:
    tree = session.opened.modules.tree
    parent = tree.at(request.path)
    return levels.modules(parent, [tree.modules[index] for index in parent.children])


def _find(session: Session, request: m.FindModules) -> m.Modules:
    graph = session.graph
    found = find_places(graph.tree, graph.places, request.query, request.limit)
    return levels.places(graph, found)


def _module_table(session: Session, request: m.ReadModuleTable) -> m.ModuleTable:
    return module_table(session.opened.modules, request.first)


def _module_shapes(session: Session, request: m.ReadModuleShapes) -> m.ModuleShapes:
    return module_shapes(session.graph, session.state.graph_version, request.first)


def _inspect(session: Session, request: m.NodeReference) -> m.NodeDetails:
    return inspect_node(session.subject, request.node, request.call)


def _tokenize(session: Session, request: m.TokenizeText) -> m.Tokens:
    tokenizer = session.opened.loaded.tokenizer
    if tokenizer is None:
        raise NoTokenizer("This model takes no text: it has no tokenizer.")
    return values.tokens(token_list(tokenizer, encoded_text(tokenizer, request.text)["input_ids"]))


def _cancel(session: Session, request: m.RunReference) -> m.RunState:
    return cancel_run(session, session.run(request.run_id))


def _read_run(session: Session, request: m.ReadRun) -> m.RunRecord:
    run = session.run(request.run_id)
    return m.RunRecord(state=run_state(session, run), events=run.events(request.first))


def _read_code(session: Session, request: m.ReadCode) -> m.ObservedCode:
    """Without a digest where the text that ran is no more, be it in a line that was not called."""
    code = observed_code(session.subject, session.state.graph_version, request.file)
    changed = session.loaded_texts.is_changed(request.file, code.digest)
    return replace(code, digest="") if changed else code


def _find_in_code(session: Session, request: m.FindInCode) -> m.FoundModules:
    return found_modules(session.subject, request)


def _write_hook(session: Session, request: m.WriteHook) -> m.HookCode:
    code = hook_code(session.subject, request.node, request.kind, request.style, request.also)
    loaded = session.opened.loaded
    return standing_alone(code, loaded, request.style) if request.with_model else code


def _list_recipes(session: Session, request: m.ListRecipes) -> m.Recipes:
    return list_recipes(session.subject, request.node, request.also)


def _write_recipe(session: Session, request: m.WriteRecipe) -> m.HookCode:
    code = recipe_code(session.subject, request.recipe, request.node, request.also, request.style)
    loaded = session.opened.loaded
    return standing_alone(code, loaded, request.style) if request.with_model else code


HANDLERS: dict[str, Callable[[Session, Any], Any]] = {
    "graph/read": _read_graph,
    "graph/locate": _locate,
    "module/children": _children,
    "module/find": _find,
    "module/table": _module_table,
    "module/shapes": _module_shapes,
    "node/inspect": _inspect,
    "text/tokenize": _tokenize,
    "run/start": start_run,
    "run/cancel": _cancel,
    "run/read": _read_run,
    "run/list": list_runs,
    "run/select": select_run,
    "prediction/read": read_prediction,
    "prediction/strip": read_strip,
    "prediction/find": find_tokens,
    "input/upload": upload_input,
    "code/read": _read_code,
    "code/find": _find_in_code,
    "hook/write": _write_hook,
    "recipe/list": _list_recipes,
    "recipe/write": _write_recipe,
    **blocks.HANDLERS,
}
