"""Takes which model is looked at. Answers `interpogate/model/select`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]


def answer(language: Language, params: Json) -> Json:
    """Remember it, and look at all documents anew."""
    selected = str(params.get("modelId", ""))
    if selected != language.mirrors.selected:
        language.mirrors.selected = selected
        language.diagnostics.schedule_all()
    return {}
