"""The finder of path strings against Python's own parser, and against texts that parse nowhere."""

from __future__ import annotations

import ast
import random
from typing import Any

import pytest

from interpogate.editor.language.documents import Document, Documents
from interpogate.editor.language.literals import decoded, literal_at, written
from interpogate.editor.language.path_strings import PathString, path_strings

ODD = ["a", "0", "ß", "𝄞", '"', "'", "\\", "{", "}", "\n", "\r", "\t", "\u2028", "#", "\x00", "."]
SOUP = [
    *("interp.node(", "hook.post(", "x.get_submodule(", "pre", ".", "(", ")", "[", "]", "{", "}"),
    *('"', "'", '"""', "'''", "f", "r", "b", "\\", "\n", "\r\n", " ", "#", ",", "=", "path=", "+"),
    *("h.0", "ß", "𝄞", "def f(", ":", "\t", "\x0c"),
]


def found(text: str) -> tuple[PathString, ...]:
    return path_strings(Documents(), Document("file:///text.py", text))


@pytest.mark.parametrize("seed", range(200))
def test_a_name_is_written_so_that_python_reads_it_back(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311 (what is tried)
    name = "".join(generator.choices(ODD, k=generator.randint(0, 12)))
    prefix = generator.choice(["", "f", "r", "u", "rf"])
    quote = generator.choice(['"', "'", '"""', "'''"])
    literal = literal_at(f"{prefix}{quote}{quote}", 0)
    assert literal is not None
    said = written(name, literal)
    if said is None:
        assert "r" in prefix
        return
    text = f"{prefix}{quote}{said}{quote}"
    assert eval(text) == name  # noqa: S307 (made here)
    again = literal_at(text, 0)
    assert again is not None
    value = decoded(text, again)
    assert value is not None
    assert value[0] == name
    assert again.is_closed


def _call(generator: random.Random) -> str:
    value = "".join(generator.choices(["h", "0", ".", "ß", "𝄞"], k=generator.randint(0, 6)))
    quote = generator.choice(['"', "'", '"""'])
    prefix = generator.choice(["", "r", "u", "f"])
    path = f"{prefix}{quote}{value}{quote}"
    path = generator.choice([path, path, f"{path} + x", f"{path} 'y'", f"f({path})", f"{path}.x"])
    gap = generator.choice(["", " ", "\n    ", "  # ('\n  "])
    arguments = generator.choice(
        [path, f"{path}, f", f"path={path}", f"callback=g(1, [2]), path={path}", f"x, {path}"]
    )
    method = generator.choice(["interp.node", "hook.pre", "hook . post", "requests.post"])
    return f"{method}({gap}{arguments}{gap})"


def _expected(text: str) -> list[str]:
    """What Python's parser says: plain strings that are the path argument."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    values = []
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        owner: Any = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(owner, ast.Name) and owner.id in {"interp", "hook"}:
            named = [keyword.value for keyword in call.keywords if keyword.arg == "path"]
            values += [_plain(text, value) for value in [*call.args[:1], *named][:1]]
    return [value for value in values if value is not None]


def _plain(text: str, node: ast.expr) -> str | None:
    code = ast.get_source_segment(text, node) or ""
    is_joined = code.count("'y'") > 0
    if isinstance(node, ast.JoinedStr) and not is_joined:
        return str(eval(code))  # noqa: S307 (made here)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value) if is_text and not is_joined else None  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(300))
def test_in_code_that_parses_the_strings_are_those_that_python_sees(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311 (what is tried)
    fill = [
        "x = 1",
        '"""interp.node("no")"""',
        "# interp.node('no')",
        "y = {'a': (1, 2)}",
        "def f(): pass",
    ]
    lines = [generator.choice([_call(generator), generator.choice(fill)]) for _ in range(8)]
    text = generator.choice(["\n", "\r\n"]).join(lines)
    assert [string.value for string in found(text)] == _expected(text)


@pytest.mark.parametrize("seed", range(300))
def test_no_text_breaks_the_finder_and_its_places_are_in_the_text(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311 (what is tried)
    text = "".join(generator.choices(SOUP, k=generator.randint(1, 60)))
    document = Document("file:///text.py", text)
    for string in path_strings(Documents(), document):
        assert 0 <= string.literal.start <= string.literal.end <= len(text)
        assert len(string.offsets) == len(string.value) + 1
        assert list(string.offsets) == sorted(string.offsets)
        assert string.offsets[-1] == string.literal.end
        for offset in string.offsets:
            assert document.offset(document.position(offset)) in {offset, offset - 1}


@pytest.mark.parametrize("seed", range(100))
def test_a_call_is_found_whatever_unfinished_lines_stand_before_it(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311 (what is tried)
    junk = [piece for piece in SOUP if piece not in {'"""', "'''", "\\"} and "(" not in piece]
    before = "".join(generator.choices(junk, k=30)).replace('""', '"').replace("''", "'")
    found_now = found(f'{before.replace(chr(34) * 3, "")}\ninterp.node("h.0')
    assert [string.value for string in found_now][-1:] == ["h.0"]


def test_incremental_changes_give_the_text_that_the_client_has() -> None:
    generator = random.Random(0)  # noqa: S311 (what is tried)
    text = 'größe = "𝄞"\r\nx\rinterp.node("h.0")\n'
    document = Document("file:///text.py", text)
    for _ in range(300):
        start, end = sorted(generator.choices(range(len(text) + 1), k=2))
        if {text[start - 1 : start + 1], text[end - 1 : end + 1]} & {"\r\n"}:
            continue
        new = generator.choice(["", "𝄞", "a\nb", "\r\n", "ß"])
        change = {"range": document.range(start, end), "text": new}
        document = document.changed([change], 1)
        text = text[:start] + new + text[end:]
        assert document.text == text


def _as_text(text: str, changes: list[dict[str, Any]]) -> str:
    """What a client means: each change in the text that the one before it has left."""
    for change in changes:
        start, end = (_units(text, change["range"][side]) for side in ("start", "end"))
        text = text[:start] + change["text"] + text[end:]
    return text


def _units(text: str, place: dict[str, int]) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: place["line"]]) + place["character"]


@pytest.mark.parametrize("seed", range(200))
def test_several_changes_at_once_are_taken_one_after_the_other(seed: int) -> None:
    generator = random.Random(seed)  # noqa: S311 (what is tried)
    text = "one\ntwo, three\n\nfour"
    changes: list[dict[str, Any]] = []
    for _ in range(generator.randint(2, 6)):
        now = _as_text(text, changes)
        start, end = sorted(generator.choices(range(len(now) + 1), k=2))
        if changes and generator.random() < 0.7:  # as editors send them: from the end upwards
            limit = _units(now, changes[-1]["range"]["start"])
            start, end = min(start, limit), min(end, limit)
        place = Document("file:///text.py", now).range(start, end)
        changes.append({"range": place, "text": generator.choice(["", "A", "b\nc", "\n"])})
    document = Document("file:///text.py", text).changed(changes, 2)
    assert document.text == _as_text(text, changes)
    assert document.version == 2
