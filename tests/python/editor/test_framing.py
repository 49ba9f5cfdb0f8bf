"""Cutting the client's bytes into messages, however they come and whatever stands between them."""

from __future__ import annotations

import pytest

from interpogate.editor.framing import FrameBuffer, Refused

_GOOD = (
    b"Content-Length: 2\r\n\r\nab",
    b"content-length:2\r\n\r\nab",
    b"CONTENT-LENGTH :  2  \n\nab",
    b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\nab",
    b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
    b"\r\n\r\nContent-Length: 2\r\n\r\nab",
)
_BAD = {
    "a sign": b"Content-Length: +2\r\n\r\n",
    "no number": b"Content-Length: two\r\n\r\n",
    "many digits": b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
    "a length beyond the bound": b"Content-Length: 101\r\n\r\n" + b"x" * 101,
    "two lengths": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nab",
    "no header": b"x" * 70_000 + b"\r\n\r\n",
    "a body longer than its length": b"Content-Length: 2\r\n\r\nabc:defg",
}


def _fed(text: bytes, size: int) -> list[bytes | Refused]:
    buffer = FrameBuffer(maximum_bytes=100)
    chunks = [text[start : start + size] for start in range(0, len(text), size)]
    found = [frame for chunk in chunks for frame in buffer.feed(chunk)]
    assert not buffer.is_within_message
    return found


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize("text", _GOOD)
def test_header_names_and_line_ends_count_in_any_form(text: bytes, size: int) -> None:
    assert _fed(text * 2, size) == [b"ab", b"ab"]


@pytest.mark.parametrize("size", [7, 100_000])
@pytest.mark.parametrize("name", _BAD)
def test_a_bad_message_costs_no_other(name: str, size: int) -> None:
    found = _fed(_BAD[name] + b"Content-Length: 4\r\n\r\nnext", size)
    assert found[-1] == b"next"
    assert all(frame == b"ab" or isinstance(frame, Refused) for frame in found[:-1])


def test_bytes_without_a_line_end_are_not_collected() -> None:
    buffer = FrameBuffer()
    for _ in range(100):
        assert list(buffer.feed(b"x" * 65_536)) == []
    assert len(buffer._pending) <= 65_536


def test_a_message_that_is_cut_off_is_noticed() -> None:
    buffer = FrameBuffer()
    list(buffer.feed(b"Content-Length: 10\r\n\r\n{"))
    assert buffer.is_within_message
