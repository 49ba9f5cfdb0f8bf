"""Completes module paths inside of strings. Answers `textDocument/completion`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interpogate.editor.language import ranges
from interpogate.editor.language.literals import written
from interpogate.editor.language.module_table import ModuleTable
from interpogate.editor.language.targets import absolute
from interpogate.editor.language.typing_place import Typing, typing_at
from interpogate.editor.language.wording import detail, shown_name

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language
    from interpogate.editor.language.mirror import Mirror

Json = dict[str, Any]

_MOST_ITEMS = 100
_FIELD, _CLASS = 5, 7
_REPLACES = "textDocument.completion.completionItem.insertReplaceSupport"


def answer(language: Language, params: Json) -> Json | None:
    """The submodules at the place where one types."""
    document = language.documents.get(params["textDocument"]["uri"])
    if document is None:
        return None
    typing = typing_at(language, document, document.offset(params["position"]))
    mirror = language.mirror_of(document) if typing else None
    if typing is None or mirror is None or mirror.table is None:
        return None
    row = mirror.table.find(absolute(typing.string, typing.above))
    if row is None:
        return None
    return _list(language, mirror, mirror.table, row, typing)


def _list(language: Language, mirror: Mirror, table: ModuleTable, row: int, typing: Typing) -> Json:
    matching = table.matching(row, typing.word, _MOST_ITEMS + 1)
    with_replace = language.client_has(_REPLACES)
    items: list[Json] = []
    for name, child in matching[:_MOST_ITEMS]:
        text = written(name, typing.string.literal)
        if text is not None:
            edit = typing.edit(text, with_replace=with_replace)
            data = {"modelId": mirror.model_id, "row": child, "version": table.version}
            items.append({**_item(table, name, child, edit, len(items)), "data": data})
    repeated = ranges.item(table, row, typing, with_replace=with_replace)
    return {
        "isIncomplete": len(matching) > _MOST_ITEMS,
        "items": [*([repeated] if repeated else ()), *items],
    }


def _item(table: ModuleTable, name: str, row: int, edit: Json, number: int) -> Json:
    return {
        "label": shown_name(name),
        "kind": _CLASS if table.children(row) else _FIELD,
        "detail": (words := detail(table, row)),
        "labelDetails": {"description": words},
        "filterText": edit["newText"],
        "sortText": f"{number:04}",
        "textEdit": edit,
    }
