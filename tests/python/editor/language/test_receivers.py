"""Which names stand for hooks and observed models, and that large texts delay nothing."""

from __future__ import annotations

import time

import pytest

from interpogate.editor.language.documents import Document, Documents
from interpogate.editor.language.path_strings import path_strings

_MOST_S = 5.0
"""Of the processor: a hundred times what it takes, a tenth of what it took with each text below."""


def values(text: str) -> list[str]:
    document = Document("file:///text.py", text)
    return [string.value for string in path_strings(Documents(), document)]


@pytest.mark.parametrize(
    "text",
    [
        'seen = Interpogate(net)\nseen.node("h")',
        'self.seen = interpogate.Interpogate(model=net)\nself.seen.node("h")',
        '(seen := Interpogate(net)).forward(x)\nseen.node("h")',
        'seen: Interpogate = (\n    Interpogate(net)\n)\nseen.node("h")',
        'def show(x, seen: Interpogate, y):\n    seen.node("h")',
        'def show(seen: "interpogate.Interpogate | None" = None):\n    seen.node("h")',
        'with seen.hook() as those:\n    those.post("h", f)',
        'those: HookSet = seen.hook()\nthose.pre("h", f)',
        'if (those := self.seen.hook()):\n    those.pre("h", f)',
        'seen = Interpogate(net)\nnet.get_submodule("h")',
    ],
)
def test_a_name_counts_by_how_it_came_to_be(text: str) -> None:
    assert values(text) == ["h"]


@pytest.mark.parametrize(
    "text",
    [
        'seen == Interpogate(net)\nseen.node("h")',
        'seen = NoInterpogate(net)\nseen.node("h")',
        'from interpogate import Interpogate\nseen.node("h")',
        'session = client()\nsession.post("h")',
    ],
)
def test_other_names_do_not_count(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    "data",
    [
        f'DATA = "{"aB3" * 10_000}"',
        f"TABLE = {{{', '.join(f'k{number}: {number}' for number in range(4_000))}}}",
        f"DATA = {'a.' * 10_000}b",
        f"# {': ' * 10_000}",
    ],
    ids=["word", "table", "names", "colons"],
)
def test_one_long_line_of_data_delays_nothing(data: str) -> None:
    began = time.process_time()
    assert values(f'seen = Interpogate(net)\n{data}\nseen.node("h")') == ["h"]
    assert time.process_time() - began < _MOST_S


def test_thousands_of_changes_at_once_delay_nothing() -> None:
    line = "        x = self.attention(self.norm(x), mask=mask)  # größe 𝄞\n"
    document = Document("file:///text.py", line * 20_000)
    ends = {"start": 8, "end": 9}
    changes = [
        {"range": {end: {"line": row, "character": at} for end, at in ends.items()}, "text": "yy"}
        for row in range(9_999, -1, -1)
    ]
    began = time.process_time()
    changed = document.changed(changes, 2)
    assert time.process_time() - began < _MOST_S
    assert changed.text == line.replace("x =", "yy =") * 10_000 + line * 10_000
