"""What workers print: whole lines, bounded in rate, the last ones never lost."""

from __future__ import annotations

from interpogate.opened.output import OutputRelay


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lines_arrive_whole_however_they_were_written() -> None:
    shown: list[str] = []
    relay = OutputRelay(shown.append)
    for chunk in (b"one\r\ntw", b"o\n\n", "thr\xe9e".encode("latin-1")):
        relay.feed(chunk)
    assert shown == ["one", "two"]
    relay.finish()
    assert shown == ["one", "two", "thr\ufffde"]


def test_a_flood_is_cut_counted_and_its_end_kept() -> None:
    shown: list[str] = []
    clock = _Clock()
    relay = OutputRelay(shown.append, clock=clock)
    relay.feed(b"".join(b"line %d\n" % number for number in range(1000)))
    assert shown == [f"line {number}" for number in range(200)]
    clock.now = 1.0
    relay.feed(b"later\n")
    assert shown[200:] == ["[800 lines left out]", "later"]
    relay.feed(b"".join(b"again %d\n" % number for number in range(300)))
    relay.finish()
    assert shown[-21] == "[101 lines left out]"
    assert shown[-1] == "again 299"


def test_a_line_that_is_far_too_long_leaves_a_note_in_its_place() -> None:
    shown: list[str] = []
    relay = OutputRelay(shown.append)
    for chunk in (b"before\n", *[b"x" * 65_536] * 100, b"\nafter\n"):
        relay.feed(chunk)
    assert shown == ["before", f"[a line of {100 * 65_536} bytes left out]", "after"]


def test_a_line_without_end_is_cut() -> None:
    shown: list[str] = []
    relay = OutputRelay(shown.append)
    relay.feed(b"x" * 5000 + b"\nnext\n")
    assert [len(line) for line in shown] == [2000, 4]
