"""Describes the completion that is selected in the list. Answers `completionItem/resolve`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interpogate.editor.language.wording import description

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]


def answer(language: Language, params: Json) -> Json:
    """The item with all about its module, if the model is still the same."""
    data = params.get("data") or {}
    mirror = language.mirrors.get(str(data.get("modelId")))
    table = mirror.table if mirror else None
    if mirror is None or table is None or table.version != data["version"]:
        return params
    value = description(mirror, table, data["row"])
    return {**params, "documentation": {"kind": "markdown", "value": value}}
