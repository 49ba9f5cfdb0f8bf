"""The open Python documents, as the client last told them; cells of notebooks are documents too.

Positions are the protocol's: lines from 0, UTF-16 units within a line, lines ended as VS Code ends
them, so that a form feed in a file moves nothing. Knows no models. Called by `language.py`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Any
from urllib.parse import unquote, urlsplit

Json = dict[str, Any]

_LINE_END = re.compile(r"\r\n|\n|\r")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")


class Document:
    """One version of a document's text. Offsets count code points."""

    def __init__(self, uri: str, text: str, version: int = 0) -> None:
        self.uri = uri
        self.text = text
        self.version = version
        self.memory: dict[str, Any] = {}
        """What others found out about this very text, by their names."""
        self.is_outdated = False
        """Whether there is another version, or none any more."""

    @cached_property
    def path(self) -> str | None:
        """Absolute path of the file; of a cell that of its notebook; None for what has none."""
        return path_of(self.uri)

    @cached_property
    def _starts(self) -> list[int]:
        if "\r" not in self.text:  # three times as quick, which counts in megabytes
            lengths = (len(line) + 1 for line in self.text.split("\n")[:-1])
            return list(accumulate(lengths, initial=0))
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def index_lines(self) -> None:
        """Find where lines begin, in any thread."""
        _ = self._starts

    def line(self, number: int) -> str:
        """The text of a line without its end; empty beyond the last one."""
        return self.text[slice(*self._bounds(number))]

    def line_of(self, offset: int) -> int:
        """The line an offset stands in."""
        return bisect_right(self._starts, offset) - 1

    def offset(self, position: Json) -> int:
        """The offset of a position; positions beyond a line are its end."""
        start, end = self._bounds(position["line"])
        units = position["character"]
        part = self.text[start : min(end, start + units)]
        if not _BEYOND.search(part):
            return start + len(part)
        return start + _code_points(part, units)

    def position(self, offset: int) -> Json:
        """The position of an offset."""
        line = self.line_of(offset)
        part = self.text[self._starts[line] : offset]
        return {"line": line, "character": len(part) + len(_BEYOND.findall(part))}

    def range(self, start: int, end: int) -> Json:
        """The range between two offsets."""
        return {"start": self.position(start), "end": self.position(end)}

    def changed(self, changes: list[Json], version: int) -> Document:
        """The next version."""
        document: Document = self
        edits: list[tuple[int, int, str]] = []
        for change in changes:
            if "range" not in change:
                document, edits = Document(self.uri, change["text"], version), []
                continue
            start, end = (document.offset(change["range"][side]) for side in ("start", "end"))
            if edits and not document._is_before(change["range"]["end"], edits[-1][0]):
                document, edits = document._edited(edits, version), []
                start, end = (document.offset(change["range"][side]) for side in ("start", "end"))
            edits.append((start, end, change["text"]))
        return document._edited(edits, version) if edits else document

    def _is_before(self, position: Json, offset: int) -> bool:
        """Whether a position stands before an edit, so that the edit has not moved it."""
        limit = self.position(offset)
        return (position["line"], position["character"]) <= (limit["line"], limit["character"])

    def _edited(self, edits: list[tuple[int, int, str]], version: int) -> Document:
        """The text after edits from its end upwards, all at once: there may be thousands."""
        parts, rest = [], len(self.text)
        for start, end, text in edits:
            parts += [self.text[end:rest], text]
            rest = start
        edited = Document(self.uri, "".join([self.text[:rest], *reversed(parts)]), version)
        if "_starts" in vars(self):
            vars(edited)["_starts"] = self._moved_starts(edited.text, edits)
        return edited

    def _moved_starts(self, text: str, edits: list[tuple[int, int, str]]) -> list[int]:
        """Where the lines of the next version begin: only those around the edits are searched.

        A line before and one behind are, since an edit may split or join the two letters that
        Windows ends lines with.
        """
        starts, moved = self._starts, len(text) - len(self.text)
        first = max(0, self.line_of(edits[-1][0]) - 1)
        following = bisect_right(starts, edits[0][1] + 1)
        begin = starts[first]
        end = starts[following] + moved if following < len(starts) else len(text)
        between = [match.end() for match in _LINE_END.finditer(text, begin, end)]
        rest = starts[following + 1 :]
        return [*starts[: first + 1], *between, *([s + moved for s in rest] if moved else rest)]

    def _bounds(self, number: int) -> tuple[int, int]:
        if not 0 <= number < len(self._starts):
            return len(self.text), len(self.text)
        start = self._starts[number]
        if number + 1 == len(self._starts):
            return start, len(self.text)
        end = self._starts[number + 1]
        is_pair = self.text.endswith("\r\n", start, end)
        return start, end - (2 if is_pair else 1)


def _code_points(part: str, units: int) -> int:
    passed = 0
    for index, character in enumerate(part):
        if passed >= units:
            return index
        passed += 2 if character > "\uffff" else 1
    return len(part)


class Documents:
    """The open documents by URI."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}

    def open(self, item: Json) -> Document:
        """Take a document that was opened, if it is Python."""
        document = Document(item["uri"], item["text"], item.get("version") or 0)
        if item.get("languageId", "python") == "python":
            self._documents[document.uri] = document
        return document

    def change(self, identifier: Json, changes: list[Json]) -> Document | None:
        """Take the next version of a document."""
        document = self._documents.get(identifier["uri"])
        if document is None:
            return None
        changed = document.changed(changes, identifier.get("version") or 0)
        document.is_outdated = changed is not document
        self._documents[changed.uri] = changed
        return changed

    def close(self, uri: str) -> None:
        """Forget a document."""
        closed = self._documents.pop(uri, None)
        if closed is not None:
            closed.is_outdated = True

    def get(self, uri: str) -> Document | None:
        """The document, if it is open."""
        return self._documents.get(uri)

    def all(self) -> tuple[Document, ...]:
        """All documents, in the order of opening."""
        return tuple(self._documents.values())

    def at_path(self, path: str) -> Document | None:
        """The document of a file, if it is open; no cell of a notebook."""
        found = (d for d in self._documents.values() if d.path == path and not _is_cell(d.uri))
        return next(found, None)

    def together(self, document: Document) -> tuple[Document, ...]:
        """The document, or all cells of its notebook."""
        if not _is_cell(document.uri):
            return (document,)
        cells = (d for d in self._documents.values() if _is_cell(d.uri))
        return tuple(cell for cell in cells if cell.path == document.path)


def _is_cell(uri: str) -> bool:
    return uri.startswith("vscode-notebook-cell:")


def path_of(uri: str) -> str | None:
    """Absolute path that a URI names; None for an untitled document."""
    parts = urlsplit(uri)
    if parts.scheme not in ("file", "vscode-notebook-cell") or not parts.path:
        return None
    host = f"//{parts.netloc}" if parts.netloc and parts.scheme == "file" else ""
    return _local_path(host + parts.path)


def _local_path(path: str) -> str:
    plain = unquote(path)
    drive = re.match(r"/[A-Za-z]:", plain)
    return plain[1:].replace("/", "\\") if drive else plain
