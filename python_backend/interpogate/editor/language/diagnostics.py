"""Warns of paths that the model does not have: a moment after a change, never while it is loaded.

Called by `language.py`, which tells of documents and models; `code_actions.py` mends what is found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from interpogate.editor.language.documents import Document
from interpogate.editor.language.module_table import ModuleTable
from interpogate.editor.language.path_strings import PathString, path_strings
from interpogate.editor.language.targets import absolute
from interpogate.editor.language.wording import shown_name

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]

CODE = "unknown-module"
_DELAY_S = 0.6
_WARNING = 2
_PUBLISH = "textDocument/publishDiagnostics"


class Diagnostics:
    """What is shown in the documents of one connection."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._shown: set[str] = set()

    def schedule(self, uri: str, delay_s: float = _DELAY_S) -> None:
        """Look at a document in a moment; a later call starts the moment anew."""
        self._forget(uri)
        loop = asyncio.get_running_loop()
        self._waiting[uri] = loop.call_later(delay_s, self._publish, uri)

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

    def _publish(self, uri: str) -> None:
        self._waiting.pop(uri, None)
        document = self._language.documents.get(uri)
        mirror = self._language.mirror_of(document) if document else None
        if document is None or (mirror is not None and mirror.is_loading):
            return
        table = mirror.table if mirror else None
        found = list(_diagnostics(self._language, document, table)) if table else []
        self._send(uri, found, document.version)

    def _send(self, uri: str, found: list[Json], version: int | None) -> None:
        if not found and uri not in self._shown:
            return
        (self._shown.add if found else self._shown.discard)(uri)
        about = {} if version is None else {"version": version}
        self._language.notify(_PUBLISH, {"uri": uri, "diagnostics": found, **about})


def unknown(
    language: Language, document: Document, table: ModuleTable
) -> Iterator[tuple[PathString, str]]:
    """The path strings of a document that the model has no module for, with the rest not found."""
    for string in path_strings(language.documents, document):
        path = absolute(string, string.value)
        if string.is_certain and string.value and table.find(path) is None:
            _, rest = table.nearest(path)
            yield string, rest


def place(document: Document, string: PathString, rest: str) -> Json:
    """The part of a path string that was not found."""
    start = max(0, len(string.value) - len(rest))
    return document.range(string.offsets[start], string.literal.end)


def _diagnostics(language: Language, document: Document, table: ModuleTable) -> Iterator[Json]:
    model = shown_name(table.kind(0).class_name)
    for string, rest in unknown(language, document, table):
        yield {
            "range": place(document, string, rest),
            "severity": _WARNING,
            "source": "Interpogate",
            "code": CODE,
            "message": f"{model} has no module {shown_name(string.value)!r}.",
        }
