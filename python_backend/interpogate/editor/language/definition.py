"""Goes to the line that makes the module a path string names. Answers `textDocument/definition`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from interpogate.editor.language.background import background_of, opened_files
from interpogate.editor.language.constructors import definitions_of
from interpogate.editor.language.places import location
from interpogate.editor.language.targets import target_at

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]


async def answer(language: Language, params: Json) -> list[Json] | None:
    """The places, in the user's file or a library's; several where the code has branches."""
    target = target_at(language, params)
    if target is None:
        return None
    background = background_of(language)
    read = partial(background.files.read, opened=opened_files(language))
    places = await background.run(lambda _: definitions_of(target.table, target.row, read))
    found = [location(place) for place in places]
    if not language.client_has("textDocument.definition.linkSupport"):
        return found
    return [
        {
            "originSelectionRange": target.range,
            "targetUri": each["uri"],
            "targetRange": each["range"],
            "targetSelectionRange": each["range"],
        }
        for each in found
    ]
