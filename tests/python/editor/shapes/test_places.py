"""What a position in a text stands for, and the words about it; no model is needed."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from interpogate.editor.language.documents import Document
from interpogate.editor.shapes.places import end_of_call, place_at
from interpogate.editor.shapes.wording import call_tooltip, code_span, hint_label


def at_bar(marked: str) -> tuple[Document, dict[str, int]]:
    """A document, and the position where `|` stands in the marked text."""
    text = textwrap.dedent(marked)
    offset = text.index("|")
    document = Document("file:///net.py", text[:offset] + text[offset + 1 :])
    return document, document.position(offset)


@pytest.mark.parametrize(
    ("marked", "class_name", "member"),
    [
        ("class A:\n    def f(self):\n        self.at|tn(x)", "A", "attn"),
        ("class A:\n    def f(self):\n        self.attn|.proj(x)", "A", "attn"),
        ("class A:\n    def f(self):\n        self.attn.pr|oj(x)", "A", "attn.proj"),
        ("class A:\n    def f(self):\n        self.layers[0].no|rm(x)", "A", "layers.0.norm"),
        ("class A:\n    def f(self):\n        self.layers[i].no|rm(x)", "A", "layers.*.norm"),
        ("class A:\n    def f(self):\n        self.d['x.y'].no|rm(x)", "A", "d.x.y.norm"),
        ("class A:\n    def f(self):\n        [self.a|(y) for y in self.b]", "A", "a"),
        ("class A:\n    def f(self):\n        é = '𝄞'; self.a|(x)", "A", "a"),
        ("class A:\n    def f(self):\n        self.a(x, mask=self.b|(x))", "A", "b"),
        ("class A:\n    def f(self):\n        try: x\n        except E: self.a|(x)", "A", "a"),
        ("class A:\n    def f(self):\n        f'é {x} {self.a|.b:>{n}}'", "A", "a"),
        ("class A:\n    def f(self):\n        f'{x:>{self.a|.b}}'", "A", "a"),
        ("class A:\n    def f(self):\n        f'''{x}\n {self.a|.b}'''", "A", "a"),
        ("class A:\n    def f(self):\n        self.a|" + "(x) + y" * 2_000, "A", "a"),
        ("class A:\n    class B:\n        def f(self):\n            |pass", "A.B", ""),
        ("def make():\n    class A:\n        x| = 1", "make.<locals>.A", ""),
        ("class A:\n    def f(self):\n        def g():\n            self.a|()", "A", "a"),
        ("class A:\n    def f(self):\n        other.at|tn(x)", "A", ""),
        ("class A:\n    def f(self):\n        self.f()|.attn", "A", ""),
        ("@decorated|\nclass A:\n    pass", "A", ""),
        ("def f(self):\n    self.at|tn(x)", "", ""),
        ("x = 1|\nclass A:\n    pass", "", ""),
    ],
)
def test_a_position_stands_for_a_class_and_an_attribute(
    marked: str, class_name: str, member: str
) -> None:
    place = place_at(*at_bar(marked))
    assert place is not None
    assert (place.class_name, place.member) == (class_name, member)


def test_a_position_in_a_string_stands_for_its_value() -> None:
    place = place_at(*at_bar("class A:\n    path = 'h.0.at|tn'\n"))
    assert place is not None
    assert place.text == "h.0.attn"


def test_nothing_is_known_of_a_text_that_does_not_parse() -> None:
    assert place_at(*at_bar("class A:\n    def f(self|")) is None
    assert place_at(*at_bar("x = '\0'|")) is None
    assert place_at(*at_bar("(" * 5000 + "|")) is None


def call(text: str, name: str, *, line: int) -> Any:
    """Where a call ends of which only the line and the module's name are known (Python 3.10)."""
    document = Document("file:///net.py", text)
    places = {"line": line, "column": -1, "endLine": line, "endColumn": -1}
    found = end_of_call(document, {**places, "paths": [f"blocks.0.{name}"]})
    return None if found is None else text[: document.offset(found)].rsplit("\n", maxsplit=1)[-1]


@pytest.mark.parametrize(
    ("text", "name", "line", "expected"),
    [
        ("y = self.b(self.a(x))", "a", 1, "y = self.b(self.a(x)"),
        ("y = self.b(self.a(x))", "b", 1, "y = self.b(self.a(x))"),
        ("y = block(x)", "0", 1, "y = block(x)"),
        ("y = self.a(\n    x,\n)", "a", 1, ")"),
        ("y = self.a(self.a(x))", "a", 1, None),
        ("y = f(g(x))", "0", 1, None),
        ("y = self.a(", "a", 1, None),
    ],
)
def test_from_the_line_alone_a_call_is_found_by_name_or_not_at_all(
    text: str, name: str, line: int, expected: str | None
) -> None:
    assert call(text, name, line=line) == expected


def value(shape: str, count: int = 1) -> dict[str, Any]:
    return {"shape": shape, "text": f"float32{shape}", "count": count}


@pytest.mark.parametrize(
    ("shapes", "label"),
    [
        (["[1, 9, 64]"], "→ [1, 9, 64]"),
        (["[1, 9, 64]", "[1, 10, 64]"], "→ [1, 9, 64] · [1, 10, 64]"),
        ([f"[1, {n}, 64]" for n in range(5)], "→ [1, 0, 64] · [1, 1, 64] · [1, 2, 64] · +2"),
        (["(" + "[1, 12, 9, 9], " * 9 + ")"], None),
        ([], ""),
        (["BaseModelOutput(last: [1, 9, 64])"], "→ (last: [1, 9, 64])"),
    ],
)
def test_a_label_is_short_enough_not_to_be_cut_by_the_editor(
    shapes: list[str], label: str | None
) -> None:
    found = hint_label([value(shape) for shape in shapes], failed=False)
    assert len(found) <= 50
    assert label is None or found == label


def test_a_call_that_failed_says_so() -> None:
    assert hint_label([], failed=True) == "✗ failed here"
    assert hint_label([value("[1]")], failed=True) == "→ [1] ✗"


@pytest.mark.parametrize("name", ["x`y", "``", "a\nb", "[a](command:b)", "<img src=x>", "", "`"])
def test_a_hostile_name_stays_code(name: str) -> None:
    span = code_span(name)
    fence = span[: len(span) - len(span.lstrip("`"))]
    assert span.endswith(fence)
    assert fence not in span[len(fence) : -len(fence)]
    assert "\n" not in span


def test_a_tooltip_tells_every_shape_where_it_was_called_and_where_it_was_seen() -> None:
    observed = {
        "paths": ["h.0.ln", "h.1.ln"],
        "pathCount": 2,
        "className": "LayerNorm",
        "callCount": 3,
        "outputs": [value("[1]", 2), value("[2]")],
        "failed": False,
    }
    assert call_tooltip(observed, "Observed in run 4") == (
        "`LayerNorm` `h.0.ln` and 1 other module, called 3 times\n\n"
        "- `float32[1]` × 2\n- `float32[2]` × 1\n\n*Observed in run 4*"
    )
