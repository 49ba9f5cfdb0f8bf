"""Large documents are worked out away from the event loop, and edits cost what they change."""

from __future__ import annotations

import asyncio
import random
import re
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from interpogate.editor.language import links, preparing
from interpogate.editor.language.documents import Document, Documents
from interpogate.editor.language.module_table import ModuleTable
from interpogate.editor.language.path_strings import (
    Outdated,
    PathString,
    path_strings,
    path_strings_between,
    work_out,
)
from interpogate.editor.language.preparing import LARGE, prepared
from interpogate.editor.language.receivers import _CHAIN
from interpogate.editor.language.unknown_paths import warnings

_URI = "file:///large.py"
_LINE = "interp.node('wrong.path')\n"
_FORWARD = re.compile(r"(?P<chain>[^\W\d]\w*(?:\s*\.\s*\w+)*)\s*(?P<call>\(\s*\))?\s*\.\s*\Z")
_PIECES = ["a", "b1", "1", "ß", ".", " ", "\n", "(", ")", "()", "_", "é2", "model", "=", "[0]"]
_EDITS = ["", "x", "\n", "\r", "\r\n", "a\nb", "\r\r\n"]


def _opened(text: str) -> Documents:
    documents = Documents()
    documents.open({"uri": _URI, "text": text})
    return documents


def _large() -> str:
    return _LINE * (LARGE // len(_LINE) + 1)


def _insert(documents: Documents, text: str) -> Document:
    place = {"line": 0, "character": 0}
    change = {"range": {"start": place, "end": place}, "text": text}
    changed = documents.change({"uri": _URI, "version": 2}, [change])
    assert changed is not None
    return changed


@pytest.mark.parametrize("seed", range(500))
def test_a_receiver_read_backwards_is_the_one_that_is_found_forwards(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311 (what is tried)
    text = "".join(generator.choices(_PIECES, k=generator.randint(0, 12))) + "."
    forwards, backwards = _FORWARD.search(text), _CHAIN.match(text[::-1])
    if forwards is None or backwards is None:
        assert forwards is backwards
        return
    assert backwards["chain"][::-1] == forwards["chain"]
    assert len(text) - backwards.end() == forwards.start()
    assert (backwards["call"] is None) == (forwards["call"] is None)


@pytest.mark.parametrize("seed", range(300))
def test_lines_after_an_edit_are_those_of_the_new_text(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311 (what is tried)
    document = Document(_URI, "".join(generator.choices([*_EDITS, "abc"], k=8)))
    for _ in range(4):
        document.index_lines()
        positions = sorted(generator.randint(0, len(document.text)) for _ in range(2))
        start, end = (document.position(offset) for offset in positions)
        text = generator.choice(_EDITS)
        document = document.changed([{"range": {"start": start, "end": end}, "text": text}], 1)
        assert "_starts" in vars(document)
        assert document._starts == Document(_URI, document.text)._starts


def test_strings_of_a_range_are_those_that_touch_it() -> None:
    text = "interp.node(x=interp.node('b'), path='a')\ninterp.node('c')\n" * 3
    documents = _opened(text)
    document = documents.all()[0]
    for first in range(0, len(text), 3):
        for last in range(first, len(text), 7):
            expected = {
                string.literal.start
                for string in path_strings(documents, document)
                if string.literal.start <= last and first <= string.literal.end
            }
            found = path_strings_between(documents, document, first, last)
            assert {string.literal.start for string in found} == expected


def test_a_large_document_is_worked_out_in_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []

    def noted(document: Document, together: Any) -> None:
        threads.append(threading.current_thread())
        work_out(document, together)

    monkeypatch.setattr(preparing, "work_out", noted)
    documents = _opened(_large())

    async def ask_twice() -> None:
        found = await asyncio.gather(prepared(documents, _URI), prepared(documents, _URI))
        assert set(found) == {documents.get(_URI)}

    asyncio.run(ask_twice())
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_what_is_asked_of_a_large_document_waits_for_its_newest_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    documents = _opened(_large())
    worked_out: list[Document] = []
    changed = threading.Event()

    def slow(document: Document, together: Any) -> None:
        if not worked_out:
            changed.wait(60)
        worked_out.append(document)
        work_out(document, together)

    monkeypatch.setattr(preparing, "work_out", slow)

    async def type_meanwhile() -> None:
        asking = asyncio.create_task(prepared(documents, _URI))
        await asyncio.sleep(0)
        newest = _insert(documents, "x")
        changed.set()
        assert await asking is newest
        assert worked_out[-1] is newest

    asyncio.run(type_meanwhile())


def test_a_version_that_nobody_needs_is_given_up() -> None:
    documents = _opened(_large())
    document = documents.all()[0]
    _insert(documents, "x")
    with pytest.raises(Outdated):
        work_out(document, [document])


def test_no_more_warnings_and_links_are_sent_than_a_person_reads() -> None:
    documents = _opened(_LINE * 5_000)
    document = documents.all()[0]
    strings = path_strings(documents, document)
    assert len(list(warnings(document, strings, _mirror(), [document]))) == 1_000
    language = SimpleNamespace(documents=documents, mirror_of=lambda _document: None)
    params = {"textDocument": {"uri": _URI}}
    found = asyncio.run(links.answer(cast("Any", language), params))
    assert len(found) == 2_000


def _mirror() -> Any:
    class Table(ModuleTable):
        def find(self, path: str) -> int | None:
            return 0 if path == "." else None

        def nearest(self, path: str) -> tuple[int, str]:
            return 0, path

        def kind(self, _row: int) -> Any:
            return SimpleNamespace(class_name="Net")

    state = {"source": "x", "summary": {"file": "/large.py"}}
    return SimpleNamespace(table=Table(1), state=state)


def test_all_strings_of_a_large_document_are_found() -> None:
    documents = _opened(_large())
    found: tuple[PathString, ...] = path_strings(documents, documents.all()[0])
    assert len(found) == _large().count("node")
