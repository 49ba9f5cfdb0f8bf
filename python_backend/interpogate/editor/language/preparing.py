"""Works out the path strings of large documents away from the event loop; the newest version wins.

What a feature asks about a large document waits for that, and nothing else does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from interpogate.editor.language.documents import Document, Documents
from interpogate.editor.language.path_strings import Outdated, are_known, work_out

LARGE = 50_000
"""Characters; what is shorter costs the event loop a few milliseconds."""

Result = TypeVar("Result")


def is_large(document: Document) -> bool:
    """Whether work on all of a document belongs into a thread."""
    return len(document.text) >= LARGE


async def prepared(documents: Documents, uri: str) -> Document | None:
    """The newest version of a document, once its path strings are known; None if it is closed."""
    while True:
        document = documents.get(uri)
        if document is None or not is_large(document) or _is_known(documents, document):
            return document
        task = document.memory.get("preparing")
        if task is None:
            work = asyncio.to_thread(_prepare, document, documents.together(document))
            task = document.memory["preparing"] = asyncio.create_task(work)
        await asyncio.wait({task})
        if not document.is_outdated:
            return document


async def away_from_loop(document: Document, work: Callable[[], Result]) -> Result:
    """The result of work on all of a document: of a large one it is done in a thread."""
    return await asyncio.to_thread(work) if is_large(document) else work()


def _is_known(documents: Documents, document: Document) -> bool:
    return "preparing" in document.memory and are_known(documents, document)


def _prepare(document: Document, together: Iterable[Document]) -> None:
    with suppress(Outdated):
        document.index_lines()
        work_out(document, together)
