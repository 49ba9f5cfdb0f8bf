"""Cutting bytes into lines, at every possible border of chunks."""

from __future__ import annotations

import pytest

from interpogate.transport.lines import LineBuffer

TEXT = b"one\n\ntwo and a half\nthree"


@pytest.mark.parametrize("size", range(1, len(TEXT) + 1))
def test_lines_do_not_depend_on_how_the_bytes_arrive(size: int) -> None:
    buffer = LineBuffer()
    chunks = [TEXT[start : start + size] for start in range(0, len(TEXT), size)]
    lines = [line for chunk in chunks for line in buffer.feed(chunk)]
    assert lines == [b"one", b"", b"two and a half"]
    assert list(buffer.feed(b"!\n")) == [b"three!"]


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_a_line_that_is_too_long_is_skipped_and_the_next_is_whole(size: int) -> None:
    buffer = LineBuffer(maximum_bytes=5)
    text = b"12345\n123456\n1234567890\nab\n"
    chunks = [text[start : start + size] for start in range(0, len(text), size)]
    assert [line for chunk in chunks for line in buffer.feed(chunk)] == [b"12345", b"ab"]
