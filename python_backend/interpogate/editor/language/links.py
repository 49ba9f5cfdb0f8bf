"""Path strings as links that select the module in the graph. Answers `textDocument/documentLink`.

VS Code asks when a document is shown or changed, not when a model is: a link is there unless the
model is known to have no such module, and what it finds is decided when it is followed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from interpogate.editor.language.path_strings import PathString, path_strings
from interpogate.editor.language.preparing import away_from_loop
from interpogate.editor.language.targets import absolute

if TYPE_CHECKING:
    from interpogate.editor.language.documents import Document
    from interpogate.editor.language.language import Language
    from interpogate.editor.language.mirror import Mirror

Json = dict[str, Any]

_MOST_LINKS = 2_000
_COMMAND = "interpogate.revealPath"


def reveal_uri(model_id: str, path: str) -> str:
    """What VS Code follows to select a module; the extension allows this one command only."""
    arguments = json.dumps([{"modelId": model_id, "path": path}])
    return f"command:{_COMMAND}?{quote(arguments, safe='')}"


async def answer(language: Language, params: Json) -> list[Json]:
    """The first links of a document."""
    document = language.documents.get(params["textDocument"]["uri"])
    if document is None:
        return []
    strings = path_strings(language.documents, document)
    mirror = language.mirror_of(document)

    def found() -> list[Json]:
        return list(islice(_links(document, strings, mirror), _MOST_LINKS))

    return await away_from_loop(document, found)


def _links(
    document: Document, strings: Iterable[PathString], mirror: Mirror | None
) -> Iterator[Json]:
    table = mirror.table if mirror else None
    model_id = mirror.model_id if mirror else ""
    for string in strings:
        path = absolute(string, string.value)
        is_known = string.is_certain if table is None else table.find(path) is not None
        if string.value and string.literal.is_closed and is_known:
            place = document.range(string.literal.start, string.literal.end)
            target = reveal_uri(model_id, path)
            yield {"range": place, "target": target, "tooltip": "Show in Graph"}
