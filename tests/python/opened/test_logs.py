"""A line that repeats is logged the 1st, 10th, 100th … time, with its count."""

from __future__ import annotations

import logging

from interpogate.opened.logs import Repetitions


def _passed(filter_: Repetitions, level: int, text: str) -> str | None:
    record = logging.LogRecord("interpogate", level, "file", 1, text, (), None)
    return record.getMessage() if filter_.filter(record) else None


def test_a_line_of_a_kind_is_logged_ever_less_often() -> None:
    repetitions = Repetitions()
    lines = [_passed(repetitions, logging.WARNING, "bad") for _ in range(1_000)]
    assert [line for line in lines if line] == [
        "bad",
        "bad (10 times)",
        "bad (100 times)",
        "bad (1000 times)",
    ]
    assert _passed(repetitions, logging.WARNING, "other") == "other"


def test_what_is_no_warning_is_always_logged() -> None:
    repetitions = Repetitions()
    assert [_passed(repetitions, logging.INFO, "started") for _ in range(3)] == ["started"] * 3
