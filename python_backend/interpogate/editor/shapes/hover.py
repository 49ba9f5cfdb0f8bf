"""Hover over an attribute such as `self.attn`: what it holds, took and returned, for each instance.

Answers `textDocument/hover`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interpogate.editor.shapes.observations import (
    digest_of,
    find_modules,
    models_with_graph,
    observations_of,
)
from interpogate.editor.shapes.places import place_at
from interpogate.editor.shapes.wording import code_span, inline_values, observed_in

if TYPE_CHECKING:
    from interpogate.editor.language.documents import Document
    from interpogate.editor.language.language import Language

Json = dict[str, Any]

_MOST_INSTANCES = 6


async def answer(language: Language, params: Json) -> Json | None:
    """The hover, or None where no attribute of an open model's module stands."""
    document = language.documents.get(params["textDocument"]["uri"])
    place = place_at(document, params["position"]) if document else None
    if document is None or place is None or not place.member or document.path is None:
        return None
    wanted = {
        "file": document.path,
        "className": place.class_name,
        "member": place.member,
        "limit": _MOST_INSTANCES,
    }
    for state in await models_with_graph(language):
        found = await find_modules(language, state, wanted)
        if found and found["paths"]:
            note = await _note(language, state, document, document.path)
            text = _text(found, note)
            return {"contents": {"kind": "markdown", "value": text}, "range": place.member_range}
    return None


async def _note(language: Language, state: Json, document: Document, file: str) -> str:
    """Said behind where the shapes come from, if the text is not what ran."""
    observed = await observations_of(language).read(language, state, file)
    if not observed or not observed["calls"] or observed["digest"] == digest_of(document):
        return ""
    return "; the file has changed since"


def _text(found: Json, note: str) -> str:
    parts = [_one(module) for module in _grouped(found["modules"])]
    left = len(found["paths"]) - len(found["modules"])
    if left:
        parts.append(f"and {left} more")
    origin = observed_in(found["origin"], found["runId"])
    return "\n\n".join([*parts, f"*{origin}{note}*"])


def _grouped(modules: list[Json]) -> list[Json]:
    """Instances that saw the same, as one."""
    groups: dict[str, Json] = {}
    for module in modules:
        own = {name: value for name, value in module.items() if name != "path"}
        group = groups.setdefault(repr(own), {**own, "paths": []})
        group["paths"].append(module["path"])
    return list(groups.values())


def _one(module: Json) -> str:
    paths = ", ".join(code_span(path) for path in module["paths"])
    lines = [f"{code_span(module['className'])} {paths}"]
    if not module["callCount"]:
        return "\n".join([*lines, "- did not run"])
    if module["inputs"]:
        lines.append(f"- takes {inline_values(module['inputs'])}")
    if module["outputs"]:
        lines.append(f"- returns {inline_values(module['outputs'])}")
    if module["callCount"] > 1:
        lines.append(f"- called {module['callCount']} times")
    return "\n".join(lines)
