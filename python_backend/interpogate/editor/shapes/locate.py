"""The modules that a cursor stands for: instances of its class, and what a path or attribute names.

Answers `interpogate/code/locate`, by which the extension marks and reveals nodes of graphs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interpogate.editor.language.documents import Document
from interpogate.editor.language.targets import target_at
from interpogate.editor.shapes.observations import find_modules, models_with_graph
from interpogate.editor.shapes.places import CodePlace, place_at

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]


async def answer(language: Language, params: Json) -> Json:
    """A `CodePlace` of the protocol."""
    document = language.documents.get(params["uri"])
    named = _path_string(language, params)
    place = place_at(document, params) if document else None
    if document is None or place is None:
        return {"className": "", "instances": [], "named": named, "isReadable": document is None}
    states = await models_with_graph(language)
    instances = await _found(language, states, document, place, member="")
    return {
        "className": place.class_name,
        "instances": instances,
        "named": named or await _named(language, states, document, place) or instances,
        "isReadable": True,
    }


def _path_string(language: Language, params: Json) -> list[Json]:
    """The module that a path string at the position names, also while the text does not parse."""
    position = {"line": params["line"], "character": params["character"]}
    target = target_at(language, {"textDocument": {"uri": params["uri"]}, "position": position})
    return [{"modelId": target.mirror.model_id, "paths": [target.path]}] if target else []


async def _named(
    language: Language, states: list[Json], document: Document, place: CodePlace
) -> list[Json]:
    if place.text is not None:
        having = [m for m in language.mirrors.all() if m.table and m.table.find(place.text)]
        return [{"modelId": mirror.model_id, "paths": [place.text]} for mirror in having]
    if place.member:
        return await _found(language, states, document, place, member=place.member)
    return []


async def _found(
    language: Language, states: list[Json], document: Document, place: CodePlace, *, member: str
) -> list[Json]:
    if not place.class_name or document.path is None:
        return []
    wanted = {
        "file": document.path,
        "className": place.class_name,
        "member": member,
        "limit": 0,
    }
    found = [(state, await find_modules(language, state, wanted)) for state in states]
    return [{"modelId": s["modelId"], "paths": one["paths"]} for s, one in found if one]
