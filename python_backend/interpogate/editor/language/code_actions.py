"""Mends paths that the model does not have: *Did you mean …?* Answers `textDocument/codeAction`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from interpogate.editor.language.documents import Document
from interpogate.editor.language.literals import written
from interpogate.editor.language.module_table import ModuleTable
from interpogate.editor.language.nearest import nearest_paths
from interpogate.editor.language.path_strings import PathString, path_strings_between
from interpogate.editor.language.targets import absolute
from interpogate.editor.language.unknown_paths import CODE, place, unknown
from interpogate.editor.language.wording import shown_name

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]


def answer(language: Language, params: Json) -> list[Json]:
    """Quick fixes for the path strings that a selection touches."""
    document = language.documents.get(params["textDocument"]["uri"])
    mirror = language.mirror_of(document) if document else None
    if document is None or mirror is None or mirror.table is None or not _wants_fixes(params):
        return []
    first = document.offset(params["range"]["start"])
    last = document.offset(params["range"]["end"])
    strings = path_strings_between(language.documents, document, first, last)
    return [
        action
        for string, rest in unknown(strings, mirror.table)
        for action in _fixes(document, mirror.table, string, rest)
    ]


def _wants_fixes(params: Json) -> bool:
    only = params.get("context", {}).get("only")
    return only is None or any("quickfix".startswith(kind) for kind in only)


def _fixes(document: Document, table: ModuleTable, string: PathString, rest: str) -> Iterator[Json]:
    inside = f"{'.'.join(string.base)}." if string.base else ""
    diagnostic = {"range": place(document, string, rest), "code": CODE, "source": "Interpogate"}
    diagnostic["message"] = f"There is no module {shown_name(string.value)!r}."
    where = document.range(string.literal.start, string.literal.end)
    guesses = nearest_paths(table, absolute(string, string.value))
    for number, path in enumerate(guess for guess in guesses if guess.startswith(inside)):
        text = written(path.removeprefix(inside), string.literal)
        if text is not None:
            yield {
                "title": f"Did you mean {shown_name(path.removeprefix(inside))!r}?",
                "kind": "quickfix",
                "isPreferred": number == 0,
                "diagnostics": [diagnostic],
                "edit": {"changes": {document.uri: [{"range": where, "newText": text}]}},
            }
