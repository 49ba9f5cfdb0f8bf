"""One thread for what is too slow for the event loop: reading and parsing files.

What nobody waits for any more is stopped. Called by `definition.py` and `references.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from interpogate.editor.language.documents import Document
from interpogate.editor.language.source_files import SourceFiles

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Result = TypeVar("Result")

_MEMORY = "background"


class Background:
    """The thread, and the files that it has read."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="language-files")
        self.files = SourceFiles()

    async def run(self, work: Callable[[Event], Result]) -> Result:
        """The result of some work; it is told by the event when nobody waits any more."""
        abandoned = Event()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work, abandoned)
        finally:
            abandoned.set()


def background_of(language: Language) -> Background:
    """That of one connection, made when it is first needed."""
    known = language.memory.get(_MEMORY)
    if known is None:
        known = language.memory[_MEMORY] = Background()
    background: Background = known
    return background


def opened_files(language: Language) -> Mapping[str, Document]:
    """The open files by path, as they stand now."""
    documents = (d for d in language.documents.all() if d.uri.startswith("file:"))
    return {document.path: document for document in documents if document.path}
