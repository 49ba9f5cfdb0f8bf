"""Inlay hints: behind each call of a submodule what it returned, as long as the text is what ran.

Answers `textDocument/inlayHint`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interpogate.editor.shapes.observations import valid_observations
from interpogate.editor.shapes.places import end_of_call
from interpogate.editor.shapes.wording import call_tooltip, hint_label, observed_in

if TYPE_CHECKING:
    from interpogate.editor.language.documents import Document
    from interpogate.editor.language.language import Language

Json = dict[str, Any]

_TYPE = 1


async def answer(language: Language, params: Json) -> list[Json]:
    """The hints of the visible part of a document."""
    document = language.documents.get(params["textDocument"]["uri"])
    if document is None:
        return []
    hints: dict[tuple[int, int], Json] = {}
    for observed in await valid_observations(language, document):
        for hint in _hints(document, observed, params["range"]):
            place = (hint["position"]["line"], hint["position"]["character"])
            hints.setdefault(place, hint)
    # It may have been changed while the workers were asked.
    return list(hints.values()) if language.documents.get(document.uri) is document else []


def _hints(document: Document, observed: Json, visible: Json) -> list[Json]:
    first, last = visible["start"]["line"] + 1, visible["end"]["line"] + 1
    origin = observed_in(observed["origin"], observed["runId"])
    calls = [call for call in observed["calls"] if first <= call["endLine"] <= last]
    found = [_hint(document, call, origin) for call in calls]
    return [hint for hint in found if hint]


def _hint(document: Document, call: Json, origin: str) -> Json | None:
    label = hint_label(call["outputs"], failed=call["failed"])
    place = end_of_call(document, call) if label else None
    if place is None:
        return None
    return {
        "position": place,
        "label": label,
        "kind": _TYPE,
        "paddingLeft": True,
        "tooltip": {"kind": "markdown", "value": call_tooltip(call, origin)},
    }
