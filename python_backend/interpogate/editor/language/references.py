"""Finds where a module is named and used: path strings, the line that makes it, `self.x`.

Answers `textDocument/references`. Files of the workspace are read in a thread, so many and for so
long as its bounds allow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from interpogate.editor.language.background import Background, background_of, opened_files
from interpogate.editor.language.choice import model_of
from interpogate.editor.language.constructors import makings_of, uses_of
from interpogate.editor.language.documents import Document, Documents
from interpogate.editor.language.mirror import Mirror
from interpogate.editor.language.path_strings import PathString, path_strings
from interpogate.editor.language.places import location
from interpogate.editor.language.source_files import document_of, text_of_file
from interpogate.editor.language.targets import Target, absolute, target_at

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]

_MOST_FILES = 3_000
_MOST_BYTES = 1_000_000
_MOST_S = 5.0
_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "venv", "env", "build"})


async def answer(language: Language, params: Json) -> list[Json] | None:
    """All places; those of open documents come first."""
    target = target_at(language, params)
    if target is None:
        return None
    background = background_of(language)
    search = _Search(
        target=target,
        mirrors=language.mirrors.all(),
        selected=language.mirrors.selected,
        opened=opened_files(language),
        folders=language.folders(),
        with_definition=params.get("context", {}).get("includeDeclaration", True),
    )
    named = [
        place
        for document in language.documents.all()
        if language.mirror_of(document) is target.mirror
        for place in _named(language.documents, document, target)
    ]
    rest = await background.run(lambda abandoned: list(search.places(background, abandoned)))
    return [*named, *(place for place in rest if place not in named)]


@dataclass(frozen=True, kw_only=True)
class _Search:
    """What the thread needs to know; nothing in it changes."""

    target: Target
    mirrors: tuple[Mirror, ...]
    selected: str
    opened: Mapping[str, Document]
    folders: tuple[str, ...]
    with_definition: bool

    def places(self, background: Background, abandoned: Event) -> Iterator[Json]:
        read = partial(background.files.read, opened=self.opened)
        table, row = self.target.table, self.target.row
        makings = makings_of(table, row, read) if self.with_definition else []
        yield from map(location, [*makings, *uses_of(table, row, read)])
        for path in _python_files(self.folders, abandoned):
            if path not in self.opened:
                yield from self._in_file(path)

    def _in_file(self, path: str) -> Iterator[Json]:
        text = text_of_file(path)
        if text is None or self.target.table.name(self.target.row) not in text:
            return
        document = document_of(path, text)
        mirror = model_of(document, (document,), self.mirrors, self.selected)
        if mirror is self.target.mirror:
            yield from _named(Documents(), document, self.target)


def _named(documents: Documents, document: Document, target: Target) -> Iterator[Json]:
    for string in path_strings(documents, document):
        end = _end_of_naming(string, target)
        if end is not None:
            place = document.range(string.offsets[0], string.offsets[end])
            yield {"uri": document.uri, "range": place}


def _end_of_naming(string: PathString, target: Target) -> int | None:
    """Where in a path string the part ends that names the module; None if none does."""
    value = string.value
    ends = [number for number, character in enumerate(value) if character == "."]
    for end in [*ends, len(value)] if value else []:
        if target.table.find(absolute(string, value[:end])) == target.row:
            return end
    return None


def _python_files(folders: tuple[str, ...], abandoned: Event) -> Iterator[str]:
    """Files worth reading, as many as the bounds allow."""
    deadline = monotonic() + _MOST_S
    count = 0
    for folder in folders:
        for where, inside, names in os.walk(folder):
            inside[:] = [name for name in inside if _is_searched(Path(where, name))]
            for name in sorted(names):
                if abandoned.is_set() or count >= _MOST_FILES or monotonic() > deadline:
                    return
                path = Path(where, name)
                if name.endswith(".py") and _is_small(path):
                    count += 1
                    yield str(path)


def _is_searched(folder: Path) -> bool:
    is_environment = (folder / "pyvenv.cfg").exists()
    return not folder.name.startswith(".") and folder.name not in _SKIPPED and not is_environment


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= _MOST_BYTES
    except OSError:
        return False
