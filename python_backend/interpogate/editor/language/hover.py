"""Tells about the module that a path string names. Answers `textDocument/hover`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interpogate.editor.language.links import reveal_uri
from interpogate.editor.language.targets import target_at
from interpogate.editor.language.wording import description

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]


def answer(language: Language, params: Json) -> Json | None:
    """Class, parameters and shapes of the module under the cursor, and a way into the graph."""
    target = target_at(language, params)
    if target is None:
        return None
    text = description(target.mirror, target.table, target.row)
    if not target.is_whole:  # VS Code itself tells of the link over a whole path
        text += f"\n\n[Show in Graph]({reveal_uri(target.mirror.model_id, target.path)})"
    return {"contents": {"kind": "markdown", "value": text}, "range": target.range}
