"""Python files as syntax trees: those that are open here as they stand, others as they lie on disk.

Slow by nature: used only in the thread of `background.py`. Called by `constructors.py`.
"""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from interpogate.editor.language.documents import Document

_MOST_FILES = 64
_MOST_BYTES = 4_000_000

_Stamp = tuple[int, int]


@dataclass(frozen=True)
class SourceFile:
    """A text with its tree."""

    document: Document
    tree: ast.Module

    def class_at(self, name: str) -> ast.ClassDef | None:
        """The class of a qualified name; classes made inside of functions are found too."""
        wanted = [part for part in name.split(".") if part != "<locals>"]
        node: ast.AST = self.tree
        for part in wanted:
            found = _definition(node, part)
            if found is None:
                return None
            node = found
        return node if isinstance(node, ast.ClassDef) else None


def _definition(node: ast.AST, name: str) -> ast.AST | None:
    """The last definition of a name below a node, whatever `if` or `try` is around it."""
    found: ast.AST | None = None
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            found = child if child.name == name else found
        elif isinstance(child, (ast.stmt, ast.ExceptHandler)):
            found = _definition(child, name) or found
    return found


class SourceFiles:
    """Files that were read, until they change."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[_Stamp, SourceFile | None]] = {}

    def read(self, path: str, opened: Mapping[str, Document]) -> SourceFile | None:
        """A file; None if it cannot be read or does not parse."""
        document = opened.get(path)
        if document is not None:
            tree = _parsed(document.text)
            if tree is not None:
                return SourceFile(document, tree)
        return self._from_disk(path)

    def _from_disk(self, path: str) -> SourceFile | None:
        try:
            status = Path(path).stat()
        except OSError:
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            file = _read(path) if status.st_size <= _MOST_BYTES else None
            known = self._known[path] = (stamp, file)
            while len(self._known) > _MOST_FILES:
                del self._known[next(iter(self._known))]
        return known[1]


def _read(path: str) -> SourceFile | None:
    text = text_of_file(path)
    tree = None if text is None else _parsed(text)
    return None if text is None or tree is None else SourceFile(document_of(path, text), tree)


def text_of_file(path: str) -> str | None:
    """The text of a file in the encoding it names; None if it cannot be read."""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeError):
        return None


def document_of(path: str, text: str) -> Document:
    """A closed file as a document."""
    return Document(Path(path).absolute().as_uri(), text)


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
