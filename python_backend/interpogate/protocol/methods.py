"""The table of all methods: name → parameters, result, who calls and who answers.

`server` requests are answered by the editor or standalone server itself, `worker` requests are
passed on to the model's worker, `editor` requests are answered by the language server alone;
`event` notifications go from the backend to every page. `host` requests and notifications go from a
page to what it lives in, `page` notifications the other way. On the LSP connection every backend
method has the prefix `interpogate/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from interpogate.protocol import messages as m

LSP_PREFIX = "interpogate/"

Route = Literal["server", "worker", "editor", "event", "host", "page"]


@dataclass(frozen=True)
class Method:
    """One method of the protocol."""

    name: str
    params: type[Any]
    result: type[Any] | None
    """None for a notification."""
    route: Route
    doc: str


_TABLE = (
    Method("session/hello", m.Hello, m.Welcome, "server", "Exchange versions, once, first."),
    Method(
        "model/open", m.OpenModel, m.ModelState, "server", "Start a worker and load a model in it."
    ),
    Method("model/read", m.ModelReference, m.ModelState, "server", "Where a model stands."),
    Method("model/list", m.Nothing, m.ModelStates, "server", "All open models."),
    Method(
        "model/restart", m.ModelReference, m.ModelState, "server", "Load it anew in a fresh worker."
    ),
    Method("model/stopLoading", m.ModelReference, m.ModelState, "server", "Give up a load."),
    Method(
        "model/close", m.ModelReference, m.Nothing, "server", "End the worker and forget the model."
    ),
    Method("session/prefer", m.Preferences, m.Nothing, "server", "Follow the user's settings."),
    Method("model/changed", m.ModelState, None, "event", "A model's state changed."),
    Method("graph/read", m.ReadGraph, m.Levels, "worker", "The insides of containers."),
    Method("graph/locate", m.LocatePath, m.Location, "worker", "Where a module path stands."),
    Method("module/children", m.ReadModules, m.Modules, "worker", "Direct submodules."),
    Method("module/find", m.FindModules, m.Modules, "worker", "Modules that a query names."),
    Method("module/table", m.ReadModuleTable, m.ModuleTable, "worker", "All modules, by parts."),
    Method("module/shapes", m.ReadModuleShapes, m.ModuleShapes, "worker", "What modules returned."),
    Method("model/select", m.ModelReference, m.Nothing, "editor", "The model that is looked at."),
    Method("node/inspect", m.NodeReference, m.NodeDetails, "worker", "All about one node."),
    Method("text/tokenize", m.TokenizeText, m.Tokens, "worker", "How a text splits into tokens."),
    Method("run/start", m.StartRun, m.RunState, "worker", "Begin a forward pass; answers at once."),
    Method("run/cancel", m.RunReference, m.RunState, "worker", "Stop before the next module."),
    Method("run/read", m.ReadRun, m.RunRecord, "worker", "Events that a page missed."),
    Method("run/list", m.ModelReference, m.Runs, "worker", "The last runs, as far as known."),
    Method("run/select", m.RunReference, m.RunState, "worker", "Show an earlier run again."),
    Method("run/events", m.RunEvents, None, "event", "Modules started, finished or failed."),
    Method("run/changed", m.RunState, None, "event", "A run began or ended."),
    Method(
        "prediction/read", m.ReadPrediction, m.Prediction, "worker", "Next tokens at a position."
    ),
    Method(
        "prediction/strip", m.RunReference, m.PredictionStrip, "worker", "One for each position."
    ),
    Method("prediction/find", m.FindTokens, m.FoundTokens, "worker", "How likely a token is."),
    Method("input/upload", m.UploadInput, m.UploadedInput, "worker", "Bytes for a later run."),
    Method("block/offer", m.OfferBlocks, m.BlockOffers, "worker", "What a tensor can be drawn as."),
    Method("block/put", m.PutBlock, m.Block, "worker", "Add a block, or change one."),
    Method("block/remove", m.BlockReference, m.Nothing, "worker", "Take a block away."),
    Method("block/list", m.ModelReference, m.Blocks, "worker", "All blocks of a model."),
    Method("block/read", m.ReadBlock, m.BlockPicture, "worker", "What a block shows."),
    Method("block/cell", m.ReadCell, m.BlockCell, "worker", "One exact value of a block."),
    Method("block/changed", m.Blocks, None, "event", "Blocks were added, changed or removed."),
    Method(
        "node/statistics", m.ReadStatistics, m.NodeStatistics, "worker", "Mean, spread, NaN, Inf."
    ),
    Method("code/read", m.ReadCode, m.ObservedCode, "worker", "What was observed in a file."),
    Method("code/find", m.FindInCode, m.FoundModules, "worker", "The modules of a class."),
    Method("code/locate", m.LocateInCode, m.CodePlace, "editor", "The modules at a cursor."),
    Method("hook/write", m.WriteHook, m.HookCode, "worker", "Hook code for a node."),
    Method("recipe/list", m.ListRecipes, m.Recipes, "worker", "Recipes for a selection."),
    Method("recipe/write", m.WriteRecipe, m.HookCode, "worker", "The code of a recipe."),
    Method("page/ready", m.Nothing, m.HostState, "host", "The page listens from now on."),
    Method("page/selected", m.Selection, None, "host", "The selection changed in the page."),
    Method("page/show", m.ShowModel, None, "page", "Show this model."),
    Method("page/reveal", m.RevealPath, None, "page", "Select this module."),
    Method("page/mark", m.MarkModules, None, "page", "Mark what the cursor stands for."),
    Method("hook/insert", m.InsertHook, m.Inserted, "host", "Insert hook code into the editor."),
    Method("source/open", m.OpenSource, m.Nothing, "host", "Show the source line of a node."),
    Method("text/copy", m.CopyText, m.Nothing, "host", "Put text on the clipboard."),
    Method("picture/save", m.SavePicture, m.PictureSaved, "host", "Save a file the page made."),
    Method("problem/act", m.ActOnProblem, m.Nothing, "host", "Carry out a problem's action."),
    Method("page/open", m.OpenFromPage, m.Nothing, "host", "Open a model from the empty state."),
)

METHODS: dict[str, Method] = {method.name: method for method in _TABLE}


def methods_of(route: Route) -> tuple[Method, ...]:
    """The methods of one route, in table order."""
    return tuple(method for method in _TABLE if method.route == route)
