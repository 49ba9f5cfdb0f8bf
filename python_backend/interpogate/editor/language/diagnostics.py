"""Warns of paths that the model does not have: a moment after a change, never while it is loaded.

Called by `language.py`, which tells of documents and models. What it stands on is imported with the
first warning.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interpogate.editor.language.documents import Document
    from interpogate.editor.language.language import Language
    from interpogate.editor.language.mirror import Mirror

Json = dict[str, Any]

_DELAY_S = 0.6
_PUBLISH = "textDocument/publishDiagnostics"


class Diagnostics:
    """What is shown in the documents of one connection."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._shown: set[str] = set()

    def schedule(self, uri: str, delay_s: float = _DELAY_S) -> None:
        """Look at a document in a moment; a later call starts the moment anew."""
        self._forget(uri)
        loop = asyncio.get_running_loop()
        self._waiting[uri] = loop.call_later(delay_s, self._begin, uri)

    def schedule_all(self) -> None:
        """Look at all documents, since what is known of a model has changed."""
        for document in self._language.documents.all():
            self.schedule(document.uri, 0)

    def clear(self, uri: str) -> None:
        """A document was closed: show nothing of it any more."""
        self._forget(uri)
        self._send(uri, [], None)

    def _forget(self, uri: str) -> None:
        waiting = self._waiting.pop(uri, None)
        if waiting is not None:
            waiting.cancel()

    def _begin(self, uri: str) -> None:
        self._waiting.pop(uri, None)
        task = asyncio.get_running_loop().create_task(self._publish(uri))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _publish(self, uri: str) -> None:
        """Say what is wrong now, unless that is not known yet or the document changes meanwhile."""
        document = self._language.documents.get(uri)
        mirror = self._language.mirror_of(document) if document else None
        if document is None or (mirror is not None and mirror.is_loading):
            return
        found: list[Json] = []
        if mirror is not None and mirror.table is not None:
            found = await _warnings(self._language, document, mirror)
        if not document.is_outdated:
            self._send(uri, found, document.version)

    def _send(self, uri: str, found: list[Json], version: int | None) -> None:
        if not found and uri not in self._shown:
            return
        (self._shown.add if found else self._shown.discard)(uri)
        about = {} if version is None else {"version": version}
        self._language.notify(_PUBLISH, {"uri": uri, "diagnostics": found, **about})


async def _warnings(language: Language, document: Document, mirror: Mirror) -> list[Json]:
    from interpogate.editor.language.path_strings import path_strings
    from interpogate.editor.language.preparing import away_from_loop, prepared
    from interpogate.editor.language.unknown_paths import warnings

    if await prepared(language.documents, document.uri) is not document:
        return []
    strings = path_strings(language.documents, document)
    together = language.documents.together(document)
    return await away_from_loop(
        document, lambda: list(warnings(document, strings, mirror, together))
    )
